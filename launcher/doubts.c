/* SPDX-License-Identifier: MIT */
/* Saves that are not yet believed; see doubts.h. */
#include "launcher/doubts.h"

#include <stdlib.h>
#include <sys/inotify.h>

#include "launcher/clock.h"
#include "launcher/comparison.h"
#include "launcher/content.h"
#include "launcher/generations_state.h"
#include "launcher/path.h"

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

/*
 * More of it is to come: its file is away, or made anew and not closed. What stands there when it
 * was taken away is made anew as well, and its own event is still to come.
 */
static bool is_under_way(const struct sight *now, uint32_t mask, bool doubted)
{
	const uint32_t anew = IN_CREATE | IN_DELETE | IN_MOVED_FROM | (doubted ? IN_ATTRIB : 0u);

	return !now->present || ((mask & anew) != 0 && (mask & COMPARISON_WRITTEN) == 0 &&
				 now->regular && !now->shared);
}

static void doubt(struct generations *generations, const char *path)
{
	bool made;
	struct dependency *doubted = dependencies_enter(generations->doubted, path, &made);

	if (doubted != NULL && !doubted->unfinished) {
		doubted->unfinished = true;
		doubted->time_ns = (uint64_t)clock_now_ns(CLOCK_MONOTONIC);
	}
}

/* It is complete. */
static void end_doubt(struct generations *generations, const char *path)
{
	struct dependency *doubted = dependencies_find(generations->doubted, path);

	if (doubted != NULL) {
		doubted->unfinished = false;
	}
}

static bool is_doubted(struct generations *generations, const char *path)
{
	const struct dependency *doubted = dependencies_find(generations->doubted, path);

	return doubted != NULL && doubted->unfinished;
}

bool doubts_hold(struct generations *generations, struct dependency *dependency,
		 const struct sight *now, uint32_t mask)
{
	const char *path = dependency->path;
	struct digest digest;

	/* A command that could not be executed waits for another mode, not for another content. */
	if (dependency->digest == NULL || dependency->changed || dependency->by_mode ||
	    generations->doubts_end) {
		return false;
	}
	if (is_under_way(now, mask, is_doubted(generations, path))) {
		doubt(generations, path);
		return true;
	}
	end_doubt(generations, path);
	if (!content_digest(path, now, &digest) || !content_equal(&digest, dependency->digest)) {
		return false;
	}
	dependency->identity = now->identity;
	return true;
}

static void note_deadline(struct dependency *doubted, void *context)
{
	int64_t *deadline_ns = context;
	int64_t due_ns = (int64_t)doubted->time_ns + DOUBTS_MOST_NS;

	if (doubted->unfinished && due_ns < *deadline_ns) {
		*deadline_ns = due_ns;
	}
}

int64_t generations_doubt_deadline_ns(const struct generations *generations)
{
	int64_t deadline_ns = INT64_MAX;

	if (dependencies_count(generations->doubted) > 0) {
		dependencies_each(generations->doubted, note_deadline, &deadline_ns);
	}
	return deadline_ns;
}

struct ending {
	struct generations *generations;
	struct verdict *verdict;
};

static void judge_doubted(struct dependency *doubted, void *context)
{
	const struct ending *ending = context;
	struct hint hint = {.kind = HINT_ENTRY};

	if (doubted->unfinished &&
	    (int64_t)doubted->time_ns + DOUBTS_MOST_NS <= clock_now_ns(CLOCK_MONOTONIC) &&
	    path_copy(hint.path, doubted->path)) {
		doubted->unfinished = false;
		generations_judge(ending->generations, &hint, ending->verdict);
	}
}

void generations_end_doubts(struct generations *generations, struct verdict *verdict)
{
	struct ending ending = {generations, verdict};

	if (clock_now_ns(CLOCK_MONOTONIC) < generations_doubt_deadline_ns(generations)) {
		return;
	}
	generations->doubts_end = true;
	dependencies_each(generations->doubted, judge_doubted, &ending);
	generations->doubts_end = false;
}
