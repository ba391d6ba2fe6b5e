/* SPDX-License-Identifier: MIT */
/* The project's roots: where the user's own files are, however the program came to them. */
#ifndef LAUNCHER_ROOTS_H
#define LAUNCHER_ROOTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define ROOTS_MAX 4

struct roots {
	char *paths[ROOTS_MAX]; /* canonical, none twice */
	size_t count;
};

/*
 * The top of the version control checkout around the folder, or the folder itself; never "/", a
 * folder of the system's at the top level (/usr, /etc), or the home folder as such. Adds nothing
 * if it is there already. folder: need not be canonical; home may be NULL.
 */
void roots_add(struct roots *roots, const char *folder, const char *home);

/*
 * The roots of a command: around the working directory, and around the first of its words that
 * names a file, unless that is the system's: its canonical path goes to `script`, or "". Allocates;
 * roots_free() releases.
 */
void roots_of_command(struct roots *roots, char *const command[], const char *home,
		      char script[PATH_MAX]);
void roots_free(struct roots *roots);

/* Is the canonical path a root, or below one? */
bool roots_contain(const struct roots *roots, const char *path);

/* What follows the root and its slash in a path below it, or NULL. */
const char *roots_relative(const struct roots *roots, const char *path);

#endif
