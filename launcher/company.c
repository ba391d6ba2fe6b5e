/* SPDX-License-Identifier: MIT */
/* Who else may be using our terminal; see company.h. */
#include "launcher/company.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* By any descriptor but stdout and stderr, which most have from the shell and only write to. */
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
		found =
		    strcmp(entry->d_name, "1") != 0 && strcmp(entry->d_name, "2") != 0 &&
		    (strncmp(target, "/dev/pts/", 9) == 0 || strncmp(target, "/dev/tty", 8) == 0);
	}
	if (all != NULL) {
		closedir(all);
	}
	return found;
}

/* Another launcher, or our guardian: it has the terminal for the same reason as we do. */
static bool is_one_of_us(pid_t listed)
{
	char path[64];
	struct stat its;
	struct stat ours;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)listed);
	return stat(path, &its) == 0 && stat("/proc/self/exe", &ours) == 0 &&
	       its.st_ino == ours.st_ino && its.st_dev == ours.st_dev;
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
			!kin_contains(ours, pid) && reads_terminal(pid) && !is_one_of_us(pid);
	}
	if (all != NULL) {
		closedir(all);
	}
	return found;
}
