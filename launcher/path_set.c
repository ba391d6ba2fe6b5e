/* SPDX-License-Identifier: MIT */
/* Which paths have been met; see path_set.h. */
#include "launcher/path_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define SLOTS_FIRST 1024u

struct path_set {
	uint64_t *slots; /* a power of two; 0: free */
	size_t size, count, limit;
};

struct path_set *path_set_new(size_t limit)
{
	struct path_set *set = calloc(1, sizeof(*set));

	if (set != NULL) {
		set->limit = limit;
		set->size = SLOTS_FIRST;
		set->slots = calloc(set->size, sizeof(*set->slots));
	}
	if (set != NULL && set->slots == NULL) {
		free(set);
		set = NULL;
	}
	return set;
}

void path_set_free(struct path_set *set)
{
	if (set != NULL) {
		free(set->slots);
		free(set);
	}
}

/* Where it is, or where it would go: there always is a free one. */
static uint64_t *slot_of(uint64_t *slots, size_t size, uint64_t hash)
{
	size_t at = (size_t)hash & (size - 1);

	while (slots[at] != 0 && slots[at] != hash) {
		at = (at + 1) & (size - 1);
	}
	return &slots[at];
}

static bool grow(struct path_set *set)
{
	uint64_t *slots = calloc(2 * set->size, sizeof(*slots));

	if (slots == NULL) {
		return false;
	}
	for (size_t i = 0; i < set->size; i++) {
		if (set->slots[i] != 0) {
			*slot_of(slots, 2 * set->size, set->slots[i]) = set->slots[i];
		}
	}
	free(set->slots);
	set->slots = slots;
	set->size *= 2;
	return true;
}

bool path_set_is_full(const struct path_set *set)
{
	return set->limit != 0 && set->count >= set->limit;
}

/* Never that of a free slot. */
static uint64_t hash_of(unsigned place, const char *path)
{
	uint64_t hash = XXH3_64bits_withSeed(path, strlen(path), place);

	return hash + (hash == 0);
}

bool path_set_has(const struct path_set *set, unsigned place, const char *path)
{
	uint64_t hash = hash_of(place, path);

	return *slot_of(set->slots, set->size, hash) == hash;
}

bool path_set_add(struct path_set *set, unsigned place, const char *path)
{
	uint64_t hash = hash_of(place, path);
	uint64_t *slot;

	slot = slot_of(set->slots, set->size, hash);
	if (*slot == hash) {
		return false;
	}
	if (path_set_is_full(set)) {
		return true;
	}
	if (2 * (set->count + 1) > set->size) {
		if (!grow(set)) {
			set->limit = set->count;
			return true;
		}
		slot = slot_of(set->slots, set->size, hash);
	}
	*slot = hash;
	set->count++;
	return true;
}
