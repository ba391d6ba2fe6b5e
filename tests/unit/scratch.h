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

static char directory[PATH_MAX];     /* canonical */
static char path[PATH_MAX + 1 + 80]; /* of the file that was put last */

/* Each test in a directory of its own, which is also the working directory. */
static inline void scratch_enter(void)
{
	char made[] = "/tmp/test-unit-XXXXXX";

	cr_assert(mkdtemp(made) != NULL);
	cr_assert(realpath(made, directory) != NULL);
	cr_assert(zero(int, chmod(directory, 0755)));
	cr_assert(zero(int, chdir(directory)));
}

static inline void scratch_leave(void)
{
	char command[PATH_MAX + 32];

	(void)snprintf(command, sizeof(command), "/bin/rm -rf '%s'", directory);
	cr_assert(zero(int, system(command)));
}

/* The absolute path of what is called so in the test's directory; the last eight are kept. */
static inline const char *in_scratch(const char *name)
{
	static char paths[8][2 * PATH_MAX];
	static unsigned next;
	char *whole = paths[next++ % 8];

	(void)snprintf(whole, sizeof(paths[0]), "%s%s%.250s", directory, name[0] != '\0' ? "/" : "",
		       name);
	return whole;
}

/* A file in the test's directory; its absolute path is in path. */
static inline const char *put(const char *name, const void *content, size_t size, mode_t mode)
{
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%.80s", directory, name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	cr_assert(fd >= 0);
	cr_assert(eq(i64, write(fd, content, size), (ssize_t)size));
	cr_assert(zero(int, fchmod(fd, mode)));
	cr_assert(zero(int, close(fd)));
	return path;
}

static inline const char *put_text(const char *name, const char *text)
{
	return put(name, text, strlen(text), 0755);
}

/* Saves a file (name: relative to the test's directory, or absolute) in place. */
static inline void save(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert(fd >= 0, "%s", name);
	cr_assert(eq(i64, write(fd, text, strlen(text)), (ssize_t)strlen(text)));
	cr_assert(zero(int, close(fd)));
}

/* Saves a file as careful editors do: written under another name, then renamed over it. */
static inline void save_by_rename(const char *name, const char *text)
{
	char temporary[PATH_MAX];

	(void)snprintf(temporary, sizeof(temporary), "%s.new", name);
	save(temporary, text);
	cr_assert(zero(int, rename(temporary, name)));
}

static inline void make_folder(const char *name)
{
	cr_assert(zero(int, mkdir(name, 0755)), "%s", name);
}

#endif
