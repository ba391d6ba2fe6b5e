/* SPDX-License-Identifier: MIT */
/*
 * Bootsnap's compile caches, in which Rails applications keep their byte code: it trusts one whose
 * source has the same size and, in whole seconds, the same mtime. So of two saves of one size
 * within a second, the second would not be run.
 */
#ifndef LAUNCHER_RUBY_CACHE_H
#define LAUNCHER_RUBY_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define RUBY_CACHES_MAX 8 /* iseq, yaml and json, of more than one application */

/* The folders of caches that the command has been seen to use. */
struct ruby_caches {
	char *folders[RUBY_CACHES_MAX];
	size_t count;
};

/* Is the path (canonical) that of a cache? Then its folder is remembered. */
bool ruby_cache_note(struct ruby_caches *caches, const char *path);

/* Removes what would be trusted in place of the source as it is now. Prints nothing. */
void ruby_cache_drop(const struct ruby_caches *caches, const char *source);

void ruby_caches_free(struct ruby_caches *caches);

#endif
