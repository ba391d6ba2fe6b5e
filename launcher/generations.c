/* SPDX-License-Identifier: MIT */
/* What the generations depend on; see generations.h. How changes are judged: judgement.c. */
#include "launcher/generations.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/generations_state.h"
#include "launcher/identity.h"
#include "launcher/message.h"
#include "launcher/path.h"
#include "launcher/printable.h"

struct generations *generations_new(struct watcher *watcher, struct journal *journal,
				    void (*drain)(void *context), void *context)
{
	struct generations *generations = calloc(1, sizeof(*generations));

	if (generations == NULL) {
		return NULL;
	}
	generations->watcher = watcher;
	generations->journal = journal;
	generations->drain = drain;
	generations->drain_context = context;
	generations->current = dependencies_new();
	generations->listed = dependencies_new();
	generations->newborn = dependencies_new();
	if (generations->current == NULL || generations->listed == NULL ||
	    generations->newborn == NULL) {
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

static void refresh(struct dependency *dependency, void *context)
{
	(void)context;
	if (dependency->stale) {
		dependency->present = identity_of_path(dependency->path, &dependency->identity);
		dependency->stale = false;
	}
	dependency->changed = false;
	dependency->unfinished = false;
}

struct keep {
	struct dependencies *folders;
};

static void note_folder(struct dependency *dependency, void *context)
{
	struct keep *keep = context;
	char folder[PATH_MAX];
	bool made;

	if (dependency->role == DEPENDENCY_TRIGGER && path_folder(folder, dependency->path)) {
		(void)dependencies_enter(keep->folders, folder, &made);
	}
}

static bool keep_folder(const char *folder, void *context)
{
	struct keep *keep = context;

	return dependencies_find(keep->folders, folder) != NULL;
}

/* Watches that only the generation before last needed are given back. */
static void prune_watches(struct generations *generations, struct dependencies *ending)
{
	struct keep keep = {dependencies_new()};

	if (keep.folders == NULL) {
		return;
	}
	dependencies_each(ending, note_folder, &keep);
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, note_folder, &keep);
	}
	watcher_prune(generations->watcher, keep_folder, &keep);
	dependencies_free(keep.folders);
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
		return;
	}
	prune_watches(generations, generations->current);
	if (complete) {
		dependencies_free(generations->previous);
		generations->previous = generations->current;
	} else {
		dependencies_free(generations->current);
	}
	generations->current = fresh;
	renew(&generations->listed);
	renew(&generations->newborn);
	if (generations->previous != NULL) {
		/* What has changed up to now, the new generation will find as it is. */
		dependencies_each(generations->previous, refresh, NULL);
	}
	generations->failed = false;
	generations->told = false;
	generations->unfinished = 0;
	generations->fresh_count = 0;
}

static void enter_again(struct dependency *dependency, void *context)
{
	struct generations *generations = context;
	struct use use = {
	    .reason = dependency->reason,
	    .pid = dependency->pid,
	    .time_ns = dependency->time_ns,
	    .identity = dependency->present ? &dependency->identity : NULL,
	};

	/* What the failed one knows itself keeps the version that it knows. */
	if (dependency->role == DEPENDENCY_TRIGGER) {
		generations_depend(generations, dependency->path, use);
	}
}

void generations_fail(struct generations *generations)
{
	generations->failed = true;
	if (generations->previous != NULL) {
		dependencies_each(generations->previous, enter_again, generations);
	}
}

/* --- what is used --- */

static void tell_limit(struct generations *generations, const char *folder)
{
	char *path;

	if (generations->limit_told) {
		return;
	}
	generations->limit_told = true;
	path = printable_path(folder);
	message(MESSAGE_ERROR, "cannot watch %s: %s%s", path, strerror(errno),
		errno == ENOSPC ? " (raise fs.inotify.max_user_watches with sysctl)" : "");
	free(path);
}

void generations_watch_folder(struct generations *generations, const char *folder)
{
	if (watcher_add(generations->watcher, folder) != 0) {
		tell_limit(generations, folder);
	}
}

