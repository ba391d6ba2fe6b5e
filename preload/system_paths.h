/* SPDX-License-Identifier: MIT */
/*
 * Which absolute paths belong to the system: what both the library (which does not send them) and
 * the launcher (which would ignore them) must agree on.
 */
#ifndef PRELOAD_SYSTEM_PATHS_H
#define PRELOAD_SYSTEM_PATHS_H

#include <stdbool.h>

/*
 * True if the absolute path lies under a folder that packages own, not people: /usr, /lib*, /proc
 * and the like, and the system's own files in /etc. By its text only: a path with a ".." anywhere
 * is false, because a symlink may stand before it.
 */
bool system_path(const char *path);

/* True if ".." is one of the path's components. */
bool path_has_parent_component(const char *path);

#endif
