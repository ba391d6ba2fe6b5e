/* SPDX-License-Identifier: MIT */
/*
 * Watches folders with inotify(7), and says where something may have changed. Only a hint: whoever
 * hears it compares identities. A folder that is moved away, deleted, or not yet there is waited
 * for at its place.
 */
#ifndef LAUNCHER_WATCHER_H
#define LAUNCHER_WATCHER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watcher;

enum hint_kind {
	HINT_ENTRY, /* folder/name */
	HINT_BELOW, /* anything at or below the folder */
	HINT_ALL,   /* events were lost: anything */
};

struct hint {
	enum hint_kind kind;
	uint32_t mask;	     /* inotify's, for HINT_ENTRY */
	char path[PATH_MAX]; /* of the entry, or of the folder */
};

/*
 * NULL and errno ENOMEM. Where inotify_init1(2) fails, as it does when the user has used up
 * fs.inotify.max_user_instances, there is a watcher all the same: it can watch nothing.
 */
struct watcher *watcher_open(void);
void watcher_close(struct watcher *watcher);

/* Readable when there are hints; -1: there will be none. */
int watcher_fd(const struct watcher *watcher);

/*
 * Watches the entries of a folder (a canonical path), or the way to it as far as it exists. Costs
 * nothing when it is watched already. -1 with errno ENOSPC when the user's watches are used up,
 * EMFILE when there is no inotify, or ENOMEM: then the folder is not watched, and nothing else is
 * lost.
 */
int watcher_add(struct watcher *watcher, const char *folder);

/*
 * From now on watcher_add() looks once more, for each folder, whether the watch is on what stands
 * there: the kernel does not tell of a removed folder as long as some process stands in it.
 */
void watcher_begin_round(struct watcher *watcher);

/*
 * Watches the file's inode: what is written by another of its names, or by another mount, its
 * folder does not hear of. To be called anew when another file may stand there: 1 if it was not
 * watched yet, 0 if it was; -1 as watcher_add().
 */
int watcher_add_file(struct watcher *watcher, const char *path);

/* Gives that up: another file stands there, for which its folder's watch will do. */
void watcher_drop_file(struct watcher *watcher, const char *path);

/* Something was mounted or unmounted: watches what stands there now, and HINT_ALL is next. */
void watcher_remounted(struct watcher *watcher);

/* What is still to be watched, of the folders and of the files. */
struct watcher_keep {
	bool (*folder)(const char *path, void *context);
	bool (*file)(const char *path, void *context);
	void *context;
};

/* Stops watching what is not to be kept; the folders above what is kept stay. */
void watcher_prune(struct watcher *watcher, const struct watcher_keep *keep);

/* 1: a hint; 0: none for now; -1: errno. Never blocks. */
int watcher_next(struct watcher *watcher, struct hint *hint);

/* How many folders are watched for their entries. */
size_t watcher_count(const struct watcher *watcher);

#endif
