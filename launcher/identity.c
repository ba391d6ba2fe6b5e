/* SPDX-License-Identifier: MIT */
/* What tells one version of a file from another. */
#include "launcher/identity.h"

#include <errno.h>

struct identity identity_of_status(const struct stat *status)
{
	return (struct identity){
	    .device = status->st_dev,
	    .inode = status->st_ino,
	    .size = (uint64_t)status->st_size,
	    .mtime_ns = (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec,
	};
}

bool identity_of_path(const char *path, struct identity *identity)
{
	struct stat status;

	if (lstat(path, &status) != 0) {
		return false;
	}
	if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode)) {
		errno = ENOENT; /* a socket or a FIFO: somebody's means, nobody's content */
		return false;
	}
	*identity = identity_of_status(&status);
	return true;
}

bool identity_equal(const struct identity *left, const struct identity *right)
{
	return left->device == right->device && left->inode == right->inode &&
	       left->size == right->size && left->mtime_ns == right->mtime_ns;
}
