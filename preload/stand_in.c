/* SPDX-License-Identifier: MIT */
/* For functions that the program's libc does not have; see stand_in.h. */
#include "preload/stand_in.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/hook.h"
#include "preload/raw.h"

/* From the kernel's result to libc's. */
static long finish(long result)
{
	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

#define BY_CALL(number, a, b, c, d, e) finish(RAW_CALL(number, a, b, c, d, e, 0))

static int fallback_statx(int dirfd, const char *path, int flags, unsigned mask,
			  struct statx *buffer)
{
	return (int)BY_CALL(__NR_statx, dirfd, path, flags, mask, buffer);
}

static int fallback_renameat2(int from_dirfd, const char *from, int to_dirfd, const char *to,
			      unsigned flags)
{
	return (int)BY_CALL(__NR_renameat2, from_dirfd, from, to_dirfd, to, flags);
}

static int fallback_execveat(int dirfd, const char *path, char *const argv[], char *const envp[],
			     int flags)
{
	return (int)BY_CALL(__NR_execveat, dirfd, path, argv, envp, flags);
}

static int fallback_open(const char *path, int flags, mode_t mode)
{
	return (int)BY_CALL(__NR_openat, AT_FDCWD, path, flags, mode, 0);
}

static int fallback_open_2(const char *path, int flags)
{
	return (int)BY_CALL(__NR_openat, AT_FDCWD, path, flags, 0, 0);
}

static int fallback_openat_2(int dirfd, const char *path, int flags)
{
	return (int)BY_CALL(__NR_openat, dirfd, path, flags, 0, 0);
}

static ssize_t fallback_readlinkat(int dirfd, const char *path, char *buffer, size_t size)
{
	return (ssize_t)BY_CALL(__NR_readlinkat, dirfd, path, buffer, size, 0);
}

static ssize_t fallback_readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size,
				       size_t room)
{
	(void)room; /* what is checked against it has been called wrongly, and crashes either way */
	return fallback_readlinkat(dirfd, path, buffer, size);
}

static ssize_t fallback_readlink_chk(const char *path, char *buffer, size_t size, size_t room)
{
	(void)room;
	return fallback_readlinkat(AT_FDCWD, path, buffer, size);
}

static char *fallback_realpath_chk(const char *path, char *resolved, size_t room)
{
	(void)room;
	return NEXT(realpath)(path, resolved);
}

static char *fallback_canonicalize(const char *path)
{
	return NEXT(realpath)(path, NULL);
}

static int fallback_xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device)
{
	(void)version;
	return (int)BY_CALL(__NR_mknodat, dirfd, path, mode, (unsigned)*device, 0);
}

static int fallback_mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
	return fallback_xmknodat(0, dirfd, path, mode, &device);
}

static int fallback_mknod(const char *path, mode_t mode, dev_t device)
{
	return fallback_xmknodat(0, AT_FDCWD, path, mode, &device);
}

static int fallback_xmknod(int version, const char *path, mode_t mode, dev_t *device)
{
	return fallback_xmknodat(version, AT_FDCWD, path, mode, device);
}

static int fallback_close_range(unsigned first, unsigned last, int flags)
{
	return (int)BY_CALL(__NR_close_range, first, last, flags, 0, 0);
}

static void fallback_closefrom(int first)
{
	(void)BY_CALL(__NR_close_range, first < 0 ? 0 : first, ~0u, 0, 0, 0);
}

#ifdef __NR_newfstatat /* where the kernel's struct is libc's */
static int fallback_fstatat(int dirfd, const char *path, struct stat *buffer, int flags)
{
	return (int)BY_CALL(__NR_newfstatat, dirfd, path, buffer, flags, 0);
}

static int fallback_stat(const char *path, struct stat *buffer)
{
	return fallback_fstatat(AT_FDCWD, path, buffer, 0);
}

static int fallback_lstat(const char *path, struct stat *buffer)
{
	return fallback_fstatat(AT_FDCWD, path, buffer, AT_SYMLINK_NOFOLLOW);
}

static int fallback_xstat(int version, const char *path, struct stat *buffer)
{
	(void)version;
	return fallback_stat(path, buffer);
}

static int fallback_lxstat(int version, const char *path, struct stat *buffer)
{
	(void)version;
	return fallback_lstat(path, buffer);
}

static int fallback_fxstatat(int version, int dirfd, const char *path, struct stat *buffer,
			     int flags)
{
	(void)version;
	return fallback_fstatat(dirfd, path, buffer, flags);
}
#endif

struct stand_in {
	enum next_id id;
	void (*function)(void);
};

#define IN_PLACE_OF(name, function)                                                                \
	{                                                                                          \
		NEXT_##name, (void (*)(void))(function)                                            \
	}

static const struct stand_in stand_ins[] = {
    IN_PLACE_OF(statx, fallback_statx),
    IN_PLACE_OF(close_range, fallback_close_range),
    IN_PLACE_OF(closefrom, fallback_closefrom),
    IN_PLACE_OF(renameat2, fallback_renameat2),
    IN_PLACE_OF(execveat, fallback_execveat),
    IN_PLACE_OF(__open, fallback_open),
    IN_PLACE_OF(__open64, fallback_open),
    IN_PLACE_OF(__open_2, fallback_open_2),
    IN_PLACE_OF(__open64_2, fallback_open_2),
    IN_PLACE_OF(__openat_2, fallback_openat_2),
    IN_PLACE_OF(__openat64_2, fallback_openat_2),
    IN_PLACE_OF(__readlink_chk, fallback_readlink_chk),
    IN_PLACE_OF(__readlinkat_chk, fallback_readlinkat_chk),
    IN_PLACE_OF(__realpath_chk, fallback_realpath_chk),
    IN_PLACE_OF(canonicalize_file_name, fallback_canonicalize),
    IN_PLACE_OF(mknod, fallback_mknod),
    IN_PLACE_OF(mknodat, fallback_mknodat),
    IN_PLACE_OF(__xmknod, fallback_xmknod),
    IN_PLACE_OF(__xmknodat, fallback_xmknodat),
#ifdef __NR_newfstatat
    IN_PLACE_OF(stat, fallback_stat),
    IN_PLACE_OF(stat64, fallback_stat),
    IN_PLACE_OF(lstat, fallback_lstat),
    IN_PLACE_OF(lstat64, fallback_lstat),
    IN_PLACE_OF(fstatat, fallback_fstatat),
    IN_PLACE_OF(fstatat64, fallback_fstatat),
    IN_PLACE_OF(__xstat, fallback_xstat),
    IN_PLACE_OF(__xstat64, fallback_xstat),
    IN_PLACE_OF(__lxstat, fallback_lxstat),
    IN_PLACE_OF(__lxstat64, fallback_lxstat),
    IN_PLACE_OF(__fxstatat, fallback_fxstatat),
    IN_PLACE_OF(__fxstatat64, fallback_fxstatat),
#endif
};

void *stand_in(enum next_id id)
{
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		if (stand_ins[i].id == id) {
			return __extension__(void *) stand_ins[i].function;
		}
	}
	return NULL;
}
