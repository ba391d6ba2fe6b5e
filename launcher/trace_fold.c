/* SPDX-License-Identifier: MIT */
/* Which facts a process has told before; see trace_fold.h. */
#include "launcher/trace_fold.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define BUCKETS 16384u /* a power of two */
#define WAYS	4u

/* What one program in one process has told of one path: a bit for each kind and how. */
struct slot {
	uint64_t key;
	uint64_t told;
	uint64_t version; /* of what stands under the name */
};

struct trace_fold {
	struct slot slots[BUCKETS][WAYS];
	uint64_t versions;
};

struct trace_fold *trace_fold_new(void)
{
	return calloc(1, sizeof(struct trace_fold));
}

void trace_fold_free(struct trace_fold *fold)
{
	free(fold);
}

static uint64_t key_of(const struct trace_fact *fact, const char *path)
{
	uint64_t who = XXH3_64bits_withSeed(fact->program, strlen(fact->program),
					    (XXH64_hash_t)fact->life << 32 | (unsigned)fact->pid);

	return XXH3_64bits_withSeed(path, strlen(path), who);
}

/* A failure is a fact of its own, as long as the name stands for the same. */
static uint64_t key_of_failure(const struct trace_fact *fact, const struct slot *name)
{
	const uint64_t failure[] = {
	    name->key,
	    name->version,
	    (uint64_t)fact->kind << 32 | (unsigned)fact->error,
	    fact->to != NULL ? XXH3_64bits(fact->to, strlen(fact->to)) : 0,
	};

	return XXH3_64bits(failure, sizeof(failure));
}

static struct slot *slot_of(struct trace_fold *fold, uint64_t key)
{
	struct slot *bucket = fold->slots[key & (BUCKETS - 1)];
	struct slot *slot = &bucket[key >> 62];

	for (unsigned i = 0; i < WAYS; i++) {
		if (bucket[i].key == key) {
			return &bucket[i];
		}
		if (bucket[i].key == 0) {
			slot = &bucket[i];
		}
	}
	*slot = (struct slot){.key = key, .version = ++fold->versions};
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
	if (fact->error != 0) {
		return fact->kind == TRACE_EXEC ? 0 : 1;
	}
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

static void begin_anew(struct trace_fold *fold, struct slot *slot)
{
	slot->told = 0;
	slot->version = ++fold->versions;
}

bool trace_fold_repeats(struct trace_fold *fold, const struct trace_fact *fact)
{
	struct slot *slot = slot_of(fold, key_of(fact, fact->path));
	uint64_t bit = bit_of(fact);
	bool repeats;

	if (changes_name(fact)) {
		begin_anew(fold, slot);
		if (fact->kind == TRACE_RENAME && fact->to != NULL) {
			begin_anew(fold, slot_of(fold, key_of(fact, fact->to)));
		}
	}
	if (fact->error != 0) {
		slot = slot_of(fold, key_of_failure(fact, slot));
	}
	repeats = (slot->told & bit) != 0;
	slot->told |= bit;
	return repeats;
}
