/* SPDX-License-Identifier: MIT */
/* What every hook, from the table or by hand, is made of. */
#ifndef PRELOAD_HOOK_H
#define PRELOAD_HOOK_H

#include <errno.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* The versions in which glibc has what is older than its port to the machine (preload/exports.map).
 */
#if defined(__x86_64__)
#define GLIBC_FIRST   "GLIBC_2.2.5"
#define GLIBC_OF_2012 "GLIBC_2.15"
#elif defined(__i386__)
#define GLIBC_FIRST   "GLIBC_2.0"
#define GLIBC_OF_2012 "GLIBC_2.15"
#else
#define GLIBC_FIRST   "GLIBC_2.17"
#define GLIBC_OF_2012 "GLIBC_2.17"
#endif

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
