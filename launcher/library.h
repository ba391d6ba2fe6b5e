/* SPDX-License-Identifier: MIT */
/* Finds the library that belongs to this launcher, in its builds for each class of programs. */
#ifndef LAUNCHER_LIBRARY_H
#define LAUNCHER_LIBRARY_H

#include <limits.h>
#include <stdbool.h>

/*
 * The folder that holds them, laid out by scripts/link-library: "preload" beside the launcher (the
 * build tree), or in ../lib/autoreload-run (installed under any prefix), seen from where the
 * launcher's file really is. 0, or -1 with errno, and in `path` where it should have been.
 */
int library_find(char path[PATH_MAX]);

/* Is there, in the folder that library_find() found, one for 32-bit programs as well? */
bool library_serves_32_bit(const char *builds);

/*
 * Does the loader find what the library needs, libdl.so.2? Where it does not (an image stripped to
 * the last file), no program would start with the library.
 */
bool library_can_be_loaded(void);

#endif
