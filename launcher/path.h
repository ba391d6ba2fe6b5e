/* SPDX-License-Identifier: MIT */
/* Paths as text: joining, cutting and comparing them, never beyond PATH_MAX. */
#ifndef LAUNCHER_PATH_H
#define LAUNCHER_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Copies; false, and an empty path, if it does not fit. */
bool path_copy(char path[PATH_MAX], const char *from);

/*
 * folder/name, with one slash between; an absolute name stands for itself. False, and an empty
 * path, if it does not fit. path must be neither of the two.
 */
bool path_join(char path[PATH_MAX], const char *folder, const char *name);

/* The folder of an absolute path, "/" for what lies there. False if it is too long. */
bool path_folder(char folder[PATH_MAX], const char *path);

/* The last name of an absolute path. */
const char *path_name(const char *path);

/* Is the path the folder or below it? Both absolute, without a slash at the end but for "/". */
bool path_is_below(const char *path, const char *folder);

#endif
