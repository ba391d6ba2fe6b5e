/* SPDX-License-Identifier: MIT */
/*
 * CPython's byte code caches, which can hide a change: one is trusted when it holds the source's
 * time in whole seconds and its size. So after two saves of equal size within one second, the old
 * code runs, whoever restarts it; a quick reloader meets that often.
 */
#ifndef LAUNCHER_PYTHON_CACHE_H
#define LAUNCHER_PYTHON_CACHE_H

#include <stdbool.h>

#include "preload/report.h"

/* Begins as {0}. */
struct python_caches {
	struct python_cache_folder *folders;
};

/*
 * Removes the caches of a source (an absolute path; anything but NAME.py is passed over) that
 * CPython would trust now, in its folder's __pycache__ and, if not NULL, below cache_prefix
 * (PYTHONPYCACHEPREFIX). Never through a symlink, never one that is checked by hash or not at all
 * (PEP 552). To be called when the source has changed and nothing runs that may be writing. A
 * folder of caches is listed once, until python_caches_forget(): after many sources, before
 * anything runs.
 */
void python_cache_drop(struct python_caches *caches, const char *source, const char *cache_prefix);
void python_caches_forget(struct python_caches *caches);

/*
 * Has the command just read a cache that hides a change? Then it runs the old code: CPython would
 * trust the cache (see above), but its source has been written after it, and only just now (in a
 * package, the times of both mean nothing). read: the version of the cache that was read; if
 * another stands there now, the command has made that itself, from the source.
 */
bool python_cache_hides_change(const char *cache, const struct identity *read, const char *source);

#endif