static void watch_folder_of(struct generations *generations, const char *path)
{
	char folder[PATH_MAX];

	if (path_folder(folder, path)) {
		generations_watch_folder(generations, folder);
	}
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
			return;
		}
		generations->fresh = fresh;
		programs = realloc((void *)generations->programs, size * sizeof(void *));
		if (programs == NULL) {
			return;
		}
		generations->programs = programs;
		generations->fresh_size = size;
	}
	generations->programs[generations->fresh_count] = program;
	generations->fresh[generations->fresh_count++] = dependency;
}

static void set_use(struct dependency *dependency, const struct use *use)
{
	dependency->reason = use->reason;
	dependency->pid = use->pid;
	dependency->time_ns = use->time_ns;
	dependency->known = true;
	dependency->present = use->identity != NULL;
	if (use->identity != NULL) {
		dependency->identity = *use->identity;
	}
}

/* The first use says which version counts; one that was only seen before keeps the older one. */
static struct dependency *use_path(struct generations *generations, const char *path,
				   const struct use *use)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->current, path, &made);

	if (dependency == NULL) {
		return NULL;
	}
	if (!dependency->known) {
		set_use(dependency, use);
	} else if (dependency->role == DEPENDENCY_SEEN || use->reason == DEPENDENCY_READ) {
		dependency->reason =
		    use->reason; /* to have read it says more than to have looked */
	}
	if (dependency->role == DEPENDENCY_SEEN) {
		dependency->role = DEPENDENCY_TRIGGER;
		watch_folder_of(generations, path);
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
		/* No file has this identity: the comparison that follows finds a change. */
		dependency->identity = (struct identity){0};
		dependency->present = true;
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
	bool made;
	struct dependency *dependency = dependencies_enter(generations->current, path, &made);

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
		journal_output(generations->journal, dependency->path, used);
	}
}

void generations_write(struct generations *generations, const char *path, bool sure)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->current, path, &made);

	if (dependency == NULL) {
		return;
	}
	dependency->may_write = true;
	if (sure) {
		generations_make_output(generations, dependency);
	}
}

void generations_redirect(struct generations *generations, const char *path)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->current, path, &made);

	if (dependency != NULL && !dependency->pinned) {
		dependency->role = DEPENDENCY_OUTPUT;
	}
}

struct moving {
	struct generations *generations;
	const char *folder;
};

static void move_if_below(struct dependency *dependency, void *context)
{
	const struct moving *moving = context;

	if (dependency->role == DEPENDENCY_TRIGGER &&
	    path_is_below(dependency->path, moving->folder)) {
		generations_make_output(moving->generations, dependency);
	}
}

void generations_move_below(struct generations *generations, const char *folder)
{
	struct moving moving = {generations, folder};

	dependencies_each(generations->current, move_if_below, &moving);
}

void generations_list(struct generations *generations, const char *folder, struct use use)
{
	bool made;
	struct dependency *dependency = dependencies_enter(generations->listed, folder, &made);

	if (dependency != NULL && made) {
		set_use(dependency, &use);
		generations_watch_folder(generations, folder);
	}
}

struct path_visit {
	void (*visit)(const char *path, void *context);
	void *context;
};

static void visit_path(struct dependency *dependency, void *context)
{
	const struct path_visit *paths = context;

	paths->visit(dependency->path, paths->context);
}

static void visit_if_changed(struct dependency *dependency, void *context)
{
	if (dependency->changed) {
		visit_path(dependency, context);
	}
}

void generations_each(struct generations *generations,
		      void (*visit)(const char *path, void *context), void *context)
{
	struct path_visit paths = {visit, context};

	dependencies_each(generations->current, visit_path, &paths);
}

void generations_each_changed(struct generations *generations,
			      void (*visit)(const char *path, void *context), void *context)
{
	struct path_visit paths = {visit, context};

	dependencies_each(generations->current, visit_if_changed, &paths);
}
