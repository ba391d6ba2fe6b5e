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

/* NULL and errno as inotify_init1(2) left it. */
struct watcher *watcher_open(void);
void watcher_close(struct watcher *watcher);

/* Readable when there are hints. */
int watcher_fd(const struct watcher *watcher);

/*
 * Watches the entries of a folder (a canonical path), or the way to it as far as it exists. Costs
 * nothing when it is watched already. -1 with errno ENOSPC when the user's watches are used up, or
 * ENOMEM: then the folder is not watched, and nothing else is lost.
 */
int watcher_add(struct watcher *watcher, const char *folder);

/* Stops watching what `keep` refuses; the folders above what is kept stay. */
void watcher_prune(struct watcher *watcher, bool (*keep)(const char *folder, void *context),
		   void *context);

/* 1: a hint; 0: none for now; -1: errno. Never blocks. */
int watcher_next(struct watcher *watcher, struct hint *hint);

/* How many folders are watched for their entries. */
size_t watcher_count(const struct watcher *watcher);

#endif
