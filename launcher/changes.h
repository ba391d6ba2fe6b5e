/* SPDX-License-Identifier: MIT */
/* The list of what has changed, as the command gets it in its environment. */
#ifndef LAUNCHER_CHANGES_H
#define LAUNCHER_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#define CHANGES_MAX 32767 /* bytes of the text, without its terminating NUL */

/*
 * One path a line, with a newline between two. In a path a backslash is written as two, a newline
 * as a backslash and an n. A path that no longer fits, and all after it, are left out.
 */
struct changes {
	char *text; /* NULL: none has been added, or there is no memory */
	size_t length, size;
	bool full;
};

void changes_add(struct changes *changes, const char *path);
void changes_free(struct changes *changes);

#endif
