/* SPDX-License-Identifier: MIT */
/* CPython's byte code caches; see python_cache.h. */
#include "launcher/python_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launcher/identity.h"
#include "launcher/table.h"

#define RECENT_S    5  /* a cache is trusted within one second; some more for a slow start */
#define HEADER_SIZE 16 /* magic, flags, time, size: 32 bits each, little-endian (PEP 552) */

static uint32_t little_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* Would CPython take this cache for the source as it is now? */
static bool is_trusted(int folder, const char *name, const struct stat *source)
{
	unsigned char header[HEADER_SIZE];
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool read_whole;

	if (fd < 0) {
		return false;
	}
	read_whole = read(fd, header, sizeof(header)) == (ssize_t)sizeof(header);
	close(fd);
	return read_whole && little_endian(header + 4) == 0 &&
	       little_endian(header + 8) == (uint32_t)source->st_mtim.tv_sec &&
	       little_endian(header + 12) == (uint32_t)source->st_size;
}

/* What stood in a folder of caches: many changed sources have few of these. */
struct python_cache_folder {
	char *path;
	struct dirent **caches; /* sorted; NULL: none */
	int count;
	UT_hash_handle hh;
};

static int is_cache(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && strcmp(entry->d_name + length - 4, ".pyc") == 0;
}

/* Not alphasort: that goes by the user's language. */
static int compare(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

/* NULL: no memory. fd: of the folder, which may be none, -1. */
static struct python_cache_folder *list(struct python_caches *caches, const char *path, int fd)
{
	struct python_cache_folder *folder = NULL;

	HASH_FIND_STR(caches->folders, path, folder);
	if (folder != NULL) {
		return folder;
	}
	folder = calloc(1, sizeof(*folder));
	if (folder == NULL || (folder->path = strdup(path)) == NULL) {
		free(folder);
		return NULL;
	}
	folder->count = scandirat(fd, ".", &folder->caches, is_cache, compare);
	HASH_ADD_KEYPTR(hh, caches->folders, folder->path, strlen(path), folder);
	return folder;
}

/* Where the names that start so begin. */
static int find_first(const struct python_cache_folder *folder, const char *stem, size_t length)
{
	int low = 0, high = folder->count;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (strncmp(folder->caches[middle]->d_name, stem, length) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* All that are called NAME.TAG.pyc, for the NAME of the source; stem: "NAME." and what follows. */
static void drop_in(struct python_caches *caches, const char *path, const char *stem, size_t length,
		    const struct stat *source)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct python_cache_folder *folder;

	if (fd < 0) {
		return;
	}
	folder = list(caches, path, fd);
	for (int i = folder != NULL ? find_first(folder, stem, length) : 0;
	     folder != NULL && i < folder->count; i++) {
		const char *name = folder->caches[i]->d_name;

		if (strncmp(name, stem, length) != 0) {
			break;
		}
		if (strlen(name) > length + 3 && is_trusted(fd, name, source)) {
			unlinkat(fd, name, 0);
		}
	}
	close(fd);
}

void python_cache_drop(struct python_caches *caches, const char *source, const char *cache_prefix)
{
	const char *slash = strrchr(source, '/');
	const char *stem = slash != NULL ? slash + 1 : source;
	size_t length = strlen(stem);
	char path[PATH_MAX];
	struct stat status;
	int folder;

	if (slash == NULL || length <= 3 || strcmp(stem + length - 3, ".py") != 0 ||
	    stat(source, &status) != 0) {
		return;
	}
	length -= 2; /* with its dot */
	folder = (int)(slash - source);
	if (snprintf(path, sizeof(path), "%.*s/__pycache__", folder, source) < (int)sizeof(path)) {
		drop_in(caches, path, stem, length, &status);
	}
	if (cache_prefix != NULL && snprintf(path, sizeof(path), "%s%.*s", cache_prefix, folder,
					     source) < (int)sizeof(path)) {
		drop_in(caches, path, stem, length, &status);
	}
}

void python_caches_forget(struct python_caches *caches)
{
	struct python_cache_folder *folder = caches->folders;

	HASH_CLEAR(hh, caches->folders); /* its links stay */
	while (folder != NULL) {
		struct python_cache_folder *next = folder->hh.next;

		for (int i = 0; i < folder->count; i++) {
			free(folder->caches[i]);
		}
		free(folder->caches);
		free(folder->path);
		free(folder);
		folder = next;
	}
}

bool python_cache_hides_change(const char *cache, const struct identity *read, const char *source)
{
	struct identity now;
	struct timespec clock;
	struct stat status;

	if (stat(source, &status) != 0 || !identity_of_path(cache, &now) ||
	    !identity_equal(&now, read)) {
		return false;
	}
	clock_gettime(CLOCK_REALTIME, &clock);
	return identity_of_status(&status).mtime_ns >= read->mtime_ns &&
	       status.st_mtim.tv_sec + RECENT_S >= clock.tv_sec &&
	       is_trusted(AT_FDCWD, cache, &status);
}
