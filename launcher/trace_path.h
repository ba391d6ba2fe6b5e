/* SPDX-License-Identifier: MIT */
/* Paths as a trace shows them: as a process named them, without detours. */
#ifndef LAUNCHER_TRACE_PATH_H
#define LAUNCHER_TRACE_PATH_H

#include <limits.h>

/*
 * An absolute path without ".", doubled slashes and a slash at the end, and without ".." but where
 * what stands before it is a symlink now: behind one, ".." leads elsewhere. What does not begin
 * with a slash, or is too long, stays as it is. Returns the path, or what has been put into clean.
 */
const char *trace_path_clean(const char *path, char clean[PATH_MAX]);

/* As seen from the folder (both clean): what follows it below it, "." for itself. */
const char *trace_path_relative(const char *path, const char *folder);

#endif
