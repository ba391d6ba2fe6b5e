/* SPDX-License-Identifier: MIT */
/* What a generation uses, writes and lists; see generations.h. */
#include <stdlib.h>
#include <string.h>

#include "launcher/bounds.h"
#include "launcher/generations_state.h"
#include "launcher/memory.h"
#include "launcher/path.h"

void generations_watch_folder(struct generations *generations, const char *folder)
{
	bool made;

	(void)dependencies_enter(generations->folders, folder, &made);
	watches_add_folder(generations->parts.watches, folder);
}

static void add_fresh(struct generations *generations, struct dependency *dependency,
		      const char *program)
{
	if (generations->fresh_count == generations->fresh_size) {
		size_t size = generations->fresh_size > 0 ? 2 * generations->fresh_size : 256;
		struct dependency **fresh =
		    realloc((void *)generations->fresh, size * sizeof(void *));
		const char **programs;

		if (fresh == NULL) {
			memory_exhausted();
		}
		generations->fresh = fresh;
		programs = realloc((void *)generations->programs, size * sizeof(void *));
		if (programs == NULL) {
			memory_exhausted();
		}
		generations->programs = programs;
		generations->fresh_size = size;
	}
	generations->programs[generations->fresh_count] = program;
	generations->fresh[generations->fresh_count++] = dependency;
}

/* Was its content used, and not only its being there? */
static bool is_reading(enum dependency_reason reason)
{
	return reason == DEPENDENCY_READ || reason == DEPENDENCY_CACHE ||
	       reason == DEPENDENCY_EXECUTED || reason == DEPENDENCY_LOADED;
}

static void set_use(struct dependency *dependency, const struct use *use)
{
	dependency->reason = use->reason;
	dependency->pid = use->pid;
	dependency->time_ns = use->time_ns;
	dependency->known = true;
	dependency->present = use->identity != NULL;
	dependency->missed = use->reason == DEPENDENCY_MISSING;
	if (use->identity != NULL) {
		dependency->identity = *use->identity;
	}
}

/* Was it another version than the one that counts? Through a link that was not there before, say.
 */
static bool is_other_version(const struct dependency *dependency, const struct use *use)
{
	return dependency->present != (use->identity != NULL) ||
	       (use->identity != NULL && !identity_equal(use->identity, &dependency->identity));
}

/* Of the current generation. NULL: there is no room for it. */
static struct dependency *enter(struct generations *generations, const char *path)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->current, path, &made);

	if (dependency != NULL && made) {
		bounds_recall(generations, dependency);
	}
	return dependency;
}

/* The first use says which version counts; one that was only seen before keeps the older one. */
static struct dependency *use_path(struct generations *generations, const char *path,
				   const struct use *use)
{
	struct dependency *dependency = enter(generations, path);

	if (dependency == NULL) {
		return NULL;
	}
	if (!dependency->known) {
		set_use(dependency, use);
	} else if (dependency->role == DEPENDENCY_SEEN || use->reason == DEPENDENCY_READ) {
		dependency->reason =
		    use->reason; /* to have read it says more than to have looked */
	}
	if (dependency->role == DEPENDENCY_OUTPUT && is_reading(use->reason)) {
		set_use(dependency, use); /* as it was written, if it was somebody else later */
		dependency->read_order = ++generations->order;
	}
	if (dependency->role == DEPENDENCY_TRIGGER && is_other_version(dependency, use)) {
		dependency->contested = true;
		add_fresh(generations, dependency, use->program);
	}
	dependency->read |= is_reading(use->reason);
	dependency->executed |= use->reason == DEPENDENCY_EXECUTED;
	if (dependency->role == DEPENDENCY_SEEN) {
		dependency->role = DEPENDENCY_TRIGGER;
		watches_add_entry(generations->parts.watches, path);
		add_fresh(generations, dependency, use->program);
	}
	return dependency;
}

void generations_depend(struct generations *generations, const char *path, struct use use)
{
	(void)use_path(generations, path, &use);
}

void generations_pin(struct generations *generations, const char *path, struct use use)
{
	struct dependency *dependency = use_path(generations, path, &use);

	if (dependency != NULL) {
		dependency->pinned = true;
	}
}

void generations_outdate(struct generations *generations, const char *path, struct use use)
{
	struct dependency *dependency = use_path(generations, path, &use);

	if (dependency != NULL && dependency->role == DEPENDENCY_TRIGGER) {
		dependency->outdated = true;
		add_fresh(generations, dependency, use.program);
	}
}

void generations_depend_on_mode(struct generations *generations, const char *path, struct use use)
{
	struct dependency *dependency = use_path(generations, path, &use);

	if (dependency != NULL) {
		dependency->by_mode = true;
	}
}

void generations_see(struct generations *generations, const char *path, struct use use)
{
	struct dependency *dependency = enter(generations, path);

	if (dependency != NULL && !dependency->known) {
		set_use(dependency, &use);
	}
}

void generations_make_output(struct generations *generations, struct dependency *dependency)
{
	if (dependency->role != DEPENDENCY_OUTPUT && !dependency->pinned) {
		bool used = dependency->role == DEPENDENCY_TRIGGER && dependency->present;

		dependency->role = DEPENDENCY_OUTPUT;
		generations_set_unfinished(generations, dependency, false);
		journal_output(generations->parts.journal, dependency->path, used);
	}
}

void generations_write(struct generations *generations, const char *path)
{
	struct dependency *dependency = enter(generations, path);

	if (dependency != NULL) {
		generations_make_output(generations, dependency);
	}
}

void generations_written_by(struct generations *generations, const char *path, pid_t pid,
			    uint64_t time_ns)
{
	struct dependency *dependency = dependencies_find(generations->current, path);

	if (dependency != NULL) {
		dependency->updater = pid;
		dependency->written_ns = time_ns;
		dependency->written_order = ++generations->order;
	}
}

void generations_update(struct generations *generations, const char *path, pid_t pid)
{
	struct dependency *dependency = enter(generations, path);

	if (dependency != NULL) {
		dependency->may_write = true;
		dependency->updater = pid;
	}
}

void generations_redirect(struct generations *generations, const char *path)
{
	struct dependency *dependency = enter(generations, path);

	if (dependency != NULL && !dependency->pinned) {
		dependency->role = DEPENDENCY_OUTPUT;
	}
}

static void move_away(struct dependency *dependency, void *context)
{
	if (dependency->role == DEPENDENCY_TRIGGER) {
		generations_make_output(context, dependency);
	}
}

void generations_move_below(struct generations *generations, const char *folder)
{
	dependencies_each_below(generations->current, folder, move_away, generations);
}

void generations_list(struct generations *generations, const char *folder, struct use use,
		      bool again)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->listed, folder, &made);

	if (dependency == NULL) {
		return;
	}
	if (made) {
		set_use(dependency, &use);
		generations_watch_folder(generations, folder);
	} else if (again && use.pid == dependency->pid && use.identity != NULL &&
		   identity_equal(use.identity, &dependency->identity)) {
		/* CPython's importer would not have looked at it again, unchanged as it is. */
		dependency->read = true;
	}
}
