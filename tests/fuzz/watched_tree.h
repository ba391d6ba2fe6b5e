/* SPDX-License-Identifier: MIT */
/*
 * A watcher on a small tree in the working directory, which must be empty. Names are relative to
 * it.
 *
 *     a/file, a/b/        watched; a/other is a hard link to the file, and watched itself like it
 *     c/d/                watched; c is only on the way
 *     none/deep           does not exist, and is waited for; so is a/none
 *     (255 letters)/...   watched: what is named in it has a path that is longer than PATH_MAX
 *
 * The folder a and what is in it is watched by another path as well, with the same inodes. Where it
 * is moved, both paths change alike, as those of a bind mount do, for which one needs privileges.
 *
 * The inotify descriptor is kept from one watcher to the next, because to close one that watches
 * something takes the kernel milliseconds.
 */
#ifndef TESTS_FUZZ_WATCHED_TREE_H
#define TESTS_FUZZ_WATCHED_TREE_H

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/watcher_state.h"
#include "tests/fuzz/input.h"

#define TREE_ALIAS "/proc/self/cwd/" /* the working directory */

static const char *const tree_folders[] = {"a",
					   "a/b",
					   "c/d",
					   "none/deep",
					   "a/none",
					   TREE_ALIAS "a",
					   TREE_ALIAS "a/b",
					   TREE_ALIAS "a/none"};
static const char *const tree_files[] = {"a/file", "a/other"};

#define TREE_FOLDERS (sizeof(tree_folders) / sizeof(tree_folders[0]))
#define TREE_FILES   (sizeof(tree_files) / sizeof(tree_files[0]))

#define LONG_LEFT 20 /* of PATH_MAX, for names in the last of the long folders */

static char tree_root[PATH_MAX];
static char tree_long[PATH_MAX]; /* the last folder of the long ones */
static int tree_inotify;
static int tree_last_wd; /* of those that the watchers before have had */

/* The absolute path; valid until the next call. */
static inline const char *tree_path(const char *name)
{
	static char path[PATH_MAX];
	int length = name[0] == '/' ? snprintf(path, sizeof(path), "%s", name)
				    : snprintf(path, sizeof(path), "%s/%s", tree_root, name);

	must(length > 0 && length < PATH_MAX);
	return path;
}

static inline void tree_save(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0);
	must(write(fd, "x", 1) == 1);
	must(close(fd) == 0);
}

/* As deep as a path leads: step by step, because none of them is to be too long for the kernel. */
static inline void tree_make_long(void)
{
	char name[NAME_MAX + 1];
	int root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t length = strlen(tree_root);

	memset(name, 'l', NAME_MAX);
	name[NAME_MAX] = '\0';
	memcpy(tree_long, tree_root, length + 1);
	while (length + 2 < PATH_MAX - LONG_LEFT) {
		size_t left = PATH_MAX - LONG_LEFT - length - 1;

		name[left < NAME_MAX ? left : NAME_MAX] = '\0';
		must(mkdir(name, 0755) == 0 && chdir(name) == 0);
		length += (size_t)snprintf(tree_long + length, PATH_MAX - length, "/%s", name);
	}
	must(root >= 0 && fchdir(root) == 0 && close(root) == 0);
}

static inline void tree_make_a(void)
{
	must(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	tree_save("a/file");
	must(link("a/file", "a/other") == 0);
}

static inline void tree_make(void)
{
	must(realpath(".", tree_root) != NULL);
	tree_make_a();
	must(mkdir("c", 0755) == 0 && mkdir("c/d", 0755) == 0);
	tree_save("probe");
	tree_make_long();
	tree_inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	must(tree_inotify >= 0);
}

/* Where a is after it was moved for the n-th time. */
static inline const char *tree_moved(unsigned n)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "moved-%u", n);
	return name;
}

/* It comes back, or another comes in its place: then it stays where it is. */
static inline void tree_return_a(unsigned n, bool itself)
{
	if (itself) {
		must(rename(tree_moved(n), "a") == 0);
	} else {
		tree_make_a();
	}
}

/* If it stayed there. */
static inline void tree_remove_moved(unsigned n)
{
	static const char *const names[] = {"b/file", "b", "file", "other", ""};
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", tree_moved(n), names[i]);
		(void)remove(path);
	}
}

static inline void tree_watch(struct watcher *watcher)
{
	for (size_t i = 0; i < TREE_FOLDERS; i++) {
		must(watcher_add(watcher, tree_path(tree_folders[i])) == 0);
	}
	must(watcher_add(watcher, tree_long) == 0);
	for (size_t i = 0; i < TREE_FILES; i++) {
		must(watcher_add_file(watcher, tree_path(tree_files[i])) >= 0);
	}
}

static inline struct watcher *tree_open(void)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	must(watcher != NULL);
	watcher->fd = tree_inotify;
	tree_watch(watcher);
	return watcher;
}

/* Also takes away the kernel's watches that the watcher has been told to forget. */
static inline void tree_close(struct watcher *watcher)
{
	static char events[WATCHER_BUFFER_SIZE];
	int newest;

	watcher->fd = -1;
	watcher_close(watcher);
	/* The kernel numbers them in the order of entry, and this file is new to it. */
	newest = inotify_add_watch(tree_inotify, "probe", IN_DELETE_SELF);
	must(newest > tree_last_wd);
	while (tree_last_wd < newest) {
		(void)inotify_rm_watch(tree_inotify, ++tree_last_wd);
	}
	while (read(tree_inotify, events, sizeof(events)) > 0) {
	}
}

#endif
