/* SPDX-License-Identifier: MIT */
/* The dynamic loader's list of the objects that are there (link.h: what debuggers go by). */
#ifndef PRELOAD_LOADER_H
#define PRELOAD_LOADER_H

#include <link.h>
#include <stddef.h>

/* glibc's and musl's name for the same; neither has the other's. */
extern struct r_debug _r_debug __attribute__((weak));
extern struct r_debug *_dl_debug_addr __attribute__((weak));

/* NULL if this libc has none. */
static inline const struct r_debug *loader_list(void)
{
	if (&_r_debug != NULL) {
		return &_r_debug;
	}
	return &_dl_debug_addr != NULL ? _dl_debug_addr : NULL;
}

#endif
