/* SPDX-License-Identifier: MIT */
/* Who else may be using our terminal; see company.h. */
#include "launcher/company.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What it has as stdin, or has opened by that name. Of other descriptors nothing can be told: most
 * programs have those that the shell has opened for all.
 */
static bool reads_terminal(pid_t listed)
{
	char path[64];
	const struct dirent *entry;
	bool found = false;
	DIR *all;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)listed);
	all = opendir(path);
	while (all != NULL && !found && (entry = readdir(all)) != NULL) {
		char target[64];
		ssize_t length = readlinkat(dirfd(all), entry->d_name, target, sizeof(target) - 1);

		target[length > 0 ? length : 0] = '\0';
		found = strcmp(target, "/dev/tty") == 0 ||
			(strcmp(entry->d_name, "0") == 0 && (strncmp(target, "/dev/pts/", 9) == 0 ||
							     strncmp(target, "/dev/tty", 8) == 0));
	}
	if (all != NULL) {
		closedir(all);
	}
	return found;
}

static bool is_ancestor(pid_t listed)
{
	for (pid_t pid = kin_parent(getpid()); pid > 1; pid = kin_parent(pid)) {
		if (pid == listed) {
			return true;
		}
	}
	return false;
}

bool company_reads_terminal(const struct kin *ours)
{
	const struct dirent *entry;
	bool found = false;
	/* Where /proc shows other numbers than ours (unshare -pf), nobody can be looked at. */
	DIR *all = kin_self() == getpid() ? opendir("/proc") : NULL;

	while (all != NULL && !found && (entry = readdir(all)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		found = pid > 0 && pid != getpid() && getpgid(pid) == getpgrp() &&
			!kin_contains(ours, pid) && reads_terminal(pid) && !is_ancestor(pid);
	}
	if (all != NULL) {
		closedir(all);
	}
	return found;
}
