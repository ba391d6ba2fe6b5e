/* SPDX-License-Identifier: MIT */
/*
 * The shared objects of the process: those that it started with and those that it loads. The
 * dynamic loader opens them by itself, so its own list is read (struct r_debug, link.h): without
 * its lock, which a thread may hold that waits for ours, and each node by peek.h, because a dlclose
 * elsewhere may free it under us.
 */
#ifndef PRELOAD_OBJECTS_H
#define PRELOAD_OBJECTS_H

/* When the process begins, before it can have threads: all that are there. */
void objects_tell_initial(void);

/* Some time after a dlopen: those that have not been told. */
void objects_tell_new(void);

#endif
