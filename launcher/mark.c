/* SPDX-License-Identifier: MIT */
/* By what a process is known to be the command's; see mark.h. */
#include "launcher/mark.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/guest.h"

/* Does the process's environment hold our channel? What it was executed with (proc(5)). */
static bool in_environment(pid_t listed, const char *folder)
{
	char path[64];
	char *entry = NULL;
	size_t size = 0;
	bool marked = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)listed);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	while (!marked && getdelim(&entry, &size, '\0', file) > 0) {
		if (strncmp(entry, GUEST_VARIABLE "=", sizeof(GUEST_VARIABLE)) == 0) {
			const char *named = strchr(entry, ':');

			marked = named != NULL && strcmp(named + 1, folder) == 0;
		}
	}
	free(entry);
	(void)fclose(file);
	return marked;
}

/* Has it one of the channel's FIFOs open, as every process has in which our library is? */
static bool among_descriptors(pid_t listed, const char *folder)
{
	char path[64];
	const struct dirent *entry;
	size_t length = strlen(folder);
	bool found = false;
	DIR *all;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)listed);
	all = opendir(path);
	while (all != NULL && !found && (entry = readdir(all)) != NULL) {
		char target[192];
		ssize_t read = readlinkat(dirfd(all), entry->d_name, target, sizeof(target));

		found = read > (ssize_t)length && strncmp(target, folder, length) == 0;
	}
	if (all != NULL) {
		closedir(all);
	}
	return found;
}

bool mark_is_on(pid_t listed, const char *folder)
{
	return in_environment(listed, folder) || among_descriptors(listed, folder);
}
