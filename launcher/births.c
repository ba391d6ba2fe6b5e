/* SPDX-License-Identifier: MIT */
/* Files that nobody has asked for by name; see births.h. */
#include "launcher/births.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "launcher/clock.h"
#include "launcher/generations_state.h"
#include "launcher/path.h"

#define LATE_NS 1000000000LL /* as a report may be, on a busy machine */

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
		/* A new folder may be the package that was lacked. */
		return (S_ISLNK(status.st_mode) || S_ISDIR(status.st_mode)) &&
		       (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
	}
	if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
		(void)dependencies_enter(generations->newborn, path, &made);
	}
	if ((mask & IN_CREATE) != 0) {
		return status.st_nlink > 1; /* a hard link is complete when it is made */
	}
	return (mask & IN_MOVED_TO) != 0 || ((mask & IN_CLOSE_WRITE) != 0 &&
					     dependencies_find(generations->newborn, path) != NULL);
}

/* The last dot and what follows it; NULL if there is none, or nothing before it. */
static const char *extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL || dot == name || dot[1] == '\0' ? NULL : dot;
}

/* Could the name be one that a listing was after? */
static bool is_candidate(const struct generations *generations, const char *path)
{
	const char *name = path_name(path);

	return name[0] != '.' && !policy_is_litter(name) && !policy_is_python_cache(path) &&
	       policy_counts(generations->parts.policy, path);
}

/*
 * A file beside the born one that could have been read and was not. One that was made since the
 * command began could not, and one that the command writes tells nothing.
 */
static bool is_unread(struct generations *generations, const char *path)
{
	const struct dependency *dependency = dependencies_find(generations->current, path);
	struct stat status;

	if (dependency != NULL && (dependency->read || dependency->role == DEPENDENCY_OUTPUT)) {
		return false;
	}
	return dependencies_find(generations->newborn, path) == NULL &&
	       is_candidate(generations, path) && lstat(path, &status) == 0 &&
	       S_ISREG(status.st_mode);
}

static bool was_read(struct generations *generations, const char *path)
{
	const struct dependency *dependency = dependencies_find(generations->current, path);

	return dependency != NULL && dependency->read;
}

/* The one that was found last, as long as it is so: a storm of new files reads no folder anew. */
static bool has_known_unread(struct generations *generations, const char *folder,
			     const char *ending)
{
	const char *unread = generations->unread;
	const char *other = unread != NULL ? extension(path_name(unread)) : NULL;
	char of[PATH_MAX];

	return other != NULL && strcmp(other, ending) == 0 && path_folder(of, unread) &&
	       strcmp(of, folder) == 0 && is_unread(generations, unread);
}

/* Has the command read every other file in the folder that has this extension, and is there one? */
static bool reads_all_like(struct generations *generations, const char *folder, const char *ending)
{
	DIR *entries;
	const struct dirent *entry;
	bool all = true;
	bool any = false;

	if (has_known_unread(generations, folder, ending)) {
		return false;
	}
	entries = opendir(folder);
	while (all && entries != NULL && (entry = readdir(entries)) != NULL) {
		const char *other = extension(entry->d_name);
		char path[PATH_MAX];

		if (other == NULL || strcmp(other, ending) != 0 ||
		    !path_join(path, folder, entry->d_name)) {
			continue;
		}
		any |= was_read(generations, path);
		if (is_unread(generations, path)) {
			all = false;
			free(generations->unread);
			generations->unread = strdup(path);
		}
	}
	if (entries != NULL) {
		closedir(entries);
	}
	return all && any;
}

/*
 * CPython lists each folder that it imports from, once; that it has read all modules of a package
 * does not mean that it would read one more. A package shows by this name being looked for.
 */
static bool is_listed_by_importer(struct generations *generations, const char *folder)
{
	const struct dependency *listed = dependencies_find(generations->listed, folder);
	char probe[PATH_MAX];

	return listed != NULL && !listed->read &&
	       (policy_is_script_folder(generations->parts.policy, folder) ||
		(path_join(probe, folder, "__init__.abi3.so") &&
		 dependencies_find(generations->current, probe) != NULL));
}

/*
 * Does a new file there matter while the command is well? If it reads all of its kind: plug-ins,
 * templates, migrations.
 */
static bool matters_to_healthy(struct generations *generations, const char *folder,
			       const char *path)
{
	const char *ending = extension(path_name(path));

	return ending != NULL &&
	       !(strcmp(ending, ".py") == 0 && is_listed_by_importer(generations, folder)) &&
	       reads_all_like(generations, folder, ending);
}

bool births_awaited(struct generations *generations, const char *path, uint32_t mask)
{
	char folder[PATH_MAX];

	if (generations->is_watched != NULL &&
	    generations->is_watched(path, generations->watched_context)) {
		return is_born(generations, path, mask);
	}
	return is_candidate(generations, path) && path_folder(folder, path) &&
	       dependencies_find(generations->listed, folder) != NULL &&
	       is_born(generations, path, mask) &&
	       (generations->failed || matters_to_healthy(generations, folder, path));
}

/* --- without an event --- */

/*
 * Has the entry been made, or given this name, since its folder was listed? Its ctime says so, but
 * also that it was written before, so it must not be much older than the listing, either.
 */
static bool is_younger(const char *path, const struct dependency *folder)
{
	struct sight sight;

	sight_take(&sight, path, false);
	return sight.present && sight.regular &&
	       sight.identity.ctime_ns > folder->identity.mtime_ns &&
	       (folder->time_ns == 0 ||
		sight.identity.ctime_ns > clock_of_files_ns(folder->time_ns) - LATE_NS);
}

static void examine_entry(struct generations *generations, const struct dependency *folder,
			  const char *path)
{
	bool made;

	if (dependencies_find(generations->current, path) != NULL ||
	    !is_candidate(generations, path) || !is_younger(path, folder)) {
		return;
	}
	(void)dependencies_enter(generations->newborn, path, &made);
	if (generations->failed || matters_to_healthy(generations, folder->path, path)) {
		generations_depend(generations, path, (struct use){.reason = DEPENDENCY_LISTED});
	}
}

static void examine_folder(struct generations *generations, const struct dependency *folder)
{
	const struct dirent *entry;
	struct sight sight;
	DIR *entries;

	sight_take(&sight, folder->path, false);
	if (!folder->present || !sight.present ||
	    identity_equal(&sight.identity, &folder->identity)) {
		return; /* nothing was made or removed in it */
	}
	entries = opendir(folder->path);
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		char path[PATH_MAX];

		if (path_join(path, folder->path, entry->d_name)) {
			examine_entry(generations, folder, path);
		}
	}
	if (entries != NULL) {
		closedir(entries);
	}
}

static void examine(struct dependency *dependency, void *context)
{
	examine_folder(context, dependency);
}

void births_examine(struct generations *generations, const char *folder)
{
	dependencies_each_below(generations->listed, folder, examine, generations);
}
