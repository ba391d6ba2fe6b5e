/* SPDX-License-Identifier: MIT */
/*
 * The hooks of the table (hooks.def): forward, and tell. Compiled without large-file macros: each
 * name must be itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <mntent.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "preload/changes.h"
#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/observe.h"
#include "preload/stat_result.h"

#define NOTHING	    ((void)0)
#define CREAT_FLAGS (O_WRONLY | O_CREAT | O_TRUNC)

/* First expansion: the prototypes, beside libc's own, so that a wrong type does not compile. */
#define HOOK(result_t, name, parameters, ...)		    EXPORT result_t name parameters;
#define HOOK_VARIADIC_OPEN(result_t, name, parameters, ...) EXPORT result_t name parameters;
#define HOOK_OF_GLIBC(result_t, name, parameters, ...)	    EXPORT result_t hook_of_##name parameters;
#include "preload/hooks.def"

static void before_stream(struct change *change, const char *path, const char *mode)
{
	if (path != NULL) {
		change_open(change, AT_FDCWD, path, open_flags_of_mode(mode));
	}
}

static void after_stream(struct change *change, const char *path, const char *mode, FILE *stream,
			 int error)
{
	int fd = -1;

	change_end(change, error);
	if (stream != NULL && path != NULL) {
		fd = NEXT(fileno)(stream);
	}
	observe_open(AT_FDCWD, path, open_flags_of_mode(mode), fd, error);
}

/* What will become of it, the child's descriptors alone will know. */
static void before_spawned_open(struct change *change, const char *path, int flags)
{
	change_open(change, AT_FDCWD, path, flags);
	change_end(change, 0);
	change->header.kind = 0;
	if ((flags & O_ACCMODE) != O_WRONLY) {
		observe_before_read(AT_FDCWD, path);
	}
}

/* The working directory, or one above it, may be called otherwise now. */
static void after_rename(struct change *change, int error)
{
	change_end(change, error);
	if (error == 0 && guest_enter()) {
		guest_cwd_changed();
	}
}

static void after_chdir(const char *path, int error)
{
	if (error == 0 && guest_enter()) {
		guest_cwd_changed();
	} else if (path != NULL) {
		observe_access(AT_FDCWD, path, error);
	}
}

#define FORWARD(result_t, function, name, parameters, arguments, before, after)                    \
	EXPORT result_t function parameters                                                        \
	{                                                                                          \
		__typeof__(&name) next = NEXT(name);                                               \
		result_t result = FAILURE(result);                                                 \
		int error = ENOSYS;                                                                \
		struct change change __attribute__((unused));                                      \
		change.header.kind = 0;                                                            \
		if (next == NULL) {                                                                \
			errno = error;                                                             \
			return result;                                                             \
		}                                                                                  \
		KEEPING_ERRNO(before);                                                             \
		result = next arguments;                                                           \
		error = result == FAILURE(result) ? errno : 0;                                     \
		KEEPING_ERRNO(after);                                                              \
		return result;                                                                     \
	}

#define HOOK(result_t, name, parameters, arguments, before, after)                                 \
	FORWARD(result_t, name, name, parameters, arguments, before, after)

/* One "@": hidden, so that only who asks for that version finds it. */
#define HOOK_OF_GLIBC(result_t, name, parameters, arguments, before, after, version)               \
	FORWARD(result_t, hook_of_##name, name, parameters, arguments, before, after)              \
	__asm__(".symver hook_of_" #name ", " #name "@" version);

#define HOOK_VARIADIC_OPEN(result_t, name, parameters, arguments, dirfd)                           \
	EXPORT result_t name parameters                                                            \
	{                                                                                          \
		__typeof__(&name) next = NEXT(name);                                               \
		result_t result = FAILURE(result);                                                 \
		int error = ENOSYS;                                                                \
		struct change change;                                                              \
		mode_t mode = 0;                                                                   \
		if (next == NULL) {                                                                \
			errno = error;                                                             \
			return result;                                                             \
		}                                                                                  \
		if (__OPEN_NEEDS_MODE(flags)) {                                                    \
			va_list list;                                                              \
			va_start(list, flags);                                                     \
			mode = va_arg(list, mode_t);                                               \
			va_end(list);                                                              \
		}                                                                                  \
		change.header.kind = 0;                                                            \
		if (change_is_possible(flags)) {                                                   \
			KEEPING_ERRNO(change_open(&change, dirfd, path, flags));                   \
		}                                                                                  \
		result = next arguments;                                                           \
		error = result < 0 ? errno : 0;                                                    \
		KEEPING_ERRNO((change_end(&change, error),                                         \
			       observe_open(dirfd, path, flags, result, error)));                  \
		return result;                                                                     \
	}

#include "preload/hooks.def"
