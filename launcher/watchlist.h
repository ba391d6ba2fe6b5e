/* SPDX-License-Identifier: MIT */
/*
 * What the user has named with --watch: a file, a folder (everything below it, new files too,
 * without dot folders), or a glob.
 */
#ifndef LAUNCHER_WATCHLIST_H
#define LAUNCHER_WATCHLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/generations.h"
#include "launcher/policy.h"

struct watchlist;

/*
 * Relative paths are below `base`. Borrows policy (what it ignores is left out of folders and
 * globs; a file that is named is not) and generations. NULL and errno ENOMEM.
 */
struct watchlist *watchlist_new(const char *const *paths, size_t count, const char *base,
				const struct policy *policy, struct generations *generations);
void watchlist_free(struct watchlist *watchlist);

/*
 * Makes everything that is there now a dependency of the generation that begins, and forgets what
 * the last one was widened by.
 */
void watchlist_begin(struct watchlist *watchlist);

/*
 * Until the next generation, as if the folder (canonical) had been named, too: for when it is not
 * known what the running one depends on. Out of memory, it is not.
 */
void watchlist_widen(struct watchlist *watchlist, const char *folder);

/*
 * Is the path, which was not there when the generation began, one that counts? A folder does not
 * itself, but what is in it is taken in. Fits generations_set_watched().
 */
bool watchlist_covers(const char *path, void *watchlist);

#endif
