/* SPDX-License-Identifier: MIT */
/*
 * Generations come and go; see generations.h. What one uses: uses.c. How changes are judged:
 * judgement.c, and births.c for what is new.
 */
#include "launcher/generations.h"

#include <limits.h>
#include <stdlib.h>

#include "launcher/births.h"
#include "launcher/bounds.h"
#include "launcher/generations_state.h"
#include "launcher/identity.h"
#include "launcher/memory.h"
#include "launcher/path.h"

struct generations *generations_new(const struct generations_parts *parts)
{
	struct generations *generations = calloc(1, sizeof(*generations));

	if (generations == NULL) {
		return NULL;
	}
	generations->parts = *parts;
	generations->current = dependencies_new();
	generations->listed = dependencies_new();
	generations->newborn = dependencies_new();
	generations->arrivals = lately_new();
	generations->updates = lately_new();
	generations->unsteady = dependencies_new();
	generations->doubted = dependencies_new();
	generations->changed = dependencies_new();
	generations->stale = dependencies_new();
	generations->folders = dependencies_new();
	generations->heard = dependencies_new();
	generations->told_unsteady = dependencies_new();
	if (generations->current == NULL || generations->listed == NULL ||
	    generations->newborn == NULL || generations->arrivals == NULL ||
	    generations->updates == NULL || generations->unsteady == NULL ||
	    generations->told_unsteady == NULL || generations->doubted == NULL ||
	    generations->changed == NULL || generations->stale == NULL ||
	    generations->folders == NULL || generations->heard == NULL) {
		generations_free(generations);
		return NULL;
	}
	return generations;
}

void generations_free(struct generations *generations)
{
	if (generations != NULL) {
		dependencies_free(generations->current);
		dependencies_free(generations->previous);
		dependencies_free(generations->listed);
		dependencies_free(generations->newborn);
		dependencies_free(generations->unsteady);
		dependencies_free(generations->doubted);
		dependencies_free(generations->changed);
		dependencies_free(generations->stale);
		dependencies_free(generations->folders);
		dependencies_free(generations->heard);
		dependencies_free(generations->retired);
		dependencies_free(generations->told_unsteady);
		bounds_begin(generations);
		lately_free(generations->arrivals);
		lately_free(generations->updates);
		free(generations->unread);
		free(generations->fresh);
		free(generations->programs);
		free(generations);
	}
}

void generations_set_watched(struct generations *generations,
			     bool (*is_watched)(const char *path, void *context), void *context)
{
	generations->is_watched = is_watched;
	generations->watched_context = context;
}

size_t generations_count(const struct generations *generations)
{
	return dependencies_count(generations->current);
}

bool generations_unfinished(const struct generations *generations)
{
	return generations->unfinished > 0;
}

void generations_set_unfinished(struct generations *generations, struct dependency *dependency,
				bool unfinished)
{
	if (dependency->unfinished != unfinished) {
		dependency->unfinished = unfinished;
		generations->unfinished += unfinished ? 1u : -1u;
	}
}

/* --- the beginning and the end of a generation --- */

/* What has changed up to now, the new generation will find as it is. */
static void refresh(struct dependency *stale, void *context)
{
	struct generations *generations = context;
	struct dependency *dependency = dependencies_find(generations->previous, stale->path);

	if (dependency != NULL) {
		dependency->present = identity_of_path(dependency->path, &dependency->identity);
		dependency->time_ns = 0; /* it is not known when the next one will read it */
	}
}

static void settle_change(struct dependency *changed, void *context)
{
	struct generations *generations = context;
	struct dependency *dependency = dependencies_find(generations->previous, changed->path);

	if (dependency != NULL) {
		dependency->changed = false;
		dependency->unfinished = false;
	}
}

/* An empty set in place of the old one; the old one stays if there is no memory for another. */
static void renew(struct dependencies **set)
{
	struct dependencies *fresh = dependencies_new();

	if (fresh != NULL) {
		dependencies_free(*set);
		*set = fresh;
	}
}

