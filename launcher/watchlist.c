/* SPDX-License-Identifier: MIT */
/* What the user has named with --watch; see watchlist.h. */
#include "launcher/watchlist.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/identity.h"
#include "launcher/memory.h"
#include "launcher/path.h"
#include "launcher/patterns.h"

#define DEPTH_MAX 64

enum named_kind { NAMED_PATH, NAMED_GLOB };

struct named {
	enum named_kind kind;
	char path[PATH_MAX]; /* absolute, its folder canonical; of a glob, what is below `folder` */
	char folder[PATH_MAX]; /* where to walk: a folder itself, a glob's fixed part; else "" */
	int depth;	       /* how many folders below that one can matter */
};

struct watchlist {
	const struct policy *policy;
	struct generations *generations;
	size_t given; /* of them, by the user; the rest lasts for a generation */
	size_t count;
	struct named *named;
};

/* Absolute; its folder canonical, if it exists. */
static void make_canonical(const char *base, const char *given, char path[PATH_MAX])
{
	char whole[PATH_MAX];
	char folder[PATH_MAX];
	char real[PATH_MAX];

	path[0] = '\0';
	if (!path_join(whole, base, given)) {
		return;
	}
	for (size_t end = strlen(whole); end > 1 && whole[end - 1] == '/'; end--) {
		whole[end - 1] = '\0';
	}
	if (path_folder(folder, whole)) {
		(void)path_join(path, realpath(folder, real) != NULL ? real : folder,
				path_name(whole));
	}
}

static int count_slashes(const char *text)
{
	int count = 0;

	for (const char *at = strchr(text, '/'); at != NULL; at = strchr(at + 1, '/')) {
		count++;
	}
	return count;
}

/* A name matches in its own folder only, unless "**" crosses them. */
static int glob_depth(const char *glob)
{
	return strstr(glob, "**") != NULL ? DEPTH_MAX : count_slashes(glob);
}

/* A glob: its fixed part becomes the canonical folder to walk, the rest stays what it is. */
static void take_glob(struct named *named, const char *base, const char *glob)
{
	size_t fixed = patterns_fixed_prefix(glob);
	char start[PATH_MAX];
	char whole[PATH_MAX];

	named->kind = NAMED_GLOB;
	named->depth = glob_depth(glob + fixed + strspn(glob + fixed, "/"));
	if (fixed >= sizeof(start)) {
		return;
	}
	memcpy(start, glob, fixed);
	start[fixed] = '\0';
	if (path_join(whole, base, fixed > 0 ? start : ".") &&
	    (realpath(whole, named->folder) != NULL || path_copy(named->folder, whole))) {
		(void)path_copy(named->path, glob + fixed + strspn(glob + fixed, "/"));
	}
}

static void take_name(struct named *named, const char *base, const char *path)
{
	struct stat status;

	named->kind = NAMED_PATH;
	named->depth = DEPTH_MAX;
	make_canonical(base, path, named->path);
	/* A file that is called so, pages/[id].js, is meant itself. */
	if (patterns_is_glob(path) && lstat(named->path, &status) != 0) {
		take_glob(named, base, path);
	}
}

struct watchlist *watchlist_new(const char *const *paths, size_t count, const char *base,
				const struct policy *policy, struct generations *generations)
{
	struct watchlist *watchlist = calloc(1, sizeof(*watchlist));

	if (watchlist == NULL) {
		return NULL;
	}
	watchlist->named = calloc(count + 1, sizeof(struct named));
	if (watchlist->named == NULL) {
		free(watchlist);
		return NULL;
	}
	watchlist->policy = policy;
	watchlist->generations = generations;
	watchlist->given = count;
	watchlist->count = count;
	for (size_t i = 0; i < count; i++) {
		take_name(&watchlist->named[i], base, paths[i]);
	}
	return watchlist;
}

void watchlist_free(struct watchlist *watchlist)
{
	if (watchlist != NULL) {
		free(watchlist->named);
		free(watchlist);
	}
}

static bool has_dot_folder(const char *relative)
{
	for (const char *at = relative; *at != '\0'; at++) {
		if (*at == '.' && (at == relative || at[-1] == '/') && strchr(at, '/') != NULL) {
			return true;
		}
	}
	return false;
}

/* What follows the named folder and its slash in the path; NULL if it is not below it. */
static const char *below_folder(const struct named *named, const char *path)
{
	size_t length = strlen(named->folder);

	if (length == 0 || !path_is_below(path, named->folder) ||
	    strcmp(path, named->folder) == 0) {
		return NULL;
	}
	return path + length + (length > 1);
}

