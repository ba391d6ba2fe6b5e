/* SPDX-License-Identifier: MIT */
/*
 * syscall(2): how runtimes make calls that their libc's headers lack. Node's libuv asks for statx
 * this way. What is not about files is forwarded with all six arguments, whatever they are.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/observe.h"
#include "preload/stat_result.h"

EXPORT long syscall(long number, ...);

struct arguments {
	long at[6];
};

static long forward(long number, const struct arguments *a)
{
	__typeof__(&syscall) next = NEXT(syscall);

	if (next == NULL) {
		errno = ENOSYS;
		return -1;
	}
	return next(number, a->at[0], a->at[1], a->at[2], a->at[3], a->at[4], a->at[5]);
}

#define PATH_AT(index) ((const char *)a->at[index])

/* What the call does to files, announced before it. */
static void before(long number, const struct arguments *a)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
		observe_before_open(AT_FDCWD, PATH_AT(0), (int)a->at[1]);
		break;
	case SYS_creat:
		observe_before_open(AT_FDCWD, PATH_AT(0), O_WRONLY | O_CREAT | O_TRUNC);
		break;
	case SYS_rename:
		observe_rename(AT_FDCWD, PATH_AT(0), AT_FDCWD, PATH_AT(1));
		break;
	case SYS_unlink:
		observe_change(REPORT_REMOVE, AT_FDCWD, PATH_AT(0));
		break;
#endif
	case SYS_openat:
		observe_before_open((int)a->at[0], PATH_AT(1), (int)a->at[2]);
		break;
	case SYS_renameat:
	case SYS_renameat2:
		observe_rename((int)a->at[0], PATH_AT(1), (int)a->at[2], PATH_AT(3));
		break;
	case SYS_unlinkat:
		observe_change(REPORT_REMOVE, (int)a->at[0], PATH_AT(1));
		break;
	default:
		break;
	}
}

/* What it has found, told after it; the kernel has found the pointers good. */
static void after(long number, const struct arguments *a, long result, int error)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
		observe_open(AT_FDCWD, PATH_AT(0), (int)a->at[1], (int)result, error);
		break;
	case SYS_stat:
		after_stat(AT_FDCWD, PATH_AT(0), 0, (const struct stat *)a->at[1], error);
		break;
#endif
	case SYS_openat:
		observe_open((int)a->at[0], PATH_AT(1), (int)a->at[2], (int)result, error);
		break;
	case SYS_newfstatat:
		after_stat((int)a->at[0], PATH_AT(1), (int)a->at[3], (const struct stat *)a->at[2],
			   error);
		break;
	case SYS_statx:
		after_statx((int)a->at[0], PATH_AT(1), (int)a->at[2],
			    (const struct statx *)a->at[4], error);
		break;
	case SYS_openat2:
		/* Its resolve flags may bend the path: what was opened is what counts. */
		if (result >= 0) {
			observe_open((int)a->at[0], PATH_AT(1),
				     (int)((const struct open_how *)a->at[2])->flags, (int)result,
				     error);
		}
		break;
	case SYS_chdir:
	case SYS_fchdir:
		if (error == 0 && guest_enter()) {
			guest_cwd_changed();
		}
		break;
	default:
		break;
	}
}

static bool about_files(long number)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
	case SYS_creat:
	case SYS_stat:
	case SYS_rename:
	case SYS_unlink:
#endif
	case SYS_openat:
	case SYS_openat2:
	case SYS_newfstatat:
	case SYS_statx:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_unlinkat:
	case SYS_chdir:
	case SYS_fchdir:
		return true;
	default:
		return false;
	}
}

EXPORT long syscall(long number, ...)
{
	struct arguments arguments;
	va_list list;
	long result;
	int error;

	va_start(list, number);
	for (int i = 0; i < 6; i++) {
		arguments.at[i] = va_arg(list, long);
	}
	va_end(list);
	if (!about_files(number)) {
		return forward(number, &arguments);
	}
	KEEPING_ERRNO(before(number, &arguments));
	result = forward(number, &arguments);
	error = result == -1 ? errno : 0;
	KEEPING_ERRNO(after(number, &arguments, result, error));
	return result;
}
