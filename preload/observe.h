/* SPDX-License-Identifier: MIT */
/*
 * What the hooks call: turns a libc call into at most one report. Every function here keeps errno
 * (all I/O is by raw system calls), allocates nothing, and returns at once when the fact has been
 * sent before, or lies under a system path.
 *
 * The rule of before and after: what will change a file is announced before the call, so that it
 * is in the pipe before any event that it causes; what only looks is reported after the call, when
 * the kernel has also found the program's pointers good.
 */
#ifndef PRELOAD_OBSERVE_H
#define PRELOAD_OBSERVE_H

#include <stdbool.h>

#include "preload/report.h"

/* Sent once a process: REPORT_HELLO, or REPORT_FORKED for a copy of one. */
void observe_process(bool forked);

/* Before an open with these open(2) flags; says nothing unless it may change the file. */
void observe_before_open(int dirfd, const char *path, int flags);
/* After it: fd is the result, or negative with `error`. */
void observe_open(int dirfd, const char *path, int flags, int fd, int error);

/* The same for fopen(3) and freopen(3), by their mode. A NULL path or mode is passed over. */
int open_flags_of_mode(const char *mode);

/*
 * After a stat that follows links (nofollow false) or does not; identity and mode of what was
 * found, unused when `error` is not 0.
 */
void observe_stat(int dirfd, const char *path, bool nofollow, const struct identity *identity,
		  unsigned mode, int error);

/* After an opendir. */
void observe_list(int dirfd, const char *path, int error);

/* Before a call that removes, makes or renames: kind is REPORT_REMOVE, REPORT_MKDIR, REPORT_LINK.
 */
void observe_change(enum report_kind kind, int dirfd, const char *path);
void observe_rename(int old_dirfd, const char *old_path, int new_dirfd, const char *new_path);

/* After a mkstemp or mkdtemp, which make the name up: `made` tells whether they succeeded. */
void observe_made(const char *path, bool made);
/* Before a truncate or utimes by name: the file stays, and is another. */
void observe_overwrite(int dirfd, const char *path);
/* After an access(2): what is not there may come. */
void observe_access(int dirfd, const char *path, int error);

/*
 * Before an exec or spawn, and with `error` after one that failed. search_path: the PATH that a
 * name without a slash is looked up in, or NULL.
 */
void observe_exec(int dirfd, const char *path, const char *search_path, int error);

#endif
