/* SPDX-License-Identifier: MIT */
/* A directory for each test, and files in it. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static char path[PATH_MAX]; /* of the file that was put last */

/* Each test in a directory of its own, which is also the working directory. */
static void scratch_enter(void)
{
	strcpy(directory, "/tmp/test-executable-XXXXXX");
	cr_assert(mkdtemp(directory) != NULL);
	cr_assert(zero(int, chmod(directory, 0755)));
	cr_assert(zero(int, chdir(directory)));
}

static void scratch_leave(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "/bin/rm -rf '%s'", directory);
	cr_assert(zero(int, system(command)));
}

/* A file in the test's directory; its absolute path is in path. */
static const char *put(const char *name, const void *content, size_t size, mode_t mode)
{
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	cr_assert(fd >= 0);
	cr_assert(eq(i64, write(fd, content, size), (ssize_t)size));
	cr_assert(zero(int, fchmod(fd, mode)));
	cr_assert(zero(int, close(fd)));
	return path;
}

static const char *put_text(const char *name, const char *text)
{
	return put(name, text, strlen(text), 0755);
}

#endif
