/* SPDX-License-Identifier: MIT */
/*
 * A path as a call names it: relative to a directory descriptor or to the working directory. Made
 * absolute by a prefix alone, sent in pieces, never put together in a buffer: ".." stays, and so
 * does every symlink, because each is something that the program depends on.
 */
#ifndef PRELOAD_PLACE_H
#define PRELOAD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/report.h"
#include "preload/sender.h"

struct place {
	int dirfd;
	const char *path;
	bool verbatim; /* not a path to complete: a bare name, a PATH */
	bool afresh; /* do not trust the cached working directory: a vfork child may have its own */
	bool went;   /* the folder that it is relative to may have gone with what is told */
};

/*
 * The hash of the absolute path, where that needs no system call (or the one that fills the cached
 * working directory). False for a path relative to a descriptor.
 */
bool place_quick_hash(const struct place *place, uint64_t *hash);

/* The same, looking up the descriptor's path where needed; 0 if it is not to be had. */
void place_key(const struct place *place, uint64_t *hash);

/*
 * Sends the report with one or two places and a text (second and text may be NULL): sets the
 * header's lengths. False if it was not sent. What is relative to nowhere (a descriptor that is
 * closed, a folder that has been removed, or is deeper than PATH_MAX) is not sent and not counted
 * as lost. An empty path is the descriptor's own.
 */
bool place_send(struct report_header *header, const struct place *first, const struct place *second,
		const struct piece *text);

#endif
