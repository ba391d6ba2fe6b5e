/* SPDX-License-Identifier: MIT */
/* Saves that are not yet believed; see doubts.h. */
#include "launcher/doubts.h"

#include <stdlib.h>
#include <sys/inotify.h>
#include <time.h>

#include "launcher/comparison.h"
#include "launcher/content.h"
#include "launcher/generations_state.h"
#include "launcher/path.h"

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void doubts_learn(struct generations *generations, struct dependency *dependency,
		  const struct sight *now)
{
	struct digest digest;

	if (!generations->parts.by_content || dependency->digest != NULL ||
	    !content_digest(dependency->path, now, &digest)) {
		return;
	}
	dependency->digest = malloc(sizeof(digest));
	if (dependency->digest != NULL) {
		*dependency->digest = digest;
	}
}

/* More of it is to come: its file is away, or made and not closed. */
static bool is_under_way(const struct sight *now, uint32_t mask)
{
	return !now->present || ((mask & IN_CREATE) != 0 && (mask & COMPARISON_WRITTEN) == 0 &&
				 now->regular && !now->shared);
}

bool doubts_hold(struct generations *generations, struct dependency *dependency,
		 const struct sight *now, uint32_t mask)
{
	struct digest digest;
	bool made;

	if (dependency->digest == NULL || dependency->changed || generations->doubts_end) {
		return false;
	}
	if (is_under_way(now, mask)) {
		if (dependencies_count(generations->doubted) == 0) {
			generations->doubted_ns = now_ns();
		}
		(void)dependencies_enter(generations->doubted, dependency->path, &made);
		return true;
	}
	if (!content_digest(dependency->path, now, &digest) ||
	    !content_equal(&digest, dependency->digest)) {
		return false;
	}
	dependency->identity = now->identity;
	return true;
}

int64_t generations_doubt_deadline_ns(const struct generations *generations)
{
	return dependencies_count(generations->doubted) > 0
		   ? generations->doubted_ns + DOUBTS_MOST_NS
		   : INT64_MAX;
}

struct ending {
	struct generations *generations;
	struct verdict *verdict;
};

static void judge_doubted(struct dependency *doubted, void *context)
{
	const struct ending *ending = context;
	struct hint hint = {.kind = HINT_ENTRY};

	if (path_copy(hint.path, doubted->path)) {
		generations_judge(ending->generations, &hint, ending->verdict);
	}
}

void generations_end_doubts(struct generations *generations, struct verdict *verdict)
{
	struct ending ending = {generations, verdict};

	if (now_ns() < generations_doubt_deadline_ns(generations)) {
		return;
	}
	generations->doubts_end = true;
	dependencies_each(generations->doubted, judge_doubted, &ending);
	generations->doubts_end = false;
	dependencies_clear(generations->doubted);
}
