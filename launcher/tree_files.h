/* SPDX-License-Identifier: MIT */
/* Which files processes hold open for writing. */
#ifndef LAUNCHER_TREE_FILES_H
#define LAUNCHER_TREE_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "preload/report.h"

/* Does a descendant of ours hold the file (device and inode) open for writing? By /proc/PID/fd. */
bool tree_writes(const struct identity *file);

/*
 * Calls visit with the path of each regular file that this process holds open for writing: what
 * the user has redirected our output to, and so the command's.
 */
void tree_files_own(void (*visit)(const char *path, void *context), void *context);

#endif
