/* SPDX-License-Identifier: MIT */
/* Finds where a path really leads, and every symlink on the way. */
#ifndef LAUNCHER_RESOLVER_H
#define LAUNCHER_RESOLVER_H

#include <limits.h>

struct resolver;

/* Called for each symlink that is passed: its own canonical path. */
typedef void resolver_link(const char *link, void *context);

/* NULL and errno ENOMEM. Released by resolver_free (NULL is fine). */
struct resolver *resolver_new(void);
void resolver_free(struct resolver *resolver);

/*
 * Forgets which folders lead where. To be called when a generation begins: within one, a symlink
 * that changes is itself a change.
 */
void resolver_forget(struct resolver *resolver);

/*
 * The name (canonical itself) is about to be renamed, made or removed by the command: whatever was
 * remembered by way of it is forgotten.
 */
void resolver_changed(struct resolver *resolver, const char *path);

/*
 * The canonical path of an absolute path: no symlink, ".", ".." or doubled slash in it. What does
 * not exist is taken as it is written from there on. Returns 0, or -1 with errno ELOOP,
 * ENAMETOOLONG or EINVAL (not absolute). Folders are remembered: a second file in one costs one
 * system call.
 */
int resolver_resolve(struct resolver *resolver, const char *path, char canonical[PATH_MAX],
		     resolver_link *link, void *context);

#endif
