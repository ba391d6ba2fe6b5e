/* SPDX-License-Identifier: MIT */
/* What our output has been redirected to; see redirected.h. proc(5): fd and fdinfo. */
#include "launcher/redirected.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_for_writing(const char *fd)
{
	char path[64];
	unsigned flags = 0;
	FILE *file;
	bool known;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%.10s", fd);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	known = fscanf(file, "pos: %*d flags: %o", &flags) == 1; /* NOLINT(cert-err34-c) */
	(void)fclose(file);
	return known && (flags & O_ACCMODE) != O_RDONLY;
}

void redirected_each(void (*visit)(const char *path, void *context), void *context)
{
	DIR *descriptors = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (descriptors != NULL && (entry = readdir(descriptors)) != NULL) {
		char link[64];
		char path[PATH_MAX];
		struct stat status;
		ssize_t length;

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%.10s", entry->d_name);
		if (entry->d_name[0] == '.' || !open_for_writing(entry->d_name) ||
		    stat(link, &status) != 0 || !S_ISREG(status.st_mode)) {
			continue;
		}
		length = readlink(link, path, sizeof(path) - 1);
		if (length > 0) {
			path[length] = '\0';
			visit(path, context);
		}
	}
	if (descriptors != NULL) {
		closedir(descriptors);
	}
}
