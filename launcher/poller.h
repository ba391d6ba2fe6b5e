/* SPDX-License-Identifier: MIT */
/*
 * Looks again and again at what nobody tells of: on network filesystems, beyond the limits of
 * inotify, or because the user has asked for it.
 */
#ifndef LAUNCHER_POLLER_H
#define LAUNCHER_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/watcher.h"

struct poller;

#define POLLER_MASK IN_MODIFY /* of its hints: no watch of ours asks inotify for that */

/* period_ns: how often, at most. NULL and errno. */
struct poller *poller_open(int64_t period_ns);
void poller_close(struct poller *poller);

/* Readable when it is time to look; never while there is nothing to look at. */
int poller_fd(const struct poller *poller);

/*
 * Looks at the path from now on; is_folder: at its entries, as its mtime tells of them. 1, or 0
 * when it was looked at already; -1 and errno ENOMEM.
 */
int poller_add(struct poller *poller, const char *path, bool is_folder);

/*
 * 1: what has changed since the last look: HINT_ENTRY of a file, HINT_BELOW of a folder; 0: nothing
 * for now. Looks only when it is time to, and at no more than some hundred paths in a row. A round
 * over all of them takes at most 1 % of a processor: with very many of them they come more seldom.
 */
int poller_next(struct poller *poller, struct hint *hint);

/* Forgets what is not to be kept. */
void poller_prune(struct poller *poller, const struct watcher_keep *keep);

size_t poller_count(const struct poller *poller);

#endif
