/* SPDX-License-Identifier: MIT */
/*
 * What the hooks of reading and looking call: turns a libc call into at most one report. Every
 * function here keeps errno (all I/O is by raw system calls), allocates nothing, and returns at
 * once when the fact has been sent before, or lies under a system path.
 *
 * What only looks is reported after the call, when the kernel has also found the program's pointers
 * good; what will change a file is announced before it (changes.h).
 */
#ifndef PRELOAD_OBSERVE_H
#define PRELOAD_OBSERVE_H

#include <stdbool.h>

#include "preload/report.h"

/* After an open with these open(2) flags: fd is the result, or negative with `error`. */
void observe_open(int dirfd, const char *path, int flags, int fd, int error);

/* The open(2) flags that an fopen(3) mode stands for; O_PATH for a mode that is none. */
int open_flags_of_mode(const char *mode);

/* Before something that will open the file for reading where we cannot see it. */
void observe_before_read(int dirfd, const char *path);

/*
 * After a stat that follows links (nofollow false) or does not; identity and mode of what was
 * found, unused when `error` is not 0.
 */
void observe_stat(int dirfd, const char *path, bool nofollow, const struct identity *identity,
		  unsigned mode, int error);
/* After a stat of a file that is there, which says nothing of its version: told to a trace. */
void observe_existence(int dirfd, const char *path);
/* After an access(2) or chdir(2): what is not there may come. */
void observe_access(int dirfd, const char *path, int error);

/* After an opendir or scandir. */
void observe_list(int dirfd, const char *path, int error);
/* Before a walk through a tree (ftw, fts): its root; what lies below, libc lists unseen. */
void observe_walk(const char *path);
/* The same for each of fts_open's paths. */
void observe_walks(char *const *paths);
/* Before a glob(3): the folder that the pattern's fixed part names. */
void observe_glob(const char *pattern);

/* Before a readlink: the version of the link that it reads, or that it is not there. */
void observe_readlink(int dirfd, const char *path);
/* After a realpath: every link on the way was read. */
void observe_realpath(const char *path, int error);
/*
 * Before a chdir, as the path may be relative to what is left: the links on the way. Whatever is
 * opened from there by a relative name does not pass them any more.
 */
void observe_chdir(const char *path);

#endif
