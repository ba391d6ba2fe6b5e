/* SPDX-License-Identifier: MIT */
/* The judgement of whether a dependency has changed; see generations.h. */
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/births.h"
#include "launcher/bounds.h"
#include "launcher/comparison.h"
#include "launcher/doubts.h"
#include "launcher/generations_state.h"
#include "launcher/path.h"
#include "launcher/policy.h"
#include "launcher/poller.h"
#include "launcher/updates.h"

#define HEARD_MOST    10000
#define OUTDATED_MOST 5 /* restarts for a cache that hides a change */

/* Does the change come from the command after all? */
static bool is_own(struct generations *generations, struct dependency *dependency,
		   const struct sight *now)
{
	generations->parts.drain(generations->parts.context);
	if (dependency->role != DEPENDENCY_TRIGGER) {
		return true;
	}
	if (dependency->may_write && !dependency->pinned && now->present && dependency->present &&
	    now->identity.inode == dependency->identity.inode &&
	    now->identity.device == dependency->identity.device &&
	    updates_is_own(generations, dependency)) {
		generations_make_output(generations, dependency);
		return true;
	}
	return false;
}

/* A save that has only begun: the file is away, or made but not yet closed by who writes it. */
static bool looks_unfinished(const struct dependency *dependency, uint32_t mask)
{
	struct stat status;

	if (!dependency->present) {
		return !dependency->missed; /* or it is as it was when it was looked for */
	}
	if ((mask & COMPARISON_WRITTEN) != 0) {
		return false;
	}
	if ((mask & IN_CREATE) != 0) {
		/* A symlink or a further hard link is complete when it is made. */
		return lstat(dependency->path, &status) == 0 && S_ISREG(status.st_mode) &&
		       status.st_nlink == 1;
	}
	return dependency->unfinished && mask != 0 && mask != POLLER_MASK;
}

void generations_make_stale(struct generations *generations, const char *path)
{
	bool made;

	if (generations->previous != NULL &&
	    dependencies_find(generations->previous, path) != NULL) {
		(void)dependencies_enter(generations->stale, path, &made);
	}
}

static void look(struct generations *generations, const struct dependency *dependency,
		 struct sight *now)
{
	struct watches *watches = generations->parts.watches;

	sight_take(now, dependency->path, false);
	if (watches_see(watches, dependency->path, now)) {
		sight_take(now, dependency->path, false);
	}
}

static void know(struct dependency *dependency, const struct sight *now)
{
	dependency->identity = now->identity;
	dependency->present = now->present;
}

/* Takes the change in: once in a burst it is told and counted. */
static void take_change(struct generations *generations, struct dependency *dependency,
			enum dependency_change change, struct verdict *verdict)
{
	verdict->stirred = true;
	generations_make_stale(generations, dependency->path);
	if (!dependency->changed) {
		bool made;

		dependency->changed = true;
		(void)dependencies_enter(generations->changed, dependency->path, &made);
		journal_changed(generations->parts.journal, dependency->path, change,
				!generations->told);
		generations->told = true;
		verdict->changed++;
		if (generations->parts.changed != NULL) {
			generations->parts.changed(dependency->path, generations->parts.context);
		}
	}
}

/* Something may have happened to the dependency. */
static void judge_one(struct generations *generations, struct dependency *dependency, uint32_t mask,
		      struct verdict *verdict)
{
	enum dependency_change change;
	struct sight now;

	if (dependency->role == DEPENDENCY_SEEN ||
	    (dependency->role == DEPENDENCY_OUTPUT &&
	     dependency->read_order <= dependency->written_order)) {
		verdict->stirred |= dependency->role == DEPENDENCY_SEEN;
		return;
	}
	look(generations, dependency, &now);
	if (dependency->role == DEPENDENCY_OUTPUT) {
		/* What says that a process writes it anew may be on its way. */
		generations->parts.drain(generations->parts.context);
		if (!updates_by_another_hand(dependency, &now)) {
			return;
		}
		dependency->role = DEPENDENCY_TRIGGER;
	}
	change = comparison_find(dependency, &now, mask);
	if (change != CHANGE_NONE && is_own(generations, dependency, &now)) {
		return;
	}
	if (change == CHANGE_NONE || doubts_hold(generations, dependency, &now, mask)) {
		verdict->stirred |= mask != 0;
	} else {
		if (change == CHANGE_WRITTEN && (mask & IN_ATTRIB) != 0 &&
		    now.identity.size == dependency->identity.size) {
			change = CHANGE_TOUCHED; /* utimensat(2), as touch and cp -p call it */
		}
		know(dependency, &now);
		take_change(generations, dependency, change, verdict);
	}
	if (dependency->changed) {
		generations_set_unfinished(generations, dependency,
					   looks_unfinished(dependency, mask));
	}
}

