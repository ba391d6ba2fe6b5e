/* SPDX-License-Identifier: MIT */
/* What watcher.c and watcher_events.c share, and nobody else has to know. */
#ifndef LAUNCHER_WATCHER_STATE_H
#define LAUNCHER_WATCHER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/inotify.h>

#include "launcher/table.h"
#include "launcher/watcher.h"

#define WATCHER_SELF_EVENTS    (IN_DELETE_SELF | IN_MOVE_SELF)
#define WATCHER_WAITING_EVENTS (IN_CREATE | IN_MOVED_TO)
#define WATCHER_BUFFER_SIZE    65536

/* A folder, or a file whose inode is watched itself. */
struct place {
	char *path;
	struct place *parent; /* NULL for "/", and for a file */
	struct place *first_child, *next_sibling;
	int wd; /* -1: not watched: it does not exist, or nothing is asked of it */
	bool is_file;
	bool wanted;	     /* its entries are, or the file is */
	bool waiting;	     /* for a folder below it to appear */
	bool needed;	     /* scratch of watcher_prune */
	unsigned round;	     /* when it was last made sure that the watch is on what stands there */
	struct place *alias; /* another path to the same inode, with the same wd */
	UT_hash_handle hh;   /* by path; in the order of entry, so parents come first */
	UT_hash_handle hh_wd; /* by wd; the aliases hang on the one that is in here */
};

struct watcher {
	int fd; /* -1: there is no inotify to be had, and nothing can be watched */
	struct place *folders;
	struct place *files;
	struct place *by_wd;
	bool all_due; /* HINT_ALL is */
	unsigned round;
	size_t filled, at;	   /* bytes in the buffer, and of those that are done with */
	const struct place *alias; /* still to hear of the event at `at` */
	_Alignas(struct inotify_event) char buffer[WATCHER_BUFFER_SIZE];
};

struct place *watcher_find_folder(struct watcher *watcher, const char *path);
struct place *watcher_find_wd(struct watcher *watcher, int wd);

/* The kernel has taken this watch away: what hung on it is not watched any more. */
void watcher_lose(struct watcher *watcher, int wd);

/* The folder has another place, or none: watch what is, or will be, where it was. */
void watcher_renew_below(struct watcher *watcher, const char *path);

#endif
