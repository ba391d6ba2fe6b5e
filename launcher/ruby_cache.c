/* SPDX-License-Identifier: MIT */
/* Bootsnap's compile caches; see ruby_cache.h. */
#include "launcher/ruby_cache.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/path.h"

/*
 * FOLDER/HH/HHHHHHHHHHHHHH: the 64-bit FNV-1a hash of the source's path. A file begins with four
 * words of 32 bits about the Ruby that made it, then the source's size and its mtime in seconds, of
 * 64 bits each, in the machine's byte order; so in all versions from 1.1 to today.
 */
static const char *const kinds[] = {"compile-cache-iseq", "compile-cache-yaml",
				    "compile-cache-json"};

struct header {
	uint32_t ruby[4];
	uint64_t size;
	uint64_t mtime_s;
};

static uint64_t hash_of(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *path != '\0'; path++) {
		hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static bool is_hex(const char *name, size_t length)
{
	return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

static bool is_cache_folder(const char *folder)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(path_name(folder), kinds[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool ruby_cache_note(struct ruby_caches *caches, const char *path)
{
	char middle[PATH_MAX];
	char folder[PATH_MAX];

	if (!is_hex(path_name(path), 14) || !path_folder(middle, path) ||
	    !is_hex(path_name(middle), 2) || !path_folder(folder, middle) ||
	    !is_cache_folder(folder)) {
		return false;
	}
	for (size_t i = 0; i < caches->count; i++) {
		if (strcmp(caches->folders[i], folder) == 0) {
			return true;
		}
	}
	if (caches->count < RUBY_CACHES_MAX) {
		caches->folders[caches->count] = strdup(folder);
		caches->count += caches->folders[caches->count] != NULL;
	}
	return true;
}

static bool is_trusted(const char *cache, const struct stat *source)
{
	struct header header;
	int fd = open(cache, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool whole;

	if (fd < 0) {
		return false;
	}
	whole = read(fd, &header, sizeof(header)) == (ssize_t)sizeof(header);
	close(fd);
	return whole && header.size == (uint64_t)source->st_size &&
	       header.mtime_s == (uint64_t)source->st_mtim.tv_sec;
}

void ruby_cache_drop(const struct ruby_caches *caches, const char *source)
{
	uint64_t hash = hash_of(source);
	struct stat status;
	char cache[PATH_MAX];

	if (caches->count == 0 || stat(source, &status) != 0) {
		return;
	}
	for (size_t i = 0; i < caches->count; i++) {
		if (snprintf(cache, sizeof(cache), "%s/%02" PRIx64 "/%014" PRIx64,
			     caches->folders[i], hash >> 56,
			     hash & UINT64_C(0x00ffffffffffffff)) < (int)sizeof(cache) &&
		    is_trusted(cache, &status)) {
			unlink(cache);
		}
	}
}

void ruby_caches_free(struct ruby_caches *caches)
{
	while (caches->count > 0) {
		free(caches->folders[--caches->count]);
	}
}
