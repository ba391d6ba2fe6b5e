/* SPDX-License-Identifier: MIT */
/* A fact about a path: is it worth telling, has it been told, tell it. */
#ifndef PRELOAD_TELL_H
#define PRELOAD_TELL_H

#include <stdbool.h>

#include "preload/report.h"
#include "preload/status.h"

/*
 * Nothing to tell: the empty path, and the system's own unless everything is wanted. The path is
 * touched: only for one that the kernel has found good.
 */
bool tell_is_beneath_notice(const char *path);

/*
 * May the path be touched, for which a system call has said this errno (or 0)? Some are said before
 * the kernel looks at the path: then it is asked once more. Of one that is too long, it has read
 * PATH_MAX bytes, and may not know where it ends.
 */
bool tell_may_touch(const char *path, int error);

/* Fills in what the report says of the file. */
void tell_status(struct report_header *header, const struct status *status);

/*
 * status_of_path() into the header. Returns 0 or -errno; also tells, without touching it ourselves,
 * whether the pointer is good.
 */
int tell_identify(int dirfd, const char *path, int at_flags, struct report_header *header);

/*
 * Is this fact about the path to be told: not told before, and not beneath notice? For repeated
 * calls this is all that is done, so it remembers what is beneath notice, too.
 */
bool tell_is_news(int dirfd, const char *path, unsigned kind);

/*
 * Has a fact of this kind been told of the path? Only for places that need no system call to know;
 * false for others. `kind` may carry more than the report's kind: one fact is kept for each.
 */
bool tell_has_told(int dirfd, const char *path, unsigned kind);
/* Remembers one that is not worth telling as if it had been. */
void tell_remember(int dirfd, const char *path, unsigned kind);

#define TELL_VARIANTS		 16u
#define TELL_KIND(kind, variant) ((unsigned)(kind) | (unsigned)(variant) << 8)
/* The variant of a fact that failed so: none is like another error's, or like success. */
#define TELL_FAILED(error) (TELL_VARIANTS + (unsigned)(error))

/*
 * Sends the fact unless it has been sent; `variant`, below TELL_VARIANTS or TELL_FAILED(), tells
 * apart facts of the same kind.
 */
void tell_fact(struct report_header *header, int dirfd, const char *path, unsigned variant);

/* The path leads elsewhere from now on: what succeeds there, and that nothing is, is news again. */
void tell_forget(int dirfd, const char *path);

/* For a trace: a call that looks at a path has failed, for another reason than ENOENT. */
void tell_failure(enum report_kind kind, int dirfd, const char *path, int error);

#endif