/* An edit whose event came before it was known that the command uses the path is no riddle. */
static void note_heard(struct generations *generations, const char *path)
{
	bool made;

	if (dependencies_count(generations->heard) >= HEARD_MOST) {
		generations->heard_much = true;
	} else {
		(void)dependencies_enter(generations->heard, path, &made);
	}
}

/* Has the same been so in the last generation, too? A cache that cannot be removed tries longer. */
static bool is_unsteady(struct generations *generations, const struct dependency *dependency)
{
	unsigned running;

	if (generations->heard_much ||
	    dependencies_find(generations->heard, dependency->path) != NULL) {
		return false;
	}
	running = lately_note(generations->arrivals, dependency->path);
	return running > (dependency->outdated ? OUTDATED_MOST : 1);
}

/* The use has arrived, and whatever was to tell of changes may have come too late for some. */
static void judge_arrival(struct generations *generations, struct dependency *dependency,
			  struct verdict *verdict)
{
	enum dependency_change change;
	struct sight now;

	look(generations, dependency, &now);
	change = comparison_arrival(dependency, &now);
	if (change == CHANGE_NONE) {
		doubts_learn(generations, dependency, &now);
		return;
	}
	if (is_own(generations, dependency, &now)) {
		return;
	}
	know(dependency, &now);
	dependency->contested = false;
	if (is_unsteady(generations, dependency)) {
		/* No edit, it seems. If it was one, its event is still to come, and will count. */
		bool made;

		dependency->adopted = true;
		(void)dependencies_enter(generations->unsteady, dependency->path, &made);
		return;
	}
	take_change(generations, dependency, change, verdict);
	generations_set_unfinished(generations, dependency, looks_unfinished(dependency, 0));
}

static void judge_entry(struct generations *generations, const struct hint *hint,
			struct verdict *verdict)
{
	struct dependency *dependency = dependencies_find(generations->current, hint->path);

	generations_make_stale(generations, hint->path);
	if (dependency == NULL && births_awaited(generations, hint->path, hint->mask)) {
		generations->parts.drain(generations->parts.context);
		generations_depend(generations, hint->path,
				   (struct use){.reason = DEPENDENCY_LISTED});
		dependency = dependencies_find(generations->current, hint->path);
	}
	if (dependency != NULL) {
		judge_one(generations, dependency, hint->mask, verdict);
	} else {
		note_heard(generations, hint->path);
		verdict->stirred = true;
	}
}

struct judging {
	struct generations *generations;
	struct verdict *verdict;
	uint32_t mask;
};

static void judge_again(struct dependency *dependency, void *context)
{
	const struct judging *judging = context;

	judge_one(judging->generations, dependency, judging->mask, judging->verdict);
}

static void make_stale(struct dependency *dependency, void *context)
{
	generations_make_stale(context, dependency->path);
}

static void judge_below(struct generations *generations, const char *folder, uint32_t mask,
			struct verdict *verdict)
{
	struct judging judging = {generations, verdict, mask};

	generations->heard_much = true;
	if (generations->is_watched != NULL) {
		(void)generations->is_watched(folder, generations->watched_context);
	}
	births_examine(generations, folder);
	/* What is drained meanwhile is judged as it arrives. */
	dependencies_each_below(generations->current, folder, judge_again, &judging);
	if (generations->previous != NULL) {
		dependencies_each_below(generations->previous, folder, make_stale, generations);
	}
}

void generations_judge(struct generations *generations, const struct hint *hint,
		       struct verdict *verdict)
{
	switch (hint->kind) {
	case HINT_ENTRY:
		judge_entry(generations, hint, verdict);
		return;
	case HINT_BELOW:
		judge_below(generations, hint->path, 0, verdict);
		return;
	case HINT_ALL:
		judge_below(generations, "/", hint->mask, verdict);
		return;
	}
}

static void tell_unsteady(struct dependency *doubted, void *context)
{
	struct generations *generations = context;
	const struct dependency *dependency =
	    dependencies_find(generations->current, doubted->path);
	bool made;

	if (dependency == NULL || dependency->changed) {
		return;
	}
	(void)dependencies_enter(generations->told_unsteady, doubted->path, &made);
	if (made) {
		journal_unsteady(generations->parts.journal, doubted->path);
	}
}

void generations_tell_unsteady(struct generations *generations)
{
	if (dependencies_count(generations->unsteady) > 0) {
		dependencies_each(generations->unsteady, tell_unsteady, generations);
		dependencies_clear(generations->unsteady);
	}
}

void generations_verify(struct generations *generations, struct verdict *verdict)
{
	/* Judging may drain the pipe, which adds to the list. */
	for (size_t i = 0; i < generations->fresh_count; i++) {
		struct dependency *dependency = generations->fresh[i];

		if (dependency->role == DEPENDENCY_TRIGGER) {
			journal_watching(generations->parts.journal, dependency,
					 generations->programs[i]);
			judge_arrival(generations, dependency, verdict);
		}
	}
	generations->fresh_count = 0;
	bounds_keep(generations);
}
