/* SPDX-License-Identifier: MIT */
/* A hash of a path that goes on where it stopped: cwd, then "/", then the relative path. */
#ifndef PRELOAD_PATH_HASH_H
#define PRELOAD_PATH_HASH_H

#include <stdint.h>

/* FNV-1a, 64 bit: needs no length beforehand, and a byte costs about a nanosecond. */
#define PATH_HASH_START 0xcbf29ce484222325u

static inline uint64_t path_hash(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++) {
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	}
	return hash;
}

/* The key under which a fact of this kind about the path is remembered; never 0. */
static inline uint64_t path_key(uint64_t hash, unsigned kind)
{
	hash = (hash ^ kind) * 0x9e3779b97f4a7c15u;
	return (hash ^ (hash >> 32)) | 1;
}

#endif
