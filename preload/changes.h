/* SPDX-License-Identifier: MIT */
/*
 * What the hooks of changing calls call: announces, before the call, what it is about to do to a
 * file, so that it is in the pipe before any event that it causes. errno, memory: as in observe.h.
 * A call that is sure to fail is not announced: the kernel is asked first, which also tells whether
 * the program's pointers are good.
 */
#ifndef PRELOAD_CHANGES_H
#define PRELOAD_CHANGES_H

#include <stdbool.h>

/* The flags are from fcntl.h or linux/fcntl.h, which cannot be included together: the includer has
 * one. */

#include "preload/report.h"

/* Can an open with these flags change the file? Most cannot, and need nothing before them. */
static inline bool change_is_possible(int flags)
{
	if ((flags & O_PATH) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
		return false;
	}
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

/* Before an open with these open(2) flags; says nothing unless it may change the file. */
void change_open(int dirfd, const char *path, int flags);

/* Before a call that removes, makes or links: REPORT_REMOVE, REPORT_MKDIR, REPORT_LINK. */
void change_name(enum report_kind kind, int dirfd, const char *path);
void change_rename(int old_dirfd, const char *old_path, int new_dirfd, const char *new_path);

/* Before a mknod or mkfifo. */
void change_create(int dirfd, const char *path);
/* After a mkstemp or mkdtemp, which make the name up: `made` tells whether they succeeded. */
void change_made(const char *path, bool made);
/* Before a truncate or utimes by name: the file stays, and is another. */
void change_overwrite(int dirfd, const char *path, bool nofollow);

#endif
