/* SPDX-License-Identifier: MIT */
/* Which filesystems tell of changes that are made elsewhere. */
#ifndef LAUNCHER_FILESYSTEMS_H
#define LAUNCHER_FILESYSTEMS_H

#include <stdbool.h>

/*
 * Does inotify(7) hear of every change to what lies there? Not on a network filesystem or on FUSE,
 * where a server or a process makes changes behind the kernel's back: by the type of statfs(2). A
 * path that does not exist lies where its nearest folder does. True where it cannot be told.
 */
bool filesystem_tells(const char *path);

#endif
