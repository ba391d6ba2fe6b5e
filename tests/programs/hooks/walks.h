/* SPDX-License-Identifier: MIT */
/* How calls.def calls the functions that list, walk, follow and spawn: what came of it, as a
 * number. */
#ifndef TESTS_PROGRAMS_HOOKS_WALKS_H
#define TESTS_PROGRAMS_HOOKS_WALKS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <mntent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exported by glibc, and by no header. */
int __open(const char *path, int flags, ...);
FILE *__setmntent(const char *path, const char *mode);
int __open64(const char *path, int flags, ...);
ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size, size_t room);
char *__realpath_chk(const char *path, char *resolved, size_t room);
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device);

extern char **environ;

static _Thread_local char link_target[PATH_MAX];
static dev_t no_device;

/* scandir and its like: how many entries. */
#define SCANNED(name, entry_t, function, parameters, ...)                                          \
	static int name parameters                                                                 \
	{                                                                                          \
		entry_t **list;                                                                    \
		int count = function(__VA_ARGS__, &list, NULL, NULL);                              \
		for (int i = 0; i < count; i++) {                                                  \
			free(list[i]);                                                             \
		}                                                                                  \
		if (count >= 0) {                                                                  \
			free(list);                                                                \
		}                                                                                  \
		return count;                                                                      \
	}
SCANNED(scanned, struct dirent, scandir, (const char *path), path)
SCANNED(scanned64, struct dirent64, scandir64, (const char *path), path)
SCANNED(scanned_at, struct dirent, scandirat, (int folder, const char *path), folder, path)
SCANNED(scanned64_at, struct dirent64, scandirat64, (int folder, const char *path), folder, path)

/* All below the path: GLOB_NOMATCH where it is not there. */
#define GLOBBED(name, glob_type, function, release)                                                \
	static int name(const char *path)                                                          \
	{                                                                                          \
		char pattern[PATH_MAX];                                                            \
		glob_type found;                                                                   \
		int result;                                                                        \
		(void)snprintf(pattern, sizeof(pattern), "%s/*", path);                            \
		result = function(pattern, 0, NULL, &found);                                       \
		release(&found);                                                                   \
		return result;                                                                     \
	}
GLOBBED(globbed, glob_t, glob, globfree)
GLOBBED(globbed64, glob64_t, glob64, globfree64)

static int seen_file(const char *path, const struct stat *status, int type)
{
	(void)path;
	(void)status;
	(void)type;
	return 0;
}

static int seen_file64(const char *path, const struct stat64 *status, int type)
{
	(void)status;
	return seen_file(path, NULL, type);
}

static int seen_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)at;
	return seen_file(path, status, type);
}

static int seen_entry64(const char *path, const struct stat64 *status, int type, struct FTW *at)
{
	(void)status;
	(void)at;
	return seen_file(path, NULL, type);
}

/* How many entries a walk meets; errno of the last that could not be looked at. */
#define FTS_WALKED(name, fts_t, entry_t, opening, reading, closing)                                \
	static int name(char *path)                                                                \
	{                                                                                          \
		char *paths[] = {path, NULL};                                                      \
		fts_t *walk = opening(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);                    \
		entry_t *entry;                                                                    \
		int count = 0;                                                                     \
		int error = 0;                                                                     \
		while (walk != NULL && (entry = reading(walk)) != NULL) {                          \
			error = entry->fts_info == FTS_NS ? entry->fts_errno : error;              \
			count++;                                                                   \
		}                                                                                  \
		if (walk == NULL) {                                                                \
			return -1;                                                                 \
		}                                                                                  \
		closing(walk);                                                                     \
		errno = error;                                                                     \
		return count;                                                                      \
	}
FTS_WALKED(fts_walked, FTS, FTSENT, fts_open, fts_read, fts_close)
FTS_WALKED(fts64_walked, FTS64, FTSENT64, fts64_open, fts64_read, fts64_close)

static int done_text(char *text)
{
	free(text);
	return text == NULL ? -1 : 0;
}

/* Spawns a program with the path as its stdin: 0, or the error. */
static int spawned_with(const char *path)
{
	char *const words[] = {"true", NULL};
	posix_spawn_file_actions_t actions;
	int error;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0);
	error = posix_spawn(&pid, "/bin/true", &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0) {
		waitpid(pid, NULL, 0);
	}
	return error;
}

#endif
