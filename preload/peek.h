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

/*
 * How many bytes could be read from `from`, up to size; less where the memory ends. -1 if not even
 * asking is possible (a container may forbid it).
 */
static inline long peek(void *to, const void *from, size_t size)
{
	struct {
		const void *start;
		size_t length;
	} local = {to, size}, remote = {from, size};
	long result = RAW_CALL(__NR_process_vm_readv, raw_getpid(), &local, 1, &remote, 1, 0);

	return result == -14 /* EFAULT */ ? 0 : result < 0 ? -1 : result;
}

#endif
