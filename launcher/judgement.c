/* SPDX-License-Identifier: MIT */
/* The judgement of whether a dependency has changed; see generations.h. */
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "launcher/generations_state.h"
#include "launcher/path.h"
#include "launcher/policy.h"

/* Does the change come from the command after all? */
static bool is_own(struct generations *generations, struct dependency *dependency,
		   const struct identity *now, bool present)
{
	generations->drain(generations->drain_context);
	if (dependency->role != DEPENDENCY_TRIGGER) {
		return true;
	}
	/*
	 * A file that the command has opened for update is an output once it changes in place. By
	 * then the command may have closed it again, as every short-lived connection to a database
	 * does: so it does not matter who holds it now.
	 */
	if (dependency->may_write && !dependency->pinned && present && dependency->present &&
	    now->inode == dependency->identity.inode &&
	    now->device == dependency->identity.device) {
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
		return true;
	}
	if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
		return false;
	}
	if ((mask & IN_CREATE) != 0) {
		/* A symlink or a further hard link is complete when it is made. */
		return lstat(dependency->path, &status) == 0 && S_ISREG(status.st_mode) &&
		       status.st_nlink == 1;
	}
	return dependency->unfinished && mask != 0;
}

static void judge_one(struct generations *generations, struct dependency *dependency, uint32_t mask,
		      struct verdict *verdict)
{
	struct identity now = {0};
	bool present;
	enum dependency_change change;

	if (dependency->role != DEPENDENCY_TRIGGER) {
		verdict->stirred |= dependency->role == DEPENDENCY_SEEN;
		return;
	}
	change = dependency_compare(dependency, &now, &present);
	if (change == CHANGE_NONE && dependency->by_mode && (mask & IN_ATTRIB) != 0) {
		change = CHANGE_TOUCHED;
	}
	if (change != CHANGE_NONE && is_own(generations, dependency, &now, present)) {
		return;
	}
	if (change == CHANGE_NONE) {
		verdict->stirred |= mask != 0;
	} else {
		if (change == CHANGE_WRITTEN && (mask & IN_ATTRIB) != 0 &&
		    now.size == dependency->identity.size) {
			change = CHANGE_TOUCHED; /* utimensat(2), as touch and cp -p call it */
		}
		dependency->identity = now;
		dependency->present = present;
		verdict->stirred = true;
		if (!dependency->changed) {
			dependency->changed = true;
			journal_changed(generations->journal, dependency->path, change,
					!generations->told);
			generations->told = true;
			verdict->changed++;
		}
	}
	if (dependency->changed) {
		generations_set_unfinished(generations, dependency,
					   looks_unfinished(dependency, mask));
	}
}

/*
 * Has a file been made that is complete now? One that was made under this name and has been closed,
 * or moved here; what editors and sed -i make for a moment is gone again by then.
 */
static bool is_born(struct generations *generations, const char *path, uint32_t mask)
{
	struct stat status;
	bool made;

	if (lstat(path, &status) != 0) {
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		return S_ISLNK(status.st_mode) && (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
	}
	if ((mask & IN_CREATE) != 0) {
		(void)dependencies_enter(generations->newborn, path, &made);
		return status.st_nlink > 1; /* a hard link is complete when it is made */
	}
	return (mask & IN_MOVED_TO) != 0 || ((mask & IN_CLOSE_WRITE) != 0 &&
					     dependencies_find(generations->newborn, path) != NULL);
}

/* A file that nobody has asked for: it may be what a failed command lacked. */
static bool is_awaited(struct generations *generations, const char *path, uint32_t mask)
{
	const char *name = path_name(path);
	char folder[PATH_MAX];

	if (generations->is_watched != NULL &&
	    generations->is_watched(path, generations->watched_context)) {
		return is_born(generations, path, mask);
	}
	return generations->failed && name[0] != '.' && !policy_is_litter(name) &&
	       path_folder(folder, path) &&
	       dependencies_find(generations->listed, folder) != NULL &&
	       is_born(generations, path, mask);
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
	if (dependency == NULL && is_awaited(generations, hint->path, hint->mask)) {
		generations->drain(generations->drain_context);
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
	const char *folder; /* NULL: everywhere */
};

static bool concerns(const struct judging *judging, const char *path)
{
	return judging->folder == NULL || path_is_below(path, judging->folder);
}

static void judge_if_below(struct dependency *dependency, void *context)
{
	const struct judging *judging = context;

	if (concerns(judging, dependency->path)) {
		judge_one(judging->generations, dependency, 0, judging->verdict);
	}
}

static void make_stale_if_below(struct dependency *dependency, void *context)
{
	const struct judging *judging = context;

	dependency->stale |= concerns(judging, dependency->path);
}

void generations_judge(struct generations *generations, const struct hint *hint,
		       struct verdict *verdict)
{
	struct judging judging = {generations, verdict, NULL};

	switch (hint->kind) {
	case HINT_ENTRY:
		judge_entry(generations, hint, verdict);
		return;
	case HINT_BELOW:
		judging.folder = hint->path;
		if (generations->is_watched != NULL) {
			(void)generations->is_watched(hint->path, generations->watched_context);
		}
		break;
	case HINT_ALL:
		break;
	}
	/* What is drained meanwhile comes at the end of the set, and is judged as well. */
	dependencies_each(generations->current, judge_if_below, &judging);
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, make_stale_if_below, &judging);
	}
}

void generations_verify(struct generations *generations, struct verdict *verdict)
{
	/* Judging may drain the pipe, which adds to the list. */
	for (size_t i = 0; i < generations->fresh_count; i++) {
		struct dependency *dependency = generations->fresh[i];

		if (dependency->role == DEPENDENCY_TRIGGER) {
			journal_watching(generations->journal, dependency,
					 generations->programs[i]);
			judge_one(generations, dependency, 0, verdict);
		}
	}
	generations->fresh_count = 0;
}
