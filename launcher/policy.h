/* SPDX-License-Identifier: MIT */
/* Which paths can matter at all: the rules by place and by name. No I/O. */
#ifndef LAUNCHER_POLICY_H
#define LAUNCHER_POLICY_H

#include <limits.h>
#include <stdbool.h>

#include "launcher/patterns.h"
#include "launcher/roots.h"

struct policy {
	struct roots roots;
	struct patterns *ignored; /* --ignore; may be NULL */
};

enum policy_place {
	POLICY_IGNORED,	  /* the system's, a version control system's own, or --ignore */
	POLICY_PROJECT,	  /* below a root: looking at it is depending on it */
	POLICY_ELSEWHERE, /* only what is read or executed counts */
};

/* Where a canonical path lies. Keeps a pointer to nothing. */
enum policy_place policy_place(const struct policy *policy, const char *path);

/* Has the user excluded it with --ignore? */
bool policy_is_ignored_by_name(const struct policy *policy, const char *path);

/*
 * The source of a CPython cache file: DIR/__pycache__/NAME.TAG.pyc belongs to DIR/NAME.py, and
 * below PYTHONPYCACHEPREFIX (NULL if unset) PREFIX/DIR/NAME.TAG.pyc does. False if the path is no
 * such cache (PEP 3147, PEP 488).
 */
bool policy_python_source(const char *path, const char *cache_prefix, char source[PATH_MAX]);

/* Is the name one that editors leave beside a file while they work on it? */
bool policy_is_litter(const char *name);

/* Is the name one under which only caches are looked for: __pycache__, or a .pyc in it? */
bool policy_is_python_cache(const char *path);

#endif
