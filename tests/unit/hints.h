/* SPDX-License-Identifier: MIT */
/* Waiting for what a watcher says: never for a time, at most for LIMIT_MS. */
#ifndef TESTS_UNIT_HINTS_H
#define TESTS_UNIT_HINTS_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "launcher/watcher.h"

enum {
	LIMIT_MS = 10000,
};

/* False when nothing has come for so long. */
static inline bool next_hint(struct watcher *watcher, struct hint *hint)
{
	for (;;) {
		struct pollfd ready = {.fd = watcher_fd(watcher), .events = POLLIN};
		int result = watcher_next(watcher, hint);

		cr_assert(result >= 0);
		if (result == 1) {
			return true;
		}
		if (poll(&ready, 1, LIMIT_MS) != 1) {
			return false;
		}
	}
}

/* The next hint of that kind about that very path; what comes before it is passed over. */
static inline struct hint await(struct watcher *watcher, enum hint_kind kind, const char *where)
{
	struct hint hint;

	while (next_hint(watcher, &hint)) {
		if (hint.kind == kind && (kind == HINT_ALL || strcmp(hint.path, where) == 0)) {
			return hint;
		}
	}
	cr_fatal("no hint of kind %d about %s", (int)kind, where);
	return hint;
}

/* The next hint about the entry whose mask has one of these. */
static inline void await_mask(struct watcher *watcher, const char *where, uint32_t mask)
{
	while ((await(watcher, HINT_ENTRY, where).mask & mask) == 0) {
	}
}

/* Does the hint point at the path? */
static inline bool points_at(const struct hint *hint, const char *where)
{
	size_t length = strlen(hint->path);

	switch (hint->kind) {
	case HINT_ENTRY:
		return strcmp(hint->path, where) == 0;
	case HINT_BELOW:
		return strncmp(hint->path, where, length) == 0 &&
		       (where[length] == '/' || where[length] == '\0');
	case HINT_ALL:
		return true;
	}
	return false;
}

/* All that has been said up to now; how many of the hints point at the path. */
static inline unsigned count_hints(struct watcher *watcher, const char *where)
{
	struct hint hint;
	unsigned count = 0;

	while (watcher_next(watcher, &hint) == 1) {
		count += points_at(&hint, where);
	}
	return count;
}

/*
 * The same up to a hint about `mark`, an entry that was changed last: the kernel keeps the order
 * (inotify(7)), so what has not been heard by then will not be.
 */
static inline unsigned count_hints_until(struct watcher *watcher, const char *where,
					 const char *mark)
{
	struct hint hint;
	unsigned count = 0;

	while (next_hint(watcher, &hint)) {
		count += points_at(&hint, where);
		if (hint.kind == HINT_ENTRY && strcmp(hint.path, mark) == 0) {
			return count;
		}
	}
	cr_fatal("no hint about %s", mark);
	return count;
}

#endif
