/* SPDX-License-Identifier: MIT */
/* What every hook, from the table or by hand, is made of. */
#ifndef PRELOAD_HOOK_H
#define PRELOAD_HOOK_H

#include <errno.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* The value by which a libc function of this type says that it failed. */
#define FAILURE(result)                                                                            \
	_Generic((result), int : -1, long : -1L, default : NULL) /* NULL: a FILE *, a DIR * */

/* Runs a statement of ours without the program's noticing. */
#define KEEPING_ERRNO(statement)                                                                   \
	do {                                                                                       \
		int kept_errno = errno;                                                            \
		statement;                                                                         \
		errno = kept_errno;                                                                \
	} while (0)

#endif
