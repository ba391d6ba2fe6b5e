/* SPDX-License-Identifier: MIT */
/* Keeps a generation that runs for weeks from growing for ever. */
#ifndef LAUNCHER_BOUNDS_H
#define LAUNCHER_BOUNDS_H

#include "launcher/generations.h"

/*
 * Forgets what the command has written and what is gone again: temporary files, of which a server
 * may make some with each request. Says (once a generation) if there are so many files that further
 * ones are not watched. To be called when nobody holds a dependency.
 */
void bounds_keep(struct generations *generations);

/*
 * Of an entry that has just been made: if it was forgotten, and the process that has written it is
 * still there, it is its output again. A second writing by one process is not reported.
 */
void bounds_recall(const struct generations *generations, struct dependency *dependency);

/* A new generation, or none any more: nothing has been forgotten. */
void bounds_begin(struct generations *generations);

#endif
