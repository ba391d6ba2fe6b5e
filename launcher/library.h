/* SPDX-License-Identifier: MIT */
/* Finds the library that belongs to this launcher, in its builds for each class of programs. */
#ifndef LAUNCHER_LIBRARY_H
#define LAUNCHER_LIBRARY_H

#include <limits.h>

/*
 * The folder that holds them, laid out by scripts/link-library: "preload" beside the launcher (the
 * build tree), or in ../lib/autoreload-run (installed under any prefix), seen from where the
 * launcher's file really is. 0, or -1 with errno, and in `path` where it should have been.
 */
int library_find(char path[PATH_MAX]);

#endif
