/* SPDX-License-Identifier: MIT */
/*
 * From what a stat call gave the program to what we tell: the identity is exactly that of the
 * version which the program has been told of, and costs no system call of our own.
 */
#ifndef PRELOAD_STAT_RESULT_H
#define PRELOAD_STAT_RESULT_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "preload/device.h"
#include "preload/observe.h"

/* A macro, because struct stat and struct stat64 differ by name alone. */
#define after_stat(dirfd, path, flags, buffer, error)                                              \
	do {                                                                                       \
		struct identity seen = {0};                                                        \
		unsigned seen_mode = 0;                                                            \
		if ((error) == 0) {                                                                \
			seen.device = (buffer)->st_dev;                                            \
			seen.inode = (buffer)->st_ino;                                             \
			seen.size = (uint64_t)(buffer)->st_size;                                   \
			seen.mtime_ns = (int64_t)(buffer)->st_mtim.tv_sec * 1000000000 +           \
					(buffer)->st_mtim.tv_nsec;                                 \
			seen.ctime_ns = (int64_t)(buffer)->st_ctim.tv_sec * 1000000000 +           \
					(buffer)->st_ctim.tv_nsec;                                 \
			seen_mode = (buffer)->st_mode;                                             \
		}                                                                                  \
		observe_stat(dirfd, path, ((flags)&AT_SYMLINK_NOFOLLOW) != 0, &seen, seen_mode,    \
			     error);                                                               \
	} while (0)

static inline void after_statx(int dirfd, const char *path, int flags, const struct statx *buffer,
			       int error)
{
	struct identity seen = {0};
	unsigned mode = 0;

	if (error == 0) {
		if ((buffer->stx_mask & STATX_BASIC_STATS) != STATX_BASIC_STATS) {
			/* Asked for so little that it cannot know the content's version. */
			observe_existence(dirfd, path);
			return;
		}
		seen.device = device_number(buffer->stx_dev_major, buffer->stx_dev_minor);
		seen.inode = buffer->stx_ino;
		seen.size = buffer->stx_size;
		seen.mtime_ns = (int64_t)buffer->stx_mtime.tv_sec * 1000000000 +
				(int64_t)buffer->stx_mtime.tv_nsec;
		seen.ctime_ns = (int64_t)buffer->stx_ctime.tv_sec * 1000000000 +
				(int64_t)buffer->stx_ctime.tv_nsec;
		mode = buffer->stx_mode;
	}
	observe_stat(dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) != 0, &seen, mode, error);
}

#endif