/* Does the name cover a file at this path? */
static bool covers(const struct watchlist *watchlist, const struct named *named, const char *path)
{
	const char *relative = below_folder(named, path);

	if (relative == NULL || policy_is_ignored_by_name(watchlist->policy, path)) {
		return false;
	}
	if (named->kind == NAMED_GLOB) {
		return patterns_glob_match(named->path, relative);
	}
	return !policy_is_litter(path_name(path)) && !has_dot_folder(relative);
}

static void depend(const struct watchlist *watchlist, const struct named *named, const char *path,
		   bool is_new)
{
	struct identity identity;
	struct use use = {.reason = DEPENDENCY_WATCH};

	if (!is_new && identity_of_path(path, &identity)) {
		use.identity = &identity;
	}
	/* A folder may hold what the command writes; who names a file or a glob means just that. */
	if (named->folder[0] == '\0' || named->kind == NAMED_GLOB) {
		generations_pin(watchlist->generations, path, use);
	} else {
		generations_depend(watchlist->generations, path, use);
	}
}

/* is_new: it was not there when the generation began, so each file in it has appeared. */
static void walk(const struct watchlist *watchlist, const struct named *named, const char *folder,
		 bool is_new, int depth)
{
	const struct dirent *entry;
	DIR *entries;

	if (depth > named->depth || policy_is_ignored_folder(watchlist->policy, folder)) {
		return;
	}
	entries = opendir(folder);
	/* Also where there is none yet: its place is waited for. */
	generations_watch_folder(watchlist->generations, folder);
	if (entries == NULL) {
		return;
	}
	while ((entry = readdir(entries)) != NULL) {
		char path[PATH_MAX];
		struct stat status;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    !path_join(path, folder, entry->d_name) || lstat(path, &status) != 0) {
			continue;
		}
		if (!S_ISDIR(status.st_mode) && covers(watchlist, named, path)) {
			depend(watchlist, named, path, is_new);
		} else if (S_ISDIR(status.st_mode) && entry->d_name[0] != '.') {
			walk(watchlist, named, path, is_new, depth + 1);
		}
	}
	closedir(entries);
}

static void begin_path(struct watchlist *watchlist, struct named *named)
{
	char target[PATH_MAX];
	struct stat status;

	named->folder[0] = '\0';
	if (realpath(named->path, target) == NULL) {
		depend(watchlist, named, named->path, false);
		return;
	}
	if (stat(target, &status) == 0 && S_ISDIR(status.st_mode)) {
		if (strcmp(target, named->path) != 0) {
			depend(watchlist, named, named->path, false); /* the symlink itself */
		}
		memcpy(named->folder, target, sizeof(target));
		walk(watchlist, named, target, false, 0);
		return;
	}
	depend(watchlist, named, target, false);
	if (strcmp(target, named->path) != 0) {
		depend(watchlist, named, named->path, false); /* the symlink itself */
	}
}

void watchlist_widen(struct watchlist *watchlist, const char *folder)
{
	struct named *more =
	    realloc(watchlist->named, (watchlist->count + 1) * sizeof(struct named));
	struct named *named;

	if (more == NULL) {
		memory_exhausted();
	}
	watchlist->named = more;
	named = &more[watchlist->count];
	*named = (struct named){.kind = NAMED_PATH, .depth = DEPTH_MAX};
	if (path_copy(named->path, folder)) {
		watchlist->count++;
		begin_path(watchlist, named);
	}
}

void watchlist_begin(struct watchlist *watchlist)
{
	watchlist->count = watchlist->given;
	for (size_t i = 0; i < watchlist->count; i++) {
		struct named *named = &watchlist->named[i];

		if (named->kind == NAMED_PATH) {
			begin_path(watchlist, named);
		} else {
			walk(watchlist, named, named->folder, false, 0);
		}
	}
}

bool watchlist_covers(const char *path, void *context)
{
	const struct watchlist *watchlist = context;
	struct stat status;
	bool is_folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);

	for (size_t i = 0; i < watchlist->count; i++) {
		const struct named *named = &watchlist->named[i];
		const char *relative = below_folder(named, path);

		if (!is_folder && covers(watchlist, named, path)) {
			return true;
		}
		if (is_folder && relative != NULL && path_name(path)[0] != '.' &&
		    !has_dot_folder(relative)) {
			walk(watchlist, named, path, true, 1 + count_slashes(relative));
		} else if (is_folder && named->folder[0] != '\0' &&
			   path_is_below(named->folder, path)) {
			/* The named folder itself, or one above it, is another. */
			walk(watchlist, named, named->folder, true, 0);
		}
	}
	return false;
}
