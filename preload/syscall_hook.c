/* SPDX-License-Identifier: MIT */
/*
 * syscall(2): how runtimes make calls that their libc's headers lack. Node's libuv asks for statx
 * this way. What is not about files is forwarded with all six arguments, whatever they are.
 */
#include <alloca.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/carry.h"
#include "preload/changes.h"
#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/observe.h"
#include "preload/process.h"
#include "preload/report.h"
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
#define FD_AT(index)   ((int)a->at[index])

#ifdef SYS_open
/* The calls of the first Unix, which newer machines do not have any more. */
static void before_old(struct change *change, long number, const struct arguments *a)
{
	switch (number) {
	case SYS_open:
		change_open(change, AT_FDCWD, PATH_AT(0), FD_AT(1));
		break;
	case SYS_creat:
		change_open(change, AT_FDCWD, PATH_AT(0), O_WRONLY | O_CREAT | O_TRUNC);
		break;
	case SYS_rename:
		change_rename(change, AT_FDCWD, PATH_AT(0), AT_FDCWD, PATH_AT(1));
		break;
	case SYS_unlink:
	case SYS_rmdir:
		change_name(change, REPORT_REMOVE, AT_FDCWD, PATH_AT(0));
		break;
	case SYS_mkdir:
		change_name(change, REPORT_MKDIR, AT_FDCWD, PATH_AT(0));
		break;
	case SYS_link:
		change_link(change, AT_FDCWD, PATH_AT(0), AT_FDCWD, PATH_AT(1));
		break;
	case SYS_symlink:
		change_symlink(change, PATH_AT(0), AT_FDCWD, PATH_AT(1));
		break;
	case SYS_readlink:
		observe_readlink(AT_FDCWD, PATH_AT(0));
		break;
	default:
		break;
	}
}
#endif

/* What the call does to files, announced before it. */
static void before(struct change *change, long number, const struct arguments *a)
{
	switch (number) {
	case SYS_openat:
		change_open(change, FD_AT(0), PATH_AT(1), FD_AT(2));
		break;
	case SYS_renameat2:
#ifdef SYS_renameat
	case SYS_renameat:
#endif
		change_rename(change, FD_AT(0), PATH_AT(1), FD_AT(2), PATH_AT(3));
		break;
	case SYS_unlinkat:
		change_name(change, REPORT_REMOVE, FD_AT(0), PATH_AT(1));
		break;
	case SYS_mkdirat:
		change_name(change, REPORT_MKDIR, FD_AT(0), PATH_AT(1));
		break;
	case SYS_linkat:
		change_link(change, FD_AT(0), PATH_AT(1), FD_AT(2), PATH_AT(3));
		break;
	case SYS_symlinkat:
		change_symlink(change, PATH_AT(0), FD_AT(1), PATH_AT(2));
		break;
	case SYS_truncate:
		change_overwrite(change, AT_FDCWD, PATH_AT(0), false);
		break;
	case SYS_readlinkat:
		observe_readlink(FD_AT(0), PATH_AT(1));
		break;
	default:
#ifdef SYS_open
		before_old(change, number, a);
#endif
		break;
	}
}

/* openat2's flags lie in memory, which the kernel has found good if it got as far as looking. */
static void after_openat2(const struct arguments *a, int fd, int error)
{
	if (fd >= 0 || error == ENOENT || error == EACCES) {
		const struct open_how *how = (const struct open_how *)a->at[2];

		observe_open(FD_AT(0), PATH_AT(1), (int)how->flags, fd, error);
	}
}

/* What it has found, told after it. */
static void after(long number, const struct arguments *a, int result, int error)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
		observe_open(AT_FDCWD, PATH_AT(0), FD_AT(1), result, error);
		break;
	case SYS_access:
		observe_access(AT_FDCWD, PATH_AT(0), error);
		break;
