/* SPDX-License-Identifier: MIT */
/* The judgement of whether a dependency has changed; see generations.h. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "launcher/births.h"
#include "launcher/generations_state.h"
#include "launcher/path.h"
#include "launcher/policy.h"
#include "launcher/poller.h"
#include "launcher/updates.h"

/*
 * How fine a filesystem's times are. Whole seconds: ext4 with small inodes, FAT (two of them), an
 * old NFS. Else a tick of the kernel at most, with some room for a report's way to us; since Linux
 * 6.13 a time that somebody has asked for is not given twice.
 */
#define GRAIN_COARSE_NS 2000000000LL
#define GRAIN_TICK_NS	20000000LL

#define OUTDATED_MOST 5 /* restarts for a cache that hides a change */

#define CONTENT_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO)

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
	if ((mask & CONTENT_EVENTS) != 0) {
		return false;
	}
	if ((mask & IN_CREATE) != 0) {
		/* A symlink or a further hard link is complete when it is made. */
		return lstat(dependency->path, &status) == 0 && S_ISREG(status.st_mode) &&
		       status.st_nlink == 1;
	}
	return dependency->unfinished && mask != 0;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool has_exact_times(void)
{
	static int known; /* 1: yes, -1: no */
	struct utsname kernel;
	unsigned major = 0;
	unsigned minor = 0;

	if (known == 0) {
		known = uname(&kernel) == 0 &&
				/* NOLINTNEXTLINE(cert-err34-c): the kernel's own format */
				sscanf(kernel.release, "%u.%u", &major, &minor) == 2 &&
				(major > 6 || (major == 6 && minor >= 13))
			    ? 1
			    : -1;
	}
	return known > 0;
}

static int64_t grain_ns(int64_t time_ns)
{
	if (time_ns % 1000000000 == 0) {
		return GRAIN_COARSE_NS;
	}
	return has_exact_times() ? 0 : GRAIN_TICK_NS;
}

/*
 * Was the file so young when the command read it that a later version may have the same time? (What
 * git calls racily clean.) Then whatever writes it, changes it.
 */
static bool was_young(const struct dependency *dependency)
{
	int64_t mtime_ns = dependency->identity.mtime_ns;
	int64_t grain = grain_ns(mtime_ns);
	int64_t ago_ns = clock_ns(CLOCK_MONOTONIC) - (int64_t)dependency->time_ns;

	return dependency->time_ns != 0 && grain != 0 &&
	       mtime_ns >= clock_ns(CLOCK_REALTIME) - ago_ns - grain;
}

/*
 * What has changed, as far as the times and sizes tell, and where they cannot: `cp -p` of another
 * file of the same size and mtime shows in the ctime alone, as chmod does; so that counts only if
 * something says that the content was written, or that something was not heard.
 */
static enum dependency_change find_change(const struct dependency *dependency,
					  const struct sight *now, uint32_t mask)
{
	enum dependency_change change = dependency_compare(dependency, now);

	if (change == CHANGE_NONE && dependency->adopted && (mask & ~(uint32_t)IN_ATTRIB) != 0) {
		return now->present ? CHANGE_WRITTEN : CHANGE_REMOVED;
	}
	if (change != CHANGE_NONE || !now->present) {
		return change;
	}
	if (dependency->by_mode && (mask & IN_ATTRIB) != 0) {
		return CHANGE_TOUCHED;
	}
	if ((mask & (CONTENT_EVENTS | IN_Q_OVERFLOW | POLLER_MASK)) != 0 &&
	    now->identity.ctime_ns != dependency->identity.ctime_ns) {
		return CHANGE_WRITTEN;
	}
	return (mask & CONTENT_EVENTS) != 0 && was_young(dependency) ? CHANGE_WRITTEN : CHANGE_NONE;
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
	struct dependency *earlier =
	    generations->previous != NULL
		? dependencies_find(generations->previous, dependency->path)
		: NULL;

	verdict->stirred = true;
	if (earlier != NULL) {
		earlier->stale = true;
	}
	if (!dependency->changed) {
		dependency->changed = true;
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

	if (dependency->role != DEPENDENCY_TRIGGER) {
		verdict->stirred |= dependency->role == DEPENDENCY_SEEN;
		return;
	}
	look(generations, dependency, &now);
	change = find_change(dependency, &now, mask);
	if (change != CHANGE_NONE && is_own(generations, dependency, &now)) {
		return;
	}
	if (change == CHANGE_NONE) {
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

/* How what was used differs from what is there. */
static enum dependency_change find_arrival(const struct dependency *dependency,
					   const struct sight *now)
{
	enum dependency_change change = find_change(dependency, now, 0);

	if (change == CHANGE_NONE && (dependency->outdated || dependency->contested)) {
		change = now->present ? CHANGE_WRITTEN : CHANGE_REMOVED;
	}
	return change;
}

/* Has the same been so in the last generation, too? A cache that cannot be removed tries longer. */
static bool is_unsteady(struct generations *generations, const struct dependency *dependency)
{
	unsigned running = lately_note(generations->arrivals, dependency->path);

	return running > (dependency->outdated ? OUTDATED_MOST : 1);
}

/* The use has arrived, and whatever was to tell of changes may have come too late for some. */
static void judge_arrival(struct generations *generations, struct dependency *dependency,
			  struct verdict *verdict)
{
	enum dependency_change change;
	struct sight now;

	look(generations, dependency, &now);
	change = find_arrival(dependency, &now);
	if (change == CHANGE_NONE || is_own(generations, dependency, &now)) {
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
	struct dependency *earlier = generations->previous != NULL
					 ? dependencies_find(generations->previous, hint->path)
					 : NULL;

	if (earlier != NULL) {
		earlier->stale = true;
	}
	if (dependency == NULL && births_awaited(generations, hint->path, hint->mask)) {
		generations->parts.drain(generations->parts.context);
		generations_depend(generations, hint->path,
				   (struct use){.reason = DEPENDENCY_LISTED});
		dependency = dependencies_find(generations->current, hint->path);
	}
	if (dependency != NULL) {
		judge_one(generations, dependency, hint->mask, verdict);
	} else {
		verdict->stirred = true;
	}
}

struct judging {
	struct generations *generations;
	struct verdict *verdict;
	const char *folder;
	uint32_t mask;
};

static void judge_if_below(struct dependency *dependency, void *context)
{
	const struct judging *judging = context;

	if (path_is_below(dependency->path, judging->folder)) {
		judge_one(judging->generations, dependency, judging->mask, judging->verdict);
	}
}

static void make_stale_if_below(struct dependency *dependency, void *context)
{
	const struct judging *judging = context;

	dependency->stale |= path_is_below(dependency->path, judging->folder);
}

static void judge_below(struct generations *generations, const char *folder, uint32_t mask,
			struct verdict *verdict)
{
	struct judging judging = {generations, verdict, folder, mask};

	if (generations->is_watched != NULL) {
		(void)generations->is_watched(folder, generations->watched_context);
	}
	births_examine(generations, folder);
	/* What is drained meanwhile comes at the end of the set, and is judged as well. */
	dependencies_each(generations->current, judge_if_below, &judging);
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, make_stale_if_below, &judging);
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
}
