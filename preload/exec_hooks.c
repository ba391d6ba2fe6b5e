/* SPDX-License-Identifier: MIT */
/*
 * exec*, posix_spawn*, system, popen: tell what is executed, and carry our two environment
 * variables on when the program gives its child an environment of its own (carry.h).
 */
#include <alloca.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "preload/carry.h"
#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/process.h"
#include "preload/text.h"

#define SHELL "/bin/sh" /* what system(3) and popen(3) run */

extern char **environ;

/* Announce, call, and tell that it failed: an exec that succeeds does not return. */
#define EXECUTE(dirfd, path, search, envp, name, ...)                                              \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		struct carry carry;                                                                \
		char **environment;                                                                \
		KEEPING_ERRNO(environment = CARRIED(&carry, envp));                                \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		KEEPING_ERRNO(process_execute(dirfd, path, search, carry.unreachable, 0));         \
		next(__VA_ARGS__);                                                                 \
		KEEPING_ERRNO(process_execute(dirfd, path, search, carry.unreachable, errno));     \
		return -1;                                                                         \
	} while (0)

/* Walks environ itself: a program may have its own getenv. */
static const char *search_path(void)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		const char *value = text_after(*entry, "PATH=");

		if (value != NULL) {
			return value;
		}
	}
	return "/bin:/usr/bin"; /* what both libcs take, near enough */
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	EXECUTE(AT_FDCWD, path, NULL, envp, execve, path, argv, environment);
}

EXPORT int execv(const char *path, char *const argv[])
{
	EXECUTE(AT_FDCWD, path, NULL, environ, execve, path, argv, environment);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	EXECUTE(AT_FDCWD, file, search_path(), envp, execvpe, file, argv, environment);
}

EXPORT int execvp(const char *file, char *const argv[])
{
	EXECUTE(AT_FDCWD, file, search_path(), environ, execvpe, file, argv, environment);
}

EXPORT int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	EXECUTE(dirfd, path, NULL, envp, execveat, dirfd, path, argv, environment, flags);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	if (envp == NULL) { /* the one function that refuses it (fexecve(3)) */
		errno = EINVAL;
		return -1;
	}
	/* Which file it is, the new image's hello tells. */
	EXECUTE(AT_FDCWD, NULL, NULL, envp, fexecve, fd, argv, environment);
}

/* Gathers the words of a variadic exec on the stack, NULL and what follows it included. */
#define GATHER(first, argv, behind)                                                                \
	va_list list_;                                                                             \
	size_t count_ = 1;                                                                         \
	va_start(list_, first);                                                                    \
	while (va_arg(list_, char *) != NULL) {                                                    \
		count_++;                                                                          \
	}                                                                                          \
	va_end(list_);                                                                             \
	char **argv = alloca((count_ + 1) * sizeof(char *));                                       \
	va_start(list_, first);                                                                    \
	argv[0] = text_unconst(first);                                                             \
	for (size_t i_ = 1; i_ <= count_; i_++) {                                                  \
		argv[i_] = va_arg(list_, char *);                                                  \
	}                                                                                          \
	behind;                                                                                    \
	va_end(list_)

EXPORT int execl(const char *path, const char *first, ...)
{
	GATHER(first, argv, (void)0);
	EXECUTE(AT_FDCWD, path, NULL, environ, execve, path, argv, environment);
}

EXPORT int execle(const char *path, const char *first, ...)
{
	char **envp;

	GATHER(first, argv, envp = va_arg(list_, char **));
	EXECUTE(AT_FDCWD, path, NULL, envp, execve, path, argv, environment);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
	GATHER(first, argv, (void)0);
	EXECUTE(AT_FDCWD, file, search_path(), environ, execvpe, file, argv, environment);
}

#define SPAWN(name, file, search)                                                                  \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		struct carry carry;                                                                \
		char **environment;                                                                \
		if (next == NULL) {                                                                \
			return ENOSYS;                                                             \
		}                                                                                  \
		KEEPING_ERRNO(environment = CARRIED(&carry, envp));                                \
		KEEPING_ERRNO(process_execute(AT_FDCWD, file, search, carry.unreachable, 0));      \
		return next(pid, file, actions, attributes, argv, environment);                    \
	} while (0)

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	SPAWN(posix_spawn, path, NULL);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	SPAWN(posix_spawnp, file, search_path());
}

/*
 * These two take environ, and offer no other way. A program that has taken our variables out of it
 * gets them back for the call alone. A thread that meanwhile changes its environment has made a
 * copy of ours, which then stays: the strings in it must outlive the call, hence the static one.
 */
static char lasting_preload[1024];

static bool can_last(const struct carry *carry)
{
	return carry->entries_size != 0 && !carry->unreachable &&
	       carry->text_size <= sizeof(lasting_preload);
}

#define WITH_ENVIRONMENT(carry, call)                                                              \
	do {                                                                                       \
		KEEPING_ERRNO(carry_inspect(&(carry), environ));                                   \
		KEEPING_ERRNO(process_execute(AT_FDCWD, SHELL, NULL, (carry).unreachable, 0));     \
		if (can_last(&(carry)) && guest_owns_memory()) {                                   \
			char **theirs_ = environ;                                                  \
			char **ours_ =                                                             \
			    carry_build(&(carry), alloca((carry).entries_size), lasting_preload);  \
			environ = ours_;                                                           \
			call;                                                                      \
			environ = environ == ours_ ? theirs_ : environ;                            \
		} else {                                                                           \
			call;                                                                      \
		}                                                                                  \
	} while (0)

EXPORT int system(const char *command)
{
	__typeof__(&system) next = NEXT(system);
	struct carry carry;
	int result = -1;

	if (next == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (command == NULL) { /* only asks whether there is a shell */
		return next(command);
	}
	WITH_ENVIRONMENT(carry, result = next(command));
	return result;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
	__typeof__(&popen) next = NEXT(popen);
	struct carry carry;
	FILE *result = NULL;

	if (next == NULL) {
		errno = ENOSYS;
		return NULL;
	}
	WITH_ENVIRONMENT(carry, result = next(command, mode));
	return result;
}
