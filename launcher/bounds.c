/* SPDX-License-Identifier: MIT */
/* What a long generation may forget; see bounds.h. */
#include "launcher/bounds.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/clock.h"
#include "launcher/generations_state.h"

/* Between the report that a file is about to be made and its being there, on a busy machine. */
#define MAKING_NS 10000000000LL

/* 32 MiB. */
#define FORGOTTEN_MAX ((size_t)2 << 20)

static bool is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static bool is_alive(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

/* The writer, among those of what is forgotten. False: there is no room for one more. */
static bool note_writer(struct forgotten *forgotten, pid_t writer)
{
	for (size_t i = 0; i < forgotten->count; i++) {
		if (forgotten->writers[i] == writer) {
			return true;
		}
	}
	if (forgotten->count == FORGOTTEN_WRITERS_MAX) {
		return false;
	}
	forgotten->writers[forgotten->count++] = writer;
	return true;
}

/* False: it has to be kept whole. */
static bool remember_writing(struct forgotten *forgotten, const struct dependency *dependency)
{
	if (forgotten->paths != NULL && path_set_is_full(forgotten->paths)) {
		path_set_free(forgotten->paths); /* after millions of them, for good */
		forgotten->paths = NULL;
	}
	if (forgotten->paths == NULL) {
		forgotten->paths = path_set_new(FORGOTTEN_MAX);
	}
	if (forgotten->paths == NULL || !note_writer(forgotten, dependency->updater)) {
		return false;
	}
	(void)path_set_add(forgotten->paths, (unsigned)dependency->updater, dependency->path);
	return true;
}

static void drop_dead_writers(struct forgotten *forgotten)
{
	size_t kept = 0;

	for (size_t i = 0; i < forgotten->count; i++) {
		if (is_alive(forgotten->writers[i])) {
			forgotten->writers[kept++] = forgotten->writers[i];
		}
	}
	forgotten->count = kept;
}

/*
 * An output that is gone triggers nothing. What has been read, or is being judged, stays; and what
 * is not known to have been written by anybody.
 */
static bool keep_used(const struct dependency *dependency, void *context)
{
	struct generations *generations = context;
	int64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	if (dependency->role != DEPENDENCY_OUTPUT || dependency->pinned || dependency->read ||
	    dependency->changed || dependency->unfinished || dependency->updater <= 0 ||
	    now_ns - (int64_t)dependency->written_ns < MAKING_NS || is_there(dependency->path)) {
		return true;
	}
	return is_alive(dependency->updater) &&
	       !remember_writing(&generations->forgotten, dependency);
}

static bool keep_newborn(const struct dependency *dependency, void *context)
{
	(void)context;
	return is_there(dependency->path);
}

void bounds_keep(struct generations *generations)
{
	if (dependencies_has_doubled(generations->current)) {
		drop_dead_writers(&generations->forgotten);
		dependencies_prune(generations->current, keep_used, generations);
	}
	if (dependencies_has_doubled(generations->newborn)) {
		dependencies_prune(generations->newborn, keep_newborn, NULL);
	}
	if (dependencies_is_full(generations->current) && !generations->told_full) {
		generations->told_full = true;
		journal_full(generations->parts.journal, dependencies_count(generations->current));
	}
}

void bounds_recall(const struct generations *generations, struct dependency *dependency)
{
	const struct forgotten *forgotten = &generations->forgotten;

	for (size_t i = 0; forgotten->paths != NULL && i < forgotten->count; i++) {
		pid_t writer = forgotten->writers[i];

		if (path_set_has(forgotten->paths, (unsigned)writer, dependency->path) &&
		    is_alive(writer)) {
			dependency->role = DEPENDENCY_OUTPUT;
			dependency->updater = writer;
			return;
		}
	}
}

void bounds_begin(struct generations *generations)
{
	path_set_free(generations->forgotten.paths);
	generations->forgotten = (struct forgotten){.paths = NULL};
}
