/* SPDX-License-Identifier: MIT */
/*
 * Calls every function of preload/hooks.def by its own name, twice: on the file called so in
 * ./files, and on one that is not there (calls.def); prints what came of it, which must be the same
 * without us. A function of the table that is not called here does not compile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "tests/programs/hooks/walks.h"

/* Exported by glibc, and by no header. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *buffer);
int __xstat64(int version, const char *path, struct stat64 *buffer);
int __lxstat(int version, const char *path, struct stat *buffer);
int __lxstat64(int version, const char *path, struct stat64 *buffer);
int __fxstatat(int version, int dirfd, const char *path, struct stat *buffer, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *buffer, int flags);

#define STAT_VERSION 1 /* _STAT_VER of x86-64 */

static struct stat status;
static struct stat64 status64;
static struct statx extended;
static char other[4200];

static int done(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int done_stream(FILE *stream)
{
	return stream == NULL ? -1 : fclose(stream);
}

static int done_folder(DIR *folder)
{
	return folder == NULL ? -1 : closedir(folder);
}

static int in_folder(int result)
{
	int saved_errno = errno;

	if (chdir("..") != 0 && result == 0) {
		return -2;
	}
	errno = saved_errno;
	return result;
}

/* For a name that is made up; of the file that there is. */
static char *template(const char *end)
{
	char *made = strstr(other, "-made");

	(void)snprintf(made, 32, "-%s", end);
	return other;
}

static int change_by_fd(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	int result = fd < 0 ? -1 : fchdir(fd);

	if (fd >= 0) {
		close(fd);
	}
	return result;
}

enum called {
#define CALL(name, expression) CALLED_##name,
#include "tests/programs/hooks/calls.def"
};

/* One entry for each line of the table: what is not called above is not declared. */
static const enum called all[] = {
#define HOOK(result, name, ...)		      CALLED_##name,
#define HOOK_VARIADIC_OPEN(result, name, ...) CALLED_##name,
#include "preload/hooks.def"
};

static int call(const char *name, char *path, int folder)
{
#define CALL(function, expression)                                                                 \
	if (strcmp(name, #function) == 0) {                                                        \
		return expression;                                                                 \
	}
#include "tests/programs/hooks/calls.def"
	return -3;
}

static const char *const names[] = {
#define CALL(name, expression) #name,
#include "tests/programs/hooks/calls.def"
};

static void show(const char *name, const char *file, int folder)
{
	char path[4200];
	int result;

	(void)snprintf(path, sizeof(path), "files/%s", file);
	(void)snprintf(other, sizeof(other), "files/%s-made", file);
	errno = EDOM; /* what no call here sets */
	result = call(name, path, folder);
	printf("%s %s: %d, %s\n", name, file, result, strerrorname_np(errno));
}

/* The mode is handed on where there is one: to make a file, and one without a name. */
static void show_modes(void)
{
	const int flags[] = {O_WRONLY | O_CREAT, O_WRONLY | O_TMPFILE};
	const char *const paths[] = {"files/with-mode", "files"};

	umask(0);
	for (size_t i = 0; i < 2; i++) {
		int fd = open(paths[i], flags[i], 0641);

		printf("%s: %d %o\n", paths[i], fstat(fd, &status), status.st_mode);
		done(fd);
		fd = openat(AT_FDCWD, paths[i], flags[i] & ~O_CREAT, 0641);
		printf("%s: %d %o\n", paths[i], fstat(fd, &status), status.st_mode);
		done(fd);
	}
}

int main(void)
{
	int folder = open("files", O_RDONLY | O_DIRECTORY);
	const size_t count = sizeof(all) / sizeof(*all);
	char missing[64];

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(missing, sizeof(missing), "no-%s", names[all[i]]);
		show(names[all[i]], names[all[i]], folder);
		show(names[all[i]], missing, folder);
	}
	show_modes();
	/* By number, as runtimes do whose libc lacks a name. */
	printf("syscall openat: %d\n",
	       done((int)syscall(SYS_openat, AT_FDCWD, "files/by-number", O_RDONLY)));
	printf("syscall statx: %ld\n", syscall(SYS_statx, AT_FDCWD, "files/looked-at-by-number", 0,
					       STATX_BASIC_STATS, &extended));
	printf("wild pointers: %d %d %d\n", open((const char *)8, O_RDONLY),
	       open((const char *)8, O_WRONLY | O_CREAT, 0600), stat((const char *)8, &status));
	return 0;
}
