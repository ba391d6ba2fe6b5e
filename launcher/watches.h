/* SPDX-License-Identifier: MIT */
/*
 * Hears of changes in the way that is to be had: from inotify (watcher.h), and where that does not
 * tell, is used up, or not wanted, by looking (poller.h). Only hints: whoever hears one compares.
 */
#ifndef LAUNCHER_WATCHES_H
#define LAUNCHER_WATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/identity.h"
#include "launcher/journal.h"
#include "launcher/watcher.h"

struct watches;

#define WATCHES_POLL_NS 1000000000LL

/*
 * poll_ns: look at everything so often, -1: only where that is needed, every WATCHES_POLL_NS.
 * Borrows the journal, which is told of what has to be looked at. NULL and errno.
 */
struct watches *watches_open(int64_t poll_ns, struct journal *journal);
void watches_close(struct watches *watches);

/* Readable when there may be hints. */
int watches_fd(const struct watches *watches);

/*
 * An exceptional condition there (EPOLLPRI) tells that something was mounted or unmounted, and is
 * to be followed by watches_remounted(); -1: nothing tells. Who asks for the condition takes it
 * away, so it does not go through watches_fd().
 */
int watches_mounts_fd(const struct watches *watches);
void watches_remounted(struct watches *watches);

/* A new generation begins: see watcher_begin_round(). */
void watches_begin_round(struct watches *watches);

/* 1: a hint; 0: none for now; -1: errno. Never waits, but for a network filesystem's answer. */
int watches_next(struct watches *watches, struct hint *hint);

/* Tells of the entry at the path (canonical), which need not be there. */
void watches_add_entry(struct watches *watches, const char *path);
/*
 * To be told what has been seen at such a path: a file with other names, with a mount of its own,
 * or where the filesystem does not tell needs more than its folder's watch. True: it has that now,
 * and what happened before it had is not known, so look again.
 */
bool watches_see(struct watches *watches, const char *path, const struct sight *sight);
/* Tells of every entry of the folder (canonical). */
void watches_add_folder(struct watches *watches, const char *folder);

/* How many folders inotify watches for their entries. */
size_t watches_count(const struct watches *watches);

void watches_prune(struct watches *watches, const struct watcher_keep *keep);

#endif
