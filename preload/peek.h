/* SPDX-License-Identifier: MIT */
/*
 * Reads memory that may not be there: the kernel copies, and says EFAULT where a dereference would
 * kill the program (process_vm_readv(2) on ourselves).
 */
#ifndef PRELOAD_PEEK_H
#define PRELOAD_PEEK_H

#include <stdbool.h>
#include <stddef.h>

#include "preload/raw.h"

struct memory {
	const void *start;
	size_t length;
};

/*
 * Reads one piece after the other into `to`: how many bytes, up to the first that could not be
 * read. -1 if not even asking is possible (a container may forbid it).
 */
static inline long peek_many(void *to, const struct memory *from, size_t count)
{
	struct memory local = {to, 0};
	long result;

	for (size_t i = 0; i < count; i++) {
		local.length += from[i].length;
	}
	result = RAW_CALL(__NR_process_vm_readv, raw_getpid(), &local, 1, from, count, 0);
	return result == -14 /* EFAULT */ ? 0 : result < 0 ? -1 : result;
}

/* The same for a single piece; less than size where the memory ends. */
static inline long peek(void *to, const void *from, size_t size)
{
	struct memory memory = {from, size};

	return peek_many(to, &memory, 1);
}

#endif
