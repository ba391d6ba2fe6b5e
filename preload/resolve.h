/* SPDX-License-Identifier: MIT */
/*
 * Finds a function in the objects behind ours, as dlsym(RTLD_NEXT, ...) does, but by reading their
 * symbol tables ourselves: dlsym takes a lock that a thread may hold which waits for ours (a
 * constructor that joins a thread), forgets the message that the program's dlerror() has still to
 * fetch, and needs more stack than a signal handler may have left.
 */
#ifndef PRELOAD_RESOLVE_H
#define PRELOAD_RESOLVE_H

/* NULL if it is not there, or not to be found by this way (ask dlsym). Never allocates. */
void *resolve_next(const char *name);

#endif
