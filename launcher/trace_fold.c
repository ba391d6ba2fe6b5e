/* SPDX-License-Identifier: MIT */
/* Which facts a process has told before; see trace_fold.h. */
#include "launcher/trace_fold.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define SLOTS 8192u /* a power of two */

/* What one program in one process has told of one path: a bit for each kind and how. */
struct slot {
	uint64_t key;
	uint64_t told;
};

struct trace_fold {
	struct slot slots[SLOTS];
};

struct trace_fold *trace_fold_new(void)
{
	return calloc(1, sizeof(struct trace_fold));
}

void trace_fold_free(struct trace_fold *fold)
{
	free(fold);
}

static struct slot *slot_of(struct trace_fold *fold, const struct trace_fact *fact,
			    const char *path)
{
	uint64_t who =
	    XXH3_64bits_withSeed(fact->program, strlen(fact->program), (XXH64_hash_t)fact->pid);
	uint64_t key = XXH3_64bits_withSeed(path, strlen(path), who ^ (unsigned)fact->error);
	struct slot *slot = &fold->slots[key & (SLOTS - 1)];

	if (slot->key != key) {
		*slot = (struct slot){.key = key};
	}
	return slot;
}

/* 0: each is told. */
static uint64_t bit_of(const struct trace_fact *fact)
{
	static const unsigned char places[TRACE_KINDS] = {
	    [TRACE_READ] = 1, [TRACE_WRITE] = 2, [TRACE_MISSING] = 3,
	    [TRACE_STAT] = 4, [TRACE_LIST] = 5,	 [TRACE_LOAD] = 6,
	};
	unsigned place = places[fact->kind];

	_Static_assert(6 * TRACE_HOWS <= 64, "every kind and how has a bit");
	return place == 0 ? 0 : UINT64_C(1) << ((place - 1) * TRACE_HOWS + fact->how);
}

/* Does another thing stand under the name from now on? */
static bool changes_name(const struct trace_fact *fact)
{
	switch (fact->kind) {
	case TRACE_RENAME:
	case TRACE_LINK:
	case TRACE_REMOVE:
	case TRACE_MKDIR:
		return fact->error == 0;
	case TRACE_WRITE:
		return fact->error == 0 && fact->how == TRACE_CREATED;
	case TRACE_READ:
	case TRACE_MISSING:
	case TRACE_STAT:
	case TRACE_LIST:
	case TRACE_EXEC:
	case TRACE_LOAD:
	case TRACE_LOST:
	case TRACE_KINDS:
		break;
	}
	return false;
}

bool trace_fold_repeats(struct trace_fold *fold, const struct trace_fact *fact)
{
	uint64_t bit = bit_of(fact);
	struct slot *slot = slot_of(fold, fact, fact->path);
	bool repeats;

	if (changes_name(fact)) {
		slot->told = 0;
		if (fact->kind == TRACE_RENAME && fact->to != NULL) {
			slot_of(fold, fact, fact->to)->told = 0;
		}
	}
	repeats = (slot->told & bit) != 0;
	slot->told |= bit;
	return repeats;
}
