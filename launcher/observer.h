/* SPDX-License-Identifier: MIT */
/*
 * Turns reports into dependencies: the table of what each observed thing means (see the folder's
 * README); or into the facts of a trace. Reports are hostile until proven otherwise: a path is only
 * ever looked at, never opened.
 */
#ifndef LAUNCHER_OBSERVER_H
#define LAUNCHER_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/channel.h"
#include "launcher/generations.h"
#include "launcher/journal.h"
#include "launcher/policy.h"
#include "launcher/trace.h"

struct observer;

/* What it works with: borrowed. */
struct observer_parts {
	const struct policy *policy;
	struct generations *generations;
	struct journal *journal;
	const char *cache_prefix; /* PYTHONPYCACHEPREFIX, or NULL */
	struct trace *trace;	  /* not NULL: facts go there, and nothing becomes a dependency */
	char *const *command;	  /* what is started */
};

/* NULL and errno ENOMEM. */
struct observer *observer_new(const struct observer_parts *parts);
void observer_free(struct observer *observer);

/* A new generation begins: no process is known, no symlink is remembered. */
void observer_begin(struct observer *observer);

/* Takes one report in. */
void observer_take(struct observer *observer, const struct report *report);

/*
 * The command itself, as the launcher executes it: not reported by a library, as there is none in
 * us. Before the start, so that its version is the one that runs.
 */
void observer_execute(struct observer *observer, const char *path, uint64_t now_ns);
/* Or instead of it, as it cannot be executed: whatever happens to its file is worth a new try. */
void observer_not_executed(struct observer *observer, const char *path, uint64_t now_ns);
/* A word of the command that may be a file: as if it had been read. */
void observer_named(struct observer *observer, const char *path, uint64_t now_ns);
/* And after it: says if it cannot be observed. */
void observer_started(struct observer *observer, pid_t pid, const char *path, uint64_t now_ns);

/* What the user has redirected our output to: written by the command from the start. */
void observer_output(struct observer *observer, const char *path);

/* The source (canonical) has changed: removes the byte code caches that would hide it. */
void observer_drop_caches(struct observer *observer, const char *source);

/* What the process runs, as it has said itself; NULL: it has not. */
const char *observer_program(const struct observer *observer, pid_t pid);

/* Have reports been lost since this was asked last? What is known is then not all. */
bool observer_take_lost(struct observer *observer);

/* The generation has ended: names the programs that were executed and never said hello. */
void observer_end(struct observer *observer, uint64_t now_ns);

#endif
