/* SPDX-License-Identifier: MIT */
/*
 * What the hooks of changing calls call: announces, before the call, what it is about to do to a
 * file, so that it is in the pipe before any event that it causes. A trace, which watches nothing,
 * wants to know what came of it, so there it is told after the call. errno, memory: as in
 * observe.h.
 *
 * A call that is sure to fail is not announced: the kernel is asked first, which also tells whether
 * the program's pointers are good.
 */
#ifndef PRELOAD_CHANGES_H
#define PRELOAD_CHANGES_H

#include <stdbool.h>

/* The flags are from fcntl.h or linux/fcntl.h, which cannot be included together: the includer has
 * one. */

#include "preload/place.h"
#include "preload/report.h"

/* Can an open with these flags change the file? Most cannot, and need nothing before them. */
static inline bool change_is_possible(int flags)
{
	if ((flags & O_PATH) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
		return false;
	}
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

/* A change, from before the call until after it: lives in the hook, and points to what it passes.
 */
struct change {
	struct report_header header; /* kind 0: there is nothing to tell */
	struct place place;	     /* what is changed */
	struct place other; /* where it is moved, or what it is linked to; path may be NULL */
	unsigned variant;   /* of tell_fact() */
	bool only_failure;  /* success is no change: not to be told */
};

/*
 * Each before a call; change_end() after it, with its errno or 0, tells the result if that is
 * wanted. A change whose header's kind is 0 tells nothing.
 */
void change_end(struct change *change, int error);

/* An open with these open(2) flags; nothing unless it may change the file. */
void change_open(struct change *change, int dirfd, const char *path, int flags);

/* REPORT_REMOVE, REPORT_MKDIR. */
void change_name(struct change *change, enum report_kind kind, int dirfd, const char *path);
void change_rename(struct change *change, int old_dirfd, const char *old_path, int new_dirfd,
		   const char *new_path);
/* A hard link, and a symbolic one to what the text says. */
void change_link(struct change *change, int old_dirfd, const char *old_path, int new_dirfd,
		 const char *new_path);
void change_symlink(struct change *change, const char *text, int dirfd, const char *path);

/* A mknod or mkfifo. */
void change_create(struct change *change, int dirfd, const char *path);
/* A truncate or utimes by name: the file stays, and is another. */
void change_overwrite(struct change *change, int dirfd, const char *path, bool nofollow);

/* After a mkstemp or mkdtemp, which make the name up: `made` tells whether they succeeded. */
void change_made(const char *path, bool made);

#endif
