/* SPDX-License-Identifier: MIT */
/* What tells one version of a file from another, as the launcher finds it now. */
#ifndef LAUNCHER_IDENTITY_H
#define LAUNCHER_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "preload/report.h"

/* The identity in what stat(2) gave. */
struct identity identity_of_status(const struct stat *status);

/*
 * The identity of the file, folder or symlink (itself) at the path. False if there is none (or it
 * cannot be reached, with errno as lstat(2) left it): a socket, FIFO or device has no content.
 */
bool identity_of_path(const char *path, struct identity *identity);

/*
 * Equal or not, never newer or older: a file may well be replaced by an older one. The ctime is
 * left out: chmod(2), link(2) and rename(2) of the file change it, and not what is in it.
 */
bool identity_equal(const struct identity *left, const struct identity *right);

/* Do both paths lead to one file now? */
bool identity_same_file(const char *one, const char *other);

/* What lies at a path now. */
struct sight {
	struct identity identity; /* of what is present */
	bool present;		  /* as identity_of_path() has it */
	bool regular;
	bool link;    /* a symlink */
	bool shared;  /* a file with further hard links: it may be written under another name */
	bool mounted; /* a file that is a mount of its own: its folder does not hear of it */
};

/* fresh: a network filesystem is to ask its server, whatever it remembers (statx(2)). */
void sight_take(struct sight *sight, const char *path, bool fresh);

#endif
