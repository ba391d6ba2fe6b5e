/* SPDX-License-Identifier: MIT */
/* What one generation of the command depends on; see dependencies.h. */
#include "launcher/dependencies.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/path.h"
#include "launcher/table.h"

#define PRUNE_LEAST 4096

/* The hash handles stay out of the header: nobody else has to know uthash. */
struct entry {
	struct dependency dependency;
	struct entry *next_in_folder;
	UT_hash_handle hh;
};

/* A folder in which entries lie, or one above such: so that what is below one is found by itself.
 */
struct folder {
	char *path;
	struct folder *first_child, *next_sibling;
	struct entry *first;
	UT_hash_handle hh;
};

struct dependencies {
	struct entry *entries;
	struct folder *folders;
	size_t size;	/* bytes, of all these */
	size_t doubled; /* the count at which it will have doubled; 0: not pruned yet */
	bool full;
};

struct dependencies *dependencies_new(void)
{
	return calloc(1, sizeof(struct dependencies));
}

static void free_entry(struct entry *entry)
{
	free(entry->dependency.path);
	free(entry->dependency.digest);
	free(entry);
}

static void free_folders(struct folder *folder)
{
	while (folder != NULL) {
		struct folder *next = folder->hh.next;

		free(folder->path);
		free(folder);
		folder = next;
	}
}

void dependencies_clear(struct dependencies *set)
{
	struct folder *folder = set->folders;
	struct entry *entry = set->entries;

	HASH_CLEAR(hh, set->entries); /* its links stay */
	HASH_CLEAR(hh, set->folders);
	while (entry != NULL) {
		struct entry *next = entry->hh.next;

		free_entry(entry);
		entry = next;
	}
	free_folders(folder);
	set->size = 0;
	set->doubled = 0;
	set->full = false;
}

void dependencies_free(struct dependencies *set)
{
	if (set != NULL) {
		dependencies_clear(set);
		free(set);
	}
}

struct dependency *dependencies_find(struct dependencies *set, const char *path)
{
	struct entry *entry;

	HASH_FIND_STR(set->entries, path, entry);
	return entry != NULL ? &entry->dependency : NULL;
}

static struct folder *find_folder(const struct dependencies *set, const char *path)
{
	struct folder *folder;

	HASH_FIND_STR(set->folders, path, folder);
	return folder;
}

/* Of an entry or a folder with its path. False: there is no room for it. */
static bool take_room(struct dependencies *set, size_t size, const char *path)
{
	size += strlen(path) + 1;
	if (set->size + size > DEPENDENCIES_SIZE_MAX) {
		set->full = true;
		return false;
	}
	set->size += size;
	return true;
}

/* NULL when memory is short. */
static struct folder *enter_folder(struct dependencies *set, const char *path)
{
	struct folder *folder = find_folder(set, path);
	struct folder *parent = NULL;
	char above[PATH_MAX];

	if (folder != NULL) {
		return folder;
	}
	if (strcmp(path, "/") != 0) {
		parent = path_folder(above, path) ? enter_folder(set, above) : NULL;
		if (parent == NULL) {
			return NULL;
		}
	}
	if (!take_room(set, sizeof(*folder), path)) {
		return NULL;
	}
	folder = calloc(1, sizeof(*folder));
	if (folder == NULL || (folder->path = strdup(path)) == NULL) {
		memory_exhausted();
	}
	if (parent != NULL) {
		folder->next_sibling = parent->first_child;
		parent->first_child = folder;
	}
	HASH_ADD_KEYPTR(hh, set->folders, folder->path, strlen(path), folder);
	return folder;
}

static struct entry *new_entry(const char *path)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL || (entry->dependency.path = strdup(path)) == NULL) {
		memory_exhausted();
	}
	return entry;
}

static void put_into_set(struct entry *entry, struct dependencies *set)
{
	const char *path = entry->dependency.path;

	HASH_ADD_KEYPTR(hh, set->entries, path, strlen(path), entry);
}

static void put_into_folder(struct entry *entry, struct folder *folder)
{
	entry->next_in_folder = folder->first;
	folder->first = entry;
}

struct dependency *dependencies_enter(struct dependencies *set, const char *path, bool *made)
{
	struct dependency *found = dependencies_find(set, path);
	struct folder *folder;
	struct entry *entry;
	char above[PATH_MAX];

	*made = found == NULL;
	if (found != NULL) {
		return found;
	}
	folder = path_folder(above, path) ? enter_folder(set, above) : NULL;
	entry = folder != NULL && take_room(set, sizeof(*entry), path) ? new_entry(path) : NULL;
	if (entry == NULL) {
		*made = false;
		return NULL;
	}
	put_into_folder(entry, folder);
	put_into_set(entry, set);
	return &entry->dependency;
}

size_t dependencies_count(const struct dependencies *set)
{
	return HASH_COUNT(set->entries);
}

