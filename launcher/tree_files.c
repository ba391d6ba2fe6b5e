/* SPDX-License-Identifier: MIT */
/* Which files processes hold open for writing; see tree_files.h. proc(5): fd and fdinfo. */
#include "launcher/tree_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/path.h"
#include "launcher/tree.h"

static bool open_for_writing(pid_t pid, const char *fd)
{
	char path[64];
	unsigned flags = 0;
	FILE *file;
	bool known;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.10s", (int)pid, fd);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	known = fscanf(file, "pos: %*d flags: %o", &flags) == 1; /* NOLINT(cert-err34-c) */
	(void)fclose(file);
	return known && (flags & O_ACCMODE) != O_RDONLY;
}

/* Calls visit for each descriptor of the process that is open for writing; stops when it is true.
 */
static bool each_written(pid_t pid, bool (*visit)(const char *link, void *context), void *context)
{
	char path[64];
	const struct dirent *entry;
	bool found = false;
	DIR *descriptors;

	path_of_process(path, sizeof(path), pid, "fd");
	descriptors = opendir(path);
	while (descriptors != NULL && !found && (entry = readdir(descriptors)) != NULL) {
		if (entry->d_name[0] != '.' && open_for_writing(pid, entry->d_name)) {
			(void)snprintf(path, sizeof(path), "/proc/%d/fd/%.10s", (int)pid,
				       entry->d_name);
			found = visit(path, context);
		}
	}
	if (descriptors != NULL) {
		closedir(descriptors);
	}
	return found;
}

static bool is_file(const char *link, void *context)
{
	const struct identity *file = context;
	struct stat status;

	return stat(link, &status) == 0 && status.st_ino == file->inode &&
	       status.st_dev == file->device;
}

static bool process_writes(pid_t pid, void *context)
{
	return each_written(pid, is_file, context);
}

bool tree_writes(const struct identity *file)
{
	struct identity wanted = *file;

	return tree_find(process_writes, &wanted);
}

struct own_visit {
	void (*visit)(const char *path, void *context);
	void *context;
};

static bool visit_own(const char *link, void *context)
{
	const struct own_visit *own = context;
	char path[PATH_MAX];
	struct stat status;
	ssize_t length;

	if (stat(link, &status) == 0 && S_ISREG(status.st_mode)) {
		length = readlink(link, path, sizeof(path) - 1);
		if (length > 0) {
			path[length] = '\0';
			own->visit(path, own->context);
		}
	}
	return false;
}

void tree_files_own(void (*visit)(const char *path, void *context), void *context)
{
	struct own_visit own = {visit, context};

	each_written(getpid(), visit_own, &own);
}
