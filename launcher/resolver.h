/* SPDX-License-Identifier: MIT */
/* Finds where a path really leads, and every symlink on the way. */
#ifndef LAUNCHER_RESOLVER_H
#define LAUNCHER_RESOLVER_H

#include <limits.h>
#include <stddef.h>

#include "preload/report.h"

struct resolver;

/* A symlink that was followed. */
struct passed_link {
	const char *path; /* its own, canonical */
	/* Taken before it was read: if it is another one by now, this one is not its identity. */
	struct identity identity;
};

struct route {
	char canonical[PATH_MAX];
	const struct passed_link *links; /* in the order in which they were met */
	size_t link_count;
};

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
 * Where an absolute path leads: no symlink, ".", ".." or doubled slash is in what is canonical.
 * What does not exist is taken as it is written from there on. NULL and errno ELOOP, ENAMETOOLONG,
 * ENOMEM or EINVAL (not absolute). Valid until the resolver is asked or told anything more. Folders
 * are remembered: a second file in one costs one system call.
 */
const struct route *resolver_resolve(struct resolver *resolver, const char *path);

#endif
