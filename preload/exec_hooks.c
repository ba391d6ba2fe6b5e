/* SPDX-License-Identifier: MIT */
/*
 * exec* and posix_spawn*: tell what is executed, and carry our two environment variables on when
 * the program gives its child an environment of its own. Everything on the stack: the caller may
 * be a vfork child, which must not allocate.
 */
#include <alloca.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <unistd.h>

#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/observe.h"
#include "preload/text.h"

extern char **environ;

static const char preload_variable[] = "LD_PRELOAD=";

/* What is missing in an environment, and how much room the complete one needs. */
struct carried {
	size_t count;	   /* entries in the environment */
	char *preload;	   /* its LD_PRELOAD, or NULL */
	bool has_library;  /* which names our library */
	bool has_setting;  /* and our variable is there */
	size_t extra_size; /* bytes for a new LD_PRELOAD string, 0 if it can stay */
};

/* Is the library one of the words that LD_PRELOAD lists? (ld.so(8): space or colon between.) */
static bool names_library(const char *value)
{
	const char *folder = guest_folder();

	for (const char *word = value; *word != '\0'; word++) {
		const char *rest;

		if (word != value && word[-1] != ':' && word[-1] != ' ') {
			continue;
		}
		rest = text_after(word, folder);
		rest = rest != NULL ? text_after(rest, GUEST_LIBRARY) : NULL;
		if (rest != NULL && (*rest == '\0' || *rest == ':' || *rest == ' ')) {
			return true;
		}
	}
	return false;
}

static void inspect(char *const envp[], struct carried *carried)
{
	*carried = (struct carried){0};
	for (; envp != NULL && envp[carried->count] != NULL; carried->count++) {
		char *entry = envp[carried->count];
		const char *value = text_after(entry, preload_variable);

		if (value != NULL) {
			carried->preload = entry;
			carried->has_library = names_library(value);
		} else if (text_after(entry, GUEST_VARIABLE "=") != NULL) {
			/* Whatever it says: a launcher of its own further down has the say there.
			 */
			carried->has_setting = true;
		}
	}
	if (!carried->has_library) {
		carried->extra_size =
		    sizeof(preload_variable) + text_length(guest_folder()) + sizeof(GUEST_LIBRARY) +
		    1 + (carried->preload != NULL ? text_length(carried->preload) : 0);
	}
}

/*
 * Builds LD_PRELOAD behind what the program has there itself: its order stays, and a sanitizer's
 * runtime, which must come first, still does.
 */
static char *write_preload(char *buffer, const char *theirs)
{
	char *end = buffer;

	if (theirs != NULL && theirs[sizeof(preload_variable) - 1] != '\0') {
		end = text_append(end, theirs);
		end = text_append(end, ":");
	} else {
		end = text_append(end, preload_variable);
	}
	end = text_append(end, guest_folder());
	text_append(end, GUEST_LIBRARY);
	return buffer;
}

/* Fills `to`, which has room for count + 3 entries. */
static void complete(char **to, char *const envp[], const struct carried *carried, char *preload)
{
	for (size_t i = 0; i < carried->count; i++) {
		if (envp[i] == carried->preload && preload != NULL) {
			continue;
		}
		*to++ = envp[i];
	}
	if (preload != NULL) {
		*to++ = preload;
	}
	if (!carried->has_setting) {
		*to++ = text_unconst(guest_setting());
	}
	*to = NULL;
}

/*
 * The environment `envp`, completed if need be: a statement expression's alloca lives as long as
 * the calling hook, which is as long as the call needs it.
 */
#define COMPLETED(envp)                                                                            \
	__extension__({                                                                            \
		char **completed_ = (char **)(uintptr_t)(envp);                                    \
		struct carried carried_;                                                           \
		if (guest_enter()) {                                                               \
			inspect(completed_, &carried_);                                            \
			if (!carried_.has_library || !carried_.has_setting) {                      \
				char *preload_ = NULL;                                             \
				if (!carried_.has_library) {                                       \
					preload_ = write_preload(alloca(carried_.extra_size),      \
								 carried_.preload);                \
				}                                                                  \
				char **room_ = alloca((carried_.count + 3) * sizeof(char *));      \
				complete(room_, completed_, &carried_, preload_);                  \
				completed_ = room_;                                                \
			}                                                                          \
		}                                                                                  \
		completed_;                                                                        \
	})

/* Announce, call, and tell that it failed: an exec that succeeds does not return. */
#define EXECUTE(dirfd, path, search, envp, name, ...)                                              \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		char **environment = COMPLETED(envp);                                              \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		KEEPING_ERRNO(observe_exec(dirfd, path, search, 0));                               \
		next(__VA_ARGS__);                                                                 \
		KEEPING_ERRNO(observe_exec(dirfd, path, search, errno));                           \
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

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	__typeof__(&posix_spawn) next = NEXT(posix_spawn);
	char **environment = COMPLETED(envp);

	if (next == NULL) {
		return ENOSYS;
	}
	KEEPING_ERRNO(observe_exec(AT_FDCWD, path, NULL, 0));
	return next(pid, path, actions, attributes, argv, environment);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	__typeof__(&posix_spawnp) next = NEXT(posix_spawnp);
	char **environment = COMPLETED(envp);

	if (next == NULL) {
		return ENOSYS;
	}
	KEEPING_ERRNO(observe_exec(AT_FDCWD, file, search_path(), 0));
	return next(pid, file, actions, attributes, argv, environment);
}
