/* SPDX-License-Identifier: MIT */
/* What the journal's files share, and nobody else has to know. */
#ifndef LAUNCHER_JOURNAL_STATE_H
#define LAUNCHER_JOURNAL_STATE_H

#include <jansson.h>
#include <stdint.h>

#include "launcher/journal.h"

struct journal {
	struct event_stream *events; /* NULL: nobody wants them */
	char *base;
	char *name;
	int64_t started_ns; /* of the generation */
};

/* A path as JSON: a string, or, where JSON has no string for it, its bytes. */
json_t *journal_path(const char *path);

/* An event of this name; NULL if nobody reads them. */
json_t *journal_new(const struct journal *journal, const char *name);

/* Writes it as a line, now or when there is room. Takes the event; NULL does nothing. */
void journal_write(struct journal *journal, json_t *event);

/* An event that tells a path and, unless NULL, a reason. */
void journal_write_path(struct journal *journal, const char *name, const char *path,
			const char *reason);

/* The path as the user sees it; to be freed. */
char *journal_shown(const struct journal *journal, const char *path);

#endif
