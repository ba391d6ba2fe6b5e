/* SPDX-License-Identifier: MIT */
/* What a long generation may forget; see bounds.h. */
#include "launcher/bounds.h"

#include <sys/stat.h>
#include <time.h>

#include "launcher/clock.h"
#include "launcher/generations_state.h"

/* Between the report that a file is about to be made and its being there, on a busy machine. */
#define MAKING_NS 10000000000LL

static bool is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/*
 * An output that is gone triggered nothing, and nothing will be known to write it without a report
 * that makes it one again. What has been read, or is being judged, stays.
 */
static bool keep_used(const struct dependency *dependency, void *context)
{
	const int64_t *now_ns = context;

	return dependency->role != DEPENDENCY_OUTPUT || dependency->pinned || dependency->read ||
	       dependency->changed || dependency->unfinished ||
	       *now_ns - (int64_t)dependency->written_ns < MAKING_NS || is_there(dependency->path);
}

static bool keep_newborn(const struct dependency *dependency, void *context)
{
	(void)context;
	return is_there(dependency->path);
}

void bounds_keep(struct generations *generations)
{
	int64_t now_ns;

	if (dependencies_has_doubled(generations->current)) {
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		dependencies_prune(generations->current, keep_used, &now_ns);
	}
	if (dependencies_has_doubled(generations->newborn)) {
		dependencies_prune(generations->newborn, keep_newborn, NULL);
	}
	if (dependencies_is_full(generations->current) && !generations->told_full) {
		generations->told_full = true;
		journal_full(generations->parts.journal, dependencies_count(generations->current));
	}
}