bool dependencies_is_full(const struct dependencies *set)
{
	return set->full;
}

bool dependencies_has_doubled(const struct dependencies *set)
{
	return dependencies_count(set) >= (set->doubled != 0 ? set->doubled : PRUNE_LEAST);
}

/* The folders are made anew for what has been kept: an entry without its folder is found by none.
 */
static void make_folders(struct dependencies *set)
{
	struct folder *old = set->folders;

	HASH_CLEAR(hh, set->folders); /* its links stay */
	free_folders(old);
	set->size = 0;
	set->full = false;
	for (struct entry *entry = set->entries; entry != NULL; entry = entry->hh.next) {
		const char *path = entry->dependency.path;
		char above[PATH_MAX];
		struct folder *folder = path_folder(above, path) ? enter_folder(set, above) : NULL;

		(void)take_room(set, sizeof(*entry), path);
		if (folder != NULL) {
			put_into_folder(entry, folder);
		}
	}
}

void dependencies_prune(struct dependencies *set,
			bool (*keep)(const struct dependency *dependency, void *context),
			void *context)
{
	struct entry *entry = set->entries;
	size_t twice;

	HASH_CLEAR(hh, set->entries); /* its links stay */
	while (entry != NULL) {
		struct entry *next = entry->hh.next;

		if (keep(&entry->dependency, context)) {
			put_into_set(entry, set);
		} else {
			free_entry(entry);
		}
		entry = next;
	}
	make_folders(set);
	twice = 2 * dependencies_count(set);
	set->doubled = twice > PRUNE_LEAST ? twice : PRUNE_LEAST;
}

void dependencies_each(struct dependencies *set,
		       void (*visit)(struct dependency *dependency, void *context), void *context)
{
	for (struct entry *entry = set->entries; entry != NULL; entry = entry->hh.next) {
		visit(&entry->dependency, context);
	}
}

static void visit_folder(const struct folder *folder,
			 void (*visit)(struct dependency *dependency, void *context), void *context)
{
	for (struct entry *entry = folder->first; entry != NULL; entry = entry->next_in_folder) {
		visit(&entry->dependency, context);
	}
}

/* Without recursion: the depth of a tree is not ours to bound. */
static const struct folder *next_folder(struct dependencies *set, const struct folder *folder,
					const struct folder *top)
{
	if (folder->first_child != NULL) {
		return folder->first_child;
	}
	while (folder != top && folder->next_sibling == NULL) {
		char above[PATH_MAX];

		folder = path_folder(above, folder->path) ? find_folder(set, above) : NULL;
		if (folder == NULL) {
			return NULL;
		}
	}
	return folder == top ? NULL : folder->next_sibling;
}

void dependencies_each_below(struct dependencies *set, const char *path,
			     void (*visit)(struct dependency *dependency, void *context),
			     void *context)
{
	const struct folder *top = find_folder(set, path);
	struct dependency *itself = dependencies_find(set, path);

	if (itself != NULL) {
		visit(itself, context);
	}
	for (const struct folder *at = top; at != NULL; at = next_folder(set, at, top)) {
		visit_folder(at, visit, context);
	}
}

enum dependency_change dependency_compare(const struct dependency *dependency,
					  const struct sight *now)
{
	const struct identity *known = &dependency->identity;

	if (!now->present) {
		return dependency->present ? CHANGE_REMOVED : CHANGE_NONE;
	}
	if (!dependency->present) {
		return CHANGE_APPEARED;
	}
	if (identity_equal(known, &now->identity)) {
		return CHANGE_NONE;
	}
	return known->device == now->identity.device && known->inode == now->identity.inode
		   ? CHANGE_WRITTEN
		   : CHANGE_REPLACED;
}

const char *dependency_reason_word(enum dependency_reason reason)
{
	switch (reason) {
	case DEPENDENCY_READ:
		return "read";
	case DEPENDENCY_STAT:
		return "stat";
	case DEPENDENCY_EXECUTED:
		return "executed";
	case DEPENDENCY_LOADED:
		return "loaded";
	case DEPENDENCY_CACHE:
		return "cache";
	case DEPENDENCY_MISSING:
		return "missing";
	case DEPENDENCY_LISTED:
		return "listed";
	case DEPENDENCY_LINK:
		return "link";
	case DEPENDENCY_WATCH:
		return "watch";
	}
	return "?";
}

const char *dependency_change_word(enum dependency_change change)
{
	switch (change) {
	case CHANGE_NONE:
		return "none";
	case CHANGE_TOUCHED:
		return "touched";
	case CHANGE_WRITTEN:
		return "written";
	case CHANGE_REPLACED:
		return "replaced";
	case CHANGE_APPEARED:
		return "appeared";
	case CHANGE_REMOVED:
		return "removed";
	}
	return "?";
}
