/* SPDX-License-Identifier: MIT */
/* With --content: is what was saved another content at all? */
#ifndef LAUNCHER_CONTENT_H
#define LAUNCHER_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/identity.h"

struct digest {
	uint64_t words[2];
};

/* Larger files count by their identity alone: to read one would take longer than to restart. */
#define CONTENT_SIZE_MAX (16u << 20)

/*
 * The digest of what lies there, of a symlink the digest of where it leads, if that is still what
 * `sight` has seen when all of it has been read. False if it is not, or if it cannot be read.
 */
bool content_digest(const char *path, const struct sight *sight, struct digest *digest);

bool content_equal(const struct digest *left, const struct digest *right);

#endif