#endif
#ifdef __x86_64__ /* elsewhere the kernel's struct is not libc's */
	case SYS_stat:
		after_stat(AT_FDCWD, PATH_AT(0), 0, (const struct stat *)a->at[1], error);
		break;
	case SYS_lstat:
		after_stat(AT_FDCWD, PATH_AT(0), AT_SYMLINK_NOFOLLOW, (const struct stat *)a->at[1],
			   error);
		break;
#endif
#ifdef SYS_newfstatat
	case SYS_newfstatat:
		after_stat(FD_AT(0), PATH_AT(1), FD_AT(3), (const struct stat *)a->at[2], error);
		break;
#endif
	case SYS_openat:
		observe_open(FD_AT(0), PATH_AT(1), FD_AT(2), result, error);
		break;
	case SYS_openat2:
		after_openat2(a, result, error);
		break;
	case SYS_statx:
		after_statx(FD_AT(0), PATH_AT(1), FD_AT(2), (const struct statx *)a->at[4], error);
		break;
	case SYS_faccessat:
	case SYS_faccessat2:
		observe_access(FD_AT(0), PATH_AT(1), error);
		break;
	default:
		break;
	}
}

/* Relative paths, or all of them, mean other files from now on. */
static void after_move(long number)
{
	bool other_root = number == SYS_pivot_root; /* for which there is no function */

	if ((number == SYS_chdir || number == SYS_fchdir || other_root) && guest_enter()) {
		guest_cwd_changed();
		if (other_root) {
			process_introduce(false);
		}
	}
}

/* An exec by number, with the environment completed on the stack. Returns if it has failed. */
static long execute(long number, const struct arguments *given)
{
	struct arguments a = *given;
	struct carry carry;
	bool at = number == SYS_execveat;
	long *environment = &a.at[at ? 3 : 2];
	struct execution execution = {
	    .dirfd = at ? (int)a.at[0] : AT_FDCWD,
	    .path = (const char *)a.at[at ? 1 : 0],
	    .argv = (char *const *)a.at[at ? 2 : 1],
	};
	long result;

	KEEPING_ERRNO(*environment = (long)CARRIED(&carry, (char *const *)*environment));
	execution.flags = carry.unreachable ? REPORT_UNREACHABLE : 0;
	KEEPING_ERRNO(process_execute(&execution, 0));
	result = forward(number, &a);
	KEEPING_ERRNO(process_execute(&execution, errno));
	return result;
}

/* Does the call forbid the process system calls from now on? (seccomp(2)) */
static bool shuts_in(long number, const struct arguments *a)
{
	return number == SYS_seccomp &&
	       (a->at[0] == SECCOMP_SET_MODE_STRICT || a->at[0] == SECCOMP_SET_MODE_FILTER);
}

static long shut_in(long number, const struct arguments *a)
{
	bool silenced;
	long result;

	int mode = a->at[0] == SECCOMP_SET_MODE_STRICT ? SECCOMP_MODE_STRICT : SECCOMP_MODE_FILTER;

	KEEPING_ERRNO(silenced = process_sandbox(mode, (const void *)a->at[2]));
	result = forward(number, a);
	if (result < 0 && silenced) {
		process_sandbox_failed();
	}
	return result;
}

EXPORT long syscall(long number, ...)
{
	struct arguments arguments;
	struct change change;
	va_list list;
	long result;
	int error;

	va_start(list, number);
	for (int i = 0; i < 6; i++) {
		arguments.at[i] = va_arg(list, long);
	}
	va_end(list);
	if (number == SYS_execve || number == SYS_execveat) {
		return execute(number, &arguments);
	}
	if (shuts_in(number, &arguments)) {
		return shut_in(number, &arguments);
	}
	change.header.kind = 0;
	KEEPING_ERRNO(before(&change, number, &arguments));
	result = forward(number, &arguments);
	error = result == -1 ? errno : 0;
	KEEPING_ERRNO(change_end(&change, error));
	KEEPING_ERRNO(after(number, &arguments, (int)result, error));
	if (error == 0) {
		KEEPING_ERRNO(after_move(number));
	}
	return result;
}
