/* SPDX-License-Identifier: MIT */
/* What one generation of the command depends on; see dependencies.h. */
#include "launcher/dependencies.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* The hash handle stays out of the header: nobody else has to know uthash. */
struct entry {
	struct dependency dependency;
	UT_hash_handle hh;
};

struct dependencies {
	struct entry *entries;
};

struct dependencies *dependencies_new(void)
{
	return calloc(1, sizeof(struct dependencies));
}

void dependencies_clear(struct dependencies *set)
{
	struct entry *entry = set->entries;
	struct entry *next;

	HASH_CLEAR(hh, set->entries); /* its links stay */
	while (entry != NULL) {
		next = entry->hh.next;
		free(entry->dependency.path);
		free(entry->dependency.digest);
		free(entry);
		entry = next;
	}
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

struct dependency *dependencies_enter(struct dependencies *set, const char *path, bool *made)
{
	struct dependency *found = dependencies_find(set, path);
	struct entry *entry;

	*made = found == NULL;
	if (found != NULL) {
		return found;
	}
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL) {
		return NULL;
	}
	entry->dependency.path = strdup(path);
	if (entry->dependency.path == NULL) {
		free(entry);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, set->entries, entry->dependency.path, strlen(path), entry);
	return &entry->dependency;
}

size_t dependencies_count(const struct dependencies *set)
{
	return HASH_COUNT(set->entries);
}

void dependencies_each(struct dependencies *set,
		       void (*visit)(struct dependency *dependency, void *context), void *context)
{
	for (struct entry *entry = set->entries; entry != NULL; entry = entry->hh.next) {
		visit(&entry->dependency, context);
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
