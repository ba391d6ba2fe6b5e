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
	struct patterns *ignored;      /* --ignore; may be NULL */
	const char *const *extensions; /* --ext: each may be a list; none: any will do */
	size_t extension_count;
	bool all;	       /* the system's files, too */
	char folder[PATH_MAX]; /* the working directory, canonical */
	char script[PATH_MAX]; /* the file that the command's words name first, or "" */
};

enum policy_place {
	POLICY_IGNORED,	  /* the system's, a version control system's own, or --ignore */
	POLICY_ELSEWHERE, /* only what is read or executed counts */
	POLICY_PROJECT,	  /* below a root: looking at it is depending on it */
};

/* Where a canonical path lies. Keeps a pointer to nothing. */
enum policy_place policy_place(const struct policy *policy, const char *path);

/* Is the name one that --ext asks for? Any is, unless it was given. */
bool policy_has_extension(const struct policy *policy, const char *path);

/* May what the command does with a file of this name count, by --ignore and --ext? */
bool policy_counts(const struct policy *policy, const char *path);

/* Does the command's script lie there, or is it the working directory? */
bool policy_is_script_folder(const struct policy *policy, const char *folder);

/* Has the user excluded it with --ignore? */
bool policy_is_ignored_by_name(const struct policy *policy, const char *path);

/* Is the folder (canonical), with all that can ever be in it? */
bool policy_is_ignored_folder(const struct policy *policy, const char *folder);

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
