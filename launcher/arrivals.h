/* SPDX-License-Identifier: MIT */
/*
 * Guards against restarting for ever: a path that is different for the command and for us each time
 * that a use of it arrives (another root or mount in a process, inodes that a filesystem makes up)
 * is no edit. From the second generation running on, what we see ourselves counts in its place.
 */
#ifndef LAUNCHER_ARRIVALS_H
#define LAUNCHER_ARRIVALS_H

#include <stdbool.h>

struct arrivals;

/* NULL and errno ENOMEM. */
struct arrivals *arrivals_new(void);
void arrivals_free(struct arrivals *arrivals);

/* A new generation begins. */
void arrivals_begin(struct arrivals *arrivals);

/*
 * The command's version of the path was not the one that is there. True if it was so in the last
 * generation as well.
 */
bool arrivals_differ_again(struct arrivals *arrivals, const char *path);

/* Remembers the path for arrivals_each_doubted(), which visits it once, and no more than once ever.
 */
void arrivals_doubt(struct arrivals *arrivals, const char *path);
void arrivals_each_doubted(struct arrivals *arrivals,
			   void (*visit)(const char *path, void *context), void *context);

#endif
