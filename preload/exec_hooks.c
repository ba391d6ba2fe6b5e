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
#include "preload/report.h"
#include "preload/text.h"

#define SHELL "/bin/sh" /* what system(3) and popen(3) run */

extern char **environ;

/* Announce, call, and tell that it failed: an exec that succeeds does not return. */
#define EXECUTE(dirfd_, path_, search, argv_, envp, name, ...)                                     \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		struct carry carry;                                                                \
		char **environment;                                                                \
		KEEPING_ERRNO(environment = CARRIED(&carry, envp));                                \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		const struct execution execution = {                                               \
		    .dirfd = (dirfd_),                                                             \
		    .path = (path_),                                                               \
		    .search_path = (search),                                                       \
		    .argv = (argv_),                                                               \
		    .flags = carry.unreachable ? REPORT_UNREACHABLE : 0,                           \
		};                                                                                 \
		KEEPING_ERRNO(process_execute(&execution, 0));                                     \
		next(__VA_ARGS__);                                                                 \
		KEEPING_ERRNO(process_execute(&execution, errno));                                 \
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
	EXECUTE(AT_FDCWD, path, NULL, argv, envp, execve, path, argv, environment);
}

EXPORT int execv(const char *path, char *const argv[])
{
	EXECUTE(AT_FDCWD, path, NULL, argv, environ, execve, path, argv, environment);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	EXECUTE(AT_FDCWD, file, search_path(), argv, envp, execvpe, file, argv, environment);
}

EXPORT int execvp(const char *file, char *const argv[])
{
	EXECUTE(AT_FDCWD, file, search_path(), argv, environ, execvpe, file, argv, environment);
}

EXPORT int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	EXECUTE(dirfd, path, NULL, argv, envp, execveat, dirfd, path, argv, environment, flags);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	if (envp == NULL) { /* the one function that refuses it (fexecve(3)) */
		errno = EINVAL;
		return -1;
	}
	/* Which file it is, the new image's hello tells. */
	EXECUTE(AT_FDCWD, NULL, NULL, argv, envp, fexecve, fd, argv, environment);
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
	EXECUTE(AT_FDCWD, path, NULL, argv, environ, execve, path, argv, environment);
}

EXPORT int execle(const char *path, const char *first, ...)
{
	char **envp;

	GATHER(first, argv, envp = va_arg(list_, char **));
	EXECUTE(AT_FDCWD, path, NULL, argv, envp, execve, path, argv, environment);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
	GATHER(first, argv, (void)0);
	EXECUTE(AT_FDCWD, file, search_path(), argv, environ, execvpe, file, argv, environment);
}

static unsigned spawned(const struct carry *carry)
{
	return REPORT_SPAWNED | (carry->unreachable ? REPORT_UNREACHABLE : 0u);
}

#define SPAWN(name, file, search)                                                                  \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		struct carry carry;                                                                \
		char **environment;                                                                \
		int error;                                                                         \
		if (next == NULL) {                                                                \
			return ENOSYS;                                                             \
		}                                                                                  \
		KEEPING_ERRNO(environment = CARRIED(&carry, envp));                                \
		const struct execution execution = {                                               \
		    .dirfd = AT_FDCWD,                                                             \
		    .path = (file),                                                                \
		    .search_path = (search),                                                       \
		    .argv = argv,                                                                  \
		    .flags = spawned(&carry),                                                      \
		};                                                                                 \
		KEEPING_ERRNO(process_execute(&execution, 0));                                     \
		error = next(pid, file, actions, attributes, argv, environment);                   \
		if (error != 0) {                                                                  \
			KEEPING_ERRNO(process_execute(&execution, error));                         \
		}                                                                                  \
		return error;                                                                      \
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
 * (and whose environ is not ours to change: other threads use it) gets them back by way of the
 * shell: the shell itself is not observed, but all that it runs.
 */
#define COMMAND_MAX 4096

/* Room for the command with what is set before it; 0: it stays as it is. */
static size_t command_room(const struct carry *carry, const char *command)
{
	size_t size = 0;

	if (carry->entries_size != 0 && !carry->unreachable) {
		size = sizeof("export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"'' ''; ") +
		       text_length(guest_folder()) + sizeof(GUEST_LIBRARY) +
		       text_length(guest_setting()) + text_length(command);
	}
	return size <= COMMAND_MAX ? size : 0;
}

/* The folder's name needs no quotes, but the library's has a "$" in it. */
static const char *write_command(char *to, const struct carry *carry, const char *command)
{
	char *end = text_append(to, "export");

	if (!carry->has_library) {
		end = text_append(end, " LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"'");
		end = text_append(text_append(end, guest_folder()), GUEST_LIBRARY);
		end = text_append(end, "'");
	}
	if (!carry->has_setting) {
		end = text_append(text_append(end, " "), guest_setting());
	}
	text_append(text_append(end, "; "), command);
	return to;
}

/* Statement expression: the command to pass; its memory lives as long as the calling hook. */
#define FOR_SHELL(carry, command)                                                                  \
	__extension__({                                                                            \
		const char *command_ = (command);                                                  \
		carry_inspect((carry), environ);                                                   \
		carry_clear_own(carry);                                                            \
		size_t room_ = command_room((carry), command_);                                    \
		if (room_ != 0) {                                                                  \
			command_ = write_command(alloca(room_), (carry), command_);                \
		}                                                                                  \
		command_;                                                                          \
	})

static void tell_shell(const struct carry *carry)
{
	const struct execution shell = {.dirfd = AT_FDCWD, .path = SHELL, .flags = spawned(carry)};

	process_execute(&shell, 0);
}

EXPORT int system(const char *command)
{
	__typeof__(&system) next = NEXT(system);
	struct carry carry = {.unreachable = false};

	if (next == NULL) {
		errno = ENOSYS;
		return -1;
	}
	/* NULL asks whether there is a shell, which glibc finds out by running it. */
	if (command != NULL) {
		KEEPING_ERRNO(command = FOR_SHELL(&carry, command));
	}
	KEEPING_ERRNO(tell_shell(&carry));
	return next(command);
}

EXPORT FILE *popen(const char *command, const char *mode)
{
	__typeof__(&popen) next = NEXT(popen);
	struct carry carry;

	if (next == NULL) {
		errno = ENOSYS;
		return NULL;
	}
	if (command != NULL) {
		KEEPING_ERRNO((command = FOR_SHELL(&carry, command), tell_shell(&carry)));
	}
	return next(command, mode);
}
