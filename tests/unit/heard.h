/* SPDX-License-Identifier: MIT */
/* What watches tell. No Criterion in most of it: it is used in children, too. */
#ifndef TESTS_UNIT_HEARD_H
#define TESTS_UNIT_HEARD_H

#include <sys/inotify.h>

#include "launcher/watches.h"
#include "tests/unit/world.h"

static inline void open_watches(int64_t poll_ns)
{
	watches_close(watches);
	watches = watches_open(poll_ns, journal);
}

static inline void heard_enter(void)
{
	world_enter();
	/* Nobody else uses those of the world. */
	generations_free(generations);
	generations = NULL;
}

static inline void heard_leave(void)
{
	watches_close(NULL);
	world_leave();
}

/* The next hint; false: none has come for so long. No Criterion: it is used in a child, too. */
static inline bool next_of(struct hint *hint)
{
	for (;;) {
		struct pollfd ready = {.fd = watches_fd(watches), .events = POLLIN};
		int result = watches_next(watches, hint);

		if (result != 0) {
			return result == 1;
		}
		if (poll(&ready, 1, LIMIT_MS) != 1) {
			return false;
		}
	}
}

static inline bool is_next(const char *name, enum hint_kind kind, uint32_t mask)
{
	struct hint hint;

	return next_of(&hint) && hint.kind == kind && strcmp(hint.path, in_scratch(name)) == 0 &&
	       (kind != HINT_ENTRY || hint.mask == mask);
}

static inline bool see(const char *name)
{
	struct sight sight;

	sight_take(&sight, in_scratch(name), false);
	return watches_see(watches, in_scratch(name), &sight);
}

#endif