void generations_begin(struct generations *generations, bool complete)
{
	struct dependencies *fresh = dependencies_new();

	if (fresh == NULL) {
		memory_exhausted();
	}
	generations_tidy(generations);
	watches_begin_round(generations->parts.watches);
	if (complete) {
		generations->retired = generations->previous;
		generations->previous = generations->current;
	} else {
		generations->retired = generations->current;
	}
	generations->current = fresh;
	if (generations->previous != NULL) {
		dependencies_each(generations->changed, settle_change, generations);
		dependencies_each(generations->stale, refresh, generations);
	}
	renew(&generations->changed);
	renew(&generations->stale);
	renew(&generations->folders);
	renew(&generations->heard);
	generations->heard_much = false;
	renew(&generations->listed);
	renew(&generations->newborn);
	renew(&generations->unsteady);
	renew(&generations->doubted);
	lately_begin(generations->arrivals);
	lately_begin(generations->updates);
	free(generations->unread);
	generations->unread = NULL;
	generations->failed = false;
	generations->told = false;
	generations->told_full = false;
	bounds_begin(generations);
	generations->unfinished = 0;
	generations->fresh_count = 0;
}

/* --- what takes long, with very many dependencies --- */

static void note_folder(struct dependency *dependency, void *context)
{
	struct dependencies *folders = context;
	char folder[PATH_MAX];
	bool made;

	if (dependency->role == DEPENDENCY_TRIGGER && path_folder(folder, dependency->path)) {
		(void)dependencies_enter(folders, folder, &made);
	}
}

static bool keep_folder(const char *folder, void *context)
{
	const struct generations *generations = context;

	return dependencies_find(generations->folders, folder) != NULL;
}

static bool is_trigger(struct dependencies *set, const char *path)
{
	const struct dependency *dependency = set != NULL ? dependencies_find(set, path) : NULL;

	return dependency != NULL && dependency->role == DEPENDENCY_TRIGGER;
}

static bool keep_file(const char *path, void *context)
{
	const struct generations *generations = context;

	return is_trigger(generations->current, path) || is_trigger(generations->previous, path) ||
	       is_trigger(generations->retired, path);
}

void generations_tidy(struct generations *generations)
{
	if (generations->retired == NULL) {
		return;
	}
	dependencies_each(generations->current, note_folder, generations->folders);
	dependencies_each(generations->retired, note_folder, generations->folders);
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, note_folder, generations->folders);
	}
	watches_prune(generations->parts.watches,
		      &(struct watcher_keep){keep_folder, keep_file, generations});
	dependencies_free(generations->retired);
	generations->retired = NULL;
}

/* --- a generation that fails --- */

static void enter_again(struct dependency *dependency, void *context)
{
	struct generations *generations = context;
	struct use use = {
	    .reason = dependency->reason,
	    .pid = dependency->pid,
	    .time_ns = dependency->time_ns,
	    .identity = dependency->present ? &dependency->identity : NULL,
	};
	const struct dependency *known;

	/* What the failed one knows itself keeps the version that it knows. */
	known = dependencies_find(generations->current, dependency->path);
	if (dependency->role == DEPENDENCY_TRIGGER &&
	    (known == NULL || known->role == DEPENDENCY_SEEN)) {
		generations_depend(generations, dependency->path, use);
	}
}

void generations_inherit(struct generations *generations)
{
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, enter_again, generations);
	}
}

void generations_fail(struct generations *generations)
{
	generations->failed = true;
	generations_inherit(generations);
	births_examine(generations, "/");
}

/* --- to go through them --- */

struct path_visit {
	void (*visit)(const char *path, void *context);
	void *context;
};

static void visit_path(struct dependency *dependency, void *context)
{
	const struct path_visit *paths = context;

	paths->visit(dependency->path, paths->context);
}

void generations_each(struct generations *generations,
		      void (*visit)(const char *path, void *context), void *context)
{
	struct path_visit paths = {visit, context};

	dependencies_each(generations->current, visit_path, &paths);
}

void generations_each_dependency(struct generations *generations,
				 void (*visit)(struct dependency *dependency, void *context),
				 void *context)
{
	dependencies_each(generations->current, visit, context);
}

void generations_each_changed(struct generations *generations,
			      void (*visit)(const char *path, void *context), void *context)
{
	struct path_visit paths = {visit, context};

	dependencies_each(generations->changed, visit_path, &paths);
}
