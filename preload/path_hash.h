/* SPDX-License-Identifier: MIT */
/* A hash of a path: of what stands before it (0, a folder's hash), and its own text. */
#ifndef PRELOAD_PATH_HASH_H
#define PRELOAD_PATH_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t path_hash_step(uint64_t hash, uint32_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ (hash >> 32);
}

/*
 * Four bytes to a multiplication, as that is what takes the time. Never reads behind the NUL: a
 * checker of the program's memory would blame the program.
 */
static inline uint64_t path_hash(uint64_t prefix, const char *path)
{
	const unsigned char *at = (const unsigned char *)path;
	uint64_t hash = prefix ^ 0xcbf29ce484222325u;
	uint32_t word;

	while (at[0] != 0 && at[1] != 0 && at[2] != 0 && at[3] != 0) {
		word = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
		hash = path_hash_step(hash, word);
		at += 4;
	}
	word = at[0];
	for (unsigned shift = 8; *at != 0; shift += 8) {
		word |= (uint32_t) * ++at << shift;
	}
	return path_hash_step(hash, word);
}

/* The same of a text that is not terminated. */
static inline uint64_t path_hash_of(const char *text, size_t length)
{
	uint64_t hash = length;

	for (size_t i = 0; i < length; i++) {
		hash = path_hash_step(hash, (unsigned char)text[i]);
	}
	return hash;
}

/* The key under which a fact of this kind about the path is remembered; never 0. */
static inline uint64_t path_key(uint64_t hash, unsigned kind)
{
	return path_hash_step(hash, kind) | 1;
}

#endif
