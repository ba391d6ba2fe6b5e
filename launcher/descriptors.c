/* SPDX-License-Identifier: MIT */
/* Which regular files a process has open for writing; see descriptors.h. */
#include "launcher/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/kin.h"

static bool is_written(pid_t pid, const char *name, int64_t *position)
{
	char path[64];
	char what[32];
	unsigned flags = 0;
	FILE *file;
	bool known;

	(void)snprintf(what, sizeof(what), "fdinfo/%.10s", name);
	kin_path(path, sizeof(path), pid, what);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	/* NOLINTNEXTLINE(cert-err34-c): the kernel's own format */
	known = fscanf(file, "pos: %" SCNd64 " flags: %o", position, &flags) == 2;
	(void)fclose(file);
	return known && (flags & O_ACCMODE) != O_RDONLY;
}

void descriptors_each_written(pid_t pid,
			      void (*visit)(const struct descriptor *descriptor, void *context),
			      void *context)
{
	char folder[64];
	const struct dirent *entry;
	DIR *all;

	kin_path(folder, sizeof(folder), pid, "fd");
	all = opendir(folder);
	while (all != NULL && (entry = readdir(all)) != NULL) {
		struct descriptor descriptor;
		char target[PATH_MAX];
		struct stat status;
		ssize_t length;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(all), entry->d_name, &status, 0) != 0 ||
		    !S_ISREG(status.st_mode) ||
		    !is_written(pid, entry->d_name, &descriptor.position)) {
			continue;
		}
		length = readlinkat(dirfd(all), entry->d_name, target, sizeof(target) - 1);
		if (length > 0) {
			target[length] = '\0';
			descriptor.path = target;
			visit(&descriptor, context);
		}
	}
	if (all != NULL) {
		closedir(all);
	}
}
