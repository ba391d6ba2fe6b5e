/* SPDX-License-Identifier: MIT */
/* CPython's byte code caches; see python_cache.h. */
#include "launcher/python_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launcher/identity.h"

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

/* NAME.TAG.pyc, for the NAME of the source. */
static bool is_cache_of(const char *name, const char *stem, size_t length)
{
	size_t whole = strlen(name);

	return strncmp(name, stem, length) == 0 && name[length] == '.' && whole > length + 4 &&
	       strcmp(name + whole - 4, ".pyc") == 0;
}

static void drop_in(const char *path, const char *stem, size_t length, const struct stat *source)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	DIR *folder;

	if (fd < 0) {
		return;
	}
	folder = fdopendir(fd);
	if (folder == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (is_cache_of(entry->d_name, stem, length) &&
		    is_trusted(fd, entry->d_name, source)) {
			unlinkat(fd, entry->d_name, 0);
		}
	}
	closedir(folder);
}

void python_cache_drop(const char *source, const char *cache_prefix)
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
	length -= 3;
	folder = (int)(slash - source);
	if (snprintf(path, sizeof(path), "%.*s/__pycache__", folder, source) < (int)sizeof(path)) {
		drop_in(path, stem, length, &status);
	}
	if (cache_prefix != NULL && snprintf(path, sizeof(path), "%s%.*s", cache_prefix, folder,
					     source) < (int)sizeof(path)) {
		drop_in(path, stem, length, &status);
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
