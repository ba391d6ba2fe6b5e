/* SPDX-License-Identifier: MIT */
/* What the kernel says of a file, in the sizes of the wire format. */
#ifndef PRELOAD_STATUS_H
#define PRELOAD_STATUS_H

#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "preload/device.h"
#include "preload/raw.h"
#include "preload/report.h"

#define STATUS_TYPE_MASK    0170000u
#define STATUS_TYPE_REGULAR 0100000u
#define STATUS_TYPE_FOLDER  0040000u
#define STATUS_TYPE_LINK    0120000u
#define STATUS_TYPE_FIFO    0010000u

struct status {
	struct identity identity;
	unsigned mode;
	unsigned links; /* names; 0: removed */
};

#ifdef __NR_newfstatat
typedef struct stat kernel_status;
#define STATUS_BY_PATH	     __NR_newfstatat
#define STATUS_BY_DESCRIPTOR __NR_fstat
#else /* of 32 bit */
typedef struct stat64 kernel_status;
#define STATUS_BY_PATH	     __NR_fstatat64
#define STATUS_BY_DESCRIPTOR __NR_fstat64
#endif

static inline void status_take(struct status *status, const kernel_status *from)
{
	status->mode = from->st_mode;
	status->links = (unsigned)from->st_nlink;
	status->identity.device = from->st_dev;
	status->identity.inode = from->st_ino;
	status->identity.size = (uint64_t)from->st_size;
	status->identity.mtime_ns =
	    (int64_t)from->st_mtime * 1000000000 + (int64_t)from->st_mtime_nsec;
	status->identity.ctime_ns =
	    (int64_t)from->st_ctime * 1000000000 + (int64_t)from->st_ctime_nsec;
}

/* Both return 0 or -errno, and look at the path only inside the kernel: EFAULT, never a crash. */
static inline int status_of_path(int dirfd, const char *path, int at_flags, struct status *status)
{
	kernel_status found;
	int result = (int)RAW_CALL(STATUS_BY_PATH, dirfd, path, &found, at_flags, 0, 0);

	if (result == 0) {
		status_take(status, &found);
	}
	return result;
}

static inline int status_of_descriptor(int fd, struct status *status)
{
	kernel_status found;
	int result = (int)RAW_CALL(STATUS_BY_DESCRIPTOR, fd, &found, 0, 0, 0, 0);

	if (result == 0) {
		status_take(status, &found);
	}
	return result;
}

/*
 * Which file it is, and nothing of its times: to ask for these makes the kernel (6.13) give it an
 * exact new one at the next write, and on a disk that goes to the journal. 0, or -errno: before
 * Linux 4.11, and in some containers, it is not to be had.
 */
static inline int status_which(int fd, uint64_t *device, uint64_t *inode)
{
	struct statx found;
	int result;

	found.stx_dev_major = found.stx_dev_minor = 0;
	found.stx_ino = 0;
	result =
	    (int)RAW_CALL(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &found, 0);

	if (result == 0) {
		*device = device_number(found.stx_dev_major, found.stx_dev_minor);
		*inode = found.stx_ino;
	}
	return result;
}

static inline int status_is(const struct status *status, unsigned type)
{
	return (status->mode & STATUS_TYPE_MASK) == type;
}

#endif
