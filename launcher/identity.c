/* SPDX-License-Identifier: MIT */
/* What tells one version of a file from another. */
#include "launcher/identity.h"

#include <errno.h>
#include <fcntl.h>

#include "preload/device.h"

static bool has_content(unsigned mode)
{
	return S_ISREG(mode) || S_ISLNK(mode) || S_ISDIR(mode);
}

struct identity identity_of_status(const struct stat *status)
{
	return (struct identity){
	    .device = status->st_dev,
	    .inode = status->st_ino,
	    .size = (uint64_t)status->st_size,
	    .mtime_ns = (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec,
	    .ctime_ns = (int64_t)status->st_ctim.tv_sec * 1000000000 + status->st_ctim.tv_nsec,
	};
}

bool identity_of_path(const char *path, struct identity *identity)
{
	struct stat status;

	if (lstat(path, &status) != 0) {
		return false;
	}
	if (!has_content(status.st_mode)) {
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

bool identity_same_file(const char *one, const char *other)
{
	struct stat first;
	struct stat second;

	return stat(one, &first) == 0 && stat(other, &second) == 0 &&
	       first.st_ino == second.st_ino && first.st_dev == second.st_dev;
}

/* Where a sandbox that is older than statx(2) forbids it, it is done without what only that tells.
 */
static void look_in_the_old_way(struct sight *sight, const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && has_content(status.st_mode)) {
		sight->present = true;
		sight->regular = S_ISREG(status.st_mode);
		sight->link = S_ISLNK(status.st_mode);
		sight->shared = sight->regular && status.st_nlink > 1;
		sight->identity = identity_of_status(&status);
	}
}

void sight_take(struct sight *sight, const char *path, bool fresh)
{
	struct statx found;

	*sight = (struct sight){0};
	if (statx(AT_FDCWD, path,
		  AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (fresh ? AT_STATX_FORCE_SYNC : 0),
		  STATX_BASIC_STATS, &found) != 0) {
		if (errno == EPERM || errno == ENOSYS) {
			look_in_the_old_way(sight, path);
		}
		return;
	}
	if (!has_content(found.stx_mode)) {
		return;
	}
	sight->present = true;
	sight->regular = S_ISREG(found.stx_mode);
	sight->link = S_ISLNK(found.stx_mode);
	sight->shared = sight->regular && found.stx_nlink > 1;
	sight->mounted = sight->regular && (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
	sight->identity = (struct identity){
	    .device = device_number(found.stx_dev_major, found.stx_dev_minor),
	    .inode = found.stx_ino,
	    .size = found.stx_size,
	    .mtime_ns = (int64_t)found.stx_mtime.tv_sec * 1000000000 + found.stx_mtime.tv_nsec,
	    .ctime_ns = (int64_t)found.stx_ctime.tv_sec * 1000000000 + found.stx_ctime.tv_nsec,
	};
}
