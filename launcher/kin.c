/* SPDX-License-Identifier: MIT */
/* Who is whose child; see kin.h. */
#include "launcher/kin.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool kin_contains(const struct kin *kin, pid_t listed)
{
	for (size_t i = 0; i < kin->count; i++) {
		if (kin->pids[i] == listed) {
			return true;
		}
	}
	return false;
}

void kin_add(struct kin *kin, pid_t listed)
{
	if (kin_contains(kin, listed)) {
		return;
	}
	if (kin->count == kin->size) {
		size_t size = kin->size > 0 ? 2 * kin->size : 64;
		pid_t *pids = realloc(kin->pids, size * sizeof(*pids));

		if (pids == NULL) {
			return;
		}
		kin->pids = pids;
		kin->size = size;
	}
	kin->pids[kin->count++] = listed;
}

void kin_remove(struct kin *kin, pid_t listed)
{
	size_t kept = 0;

	for (size_t i = 0; i < kin->count; i++) {
		if (kin->pids[i] != listed) {
			kin->pids[kept++] = kin->pids[i];
		}
	}
	kin->count = kept;
}

void kin_free(struct kin *kin)
{
	free(kin->pids);
	*kin = (struct kin){0};
}

static void path_of_listed(char path[64], pid_t listed, const char *what)
{
	(void)snprintf(path, 64, "/proc/%d/%.20s", (int)listed, what);
}

/* A short file of the process's, cut where the buffer ends; false: gone. */
static bool read_of(pid_t listed, const char *what, char *text, size_t size)
{
	char path[64];
	FILE *file;

	path_of_listed(path, listed, what);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	size = fread(text, 1, size - 1, file);
	(void)fclose(file);
	text[size] = '\0';
	return true;
}

/* The number behind the last blanks or the last slash of a link or line: -1 if there is none. */
static pid_t number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return end != text && value > 0 && value <= INT_MAX ? (pid_t)value : -1;
}

pid_t kin_self(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	if (length <= 0) {
		return -1;
	}
	text[length] = '\0';
	return number(text);
}

/* /proc/PID/stat; the name before the parent's number may hold anything, ")" too. */
pid_t kin_parent(pid_t listed)
{
	char text[512];
	const char *end;

	if (!read_of(listed, "stat", text, sizeof(text))) {
		return -1;
	}
	end = strrchr(text, ')');
	return end != NULL && strlen(end) >= 4 ? number(end + 3) : -1;
}

/*
 * "NSpid:", in /proc/PID/status: the process's number in each pid namespace, from that of this
 * /proc inwards. Returns the one at depth (1: the first), or, for 0, how many there are.
 */
static pid_t nested(pid_t listed, int depth)
{
	char text[4096];
	const char *at;
	char *end;
	int count = 0;

	if (!read_of(listed, "status", text, sizeof(text))) {
		return -1;
	}
	at = strstr(text, "\nNSpid:");
	if (at == NULL) {
		return -1;
	}
	at += strlen("\nNSpid:");
	while (*at == '\t') {
		long value = strtol(at, &end, 10);

		count++;
		if (count == depth) {
			return (pid_t)value;
		}
		at = end;
	}
	return depth == 0 ? count : -1;
}

pid_t kin_own(pid_t listed)
{
	pid_t self = kin_self();

	if (self == getpid()) {
		return listed;
	}
	return self > 0 ? nested(listed, nested(self, 0)) : -1;
}

pid_t kin_listed(pid_t own)
{
	struct kin children = {0};
	pid_t found = -1;

	if (kin_self() == getpid()) {
		return own;
	}
	(void)kin_add_own_children(&children);
	for (size_t i = 0; i < children.count && found < 0; i++) {
		found = kin_own(children.pids[i]) == own ? children.pids[i] : -1;
	}
	kin_free(&children);
	return found;
}

void kin_path(char *path, size_t size, pid_t own, const char *what)
{
	bool known = own == getpid() || kin_self() == getpid();

	if (own == getpid()) {
		(void)snprintf(path, size, "/proc/self/%s", what);
	} else {
		(void)snprintf(path, size, "/proc/%d/%s", known ? (int)own : 0, what);
	}
}

bool kin_signal_is_in(pid_t own, const char *set, int signal)
{
	char path[64];
	char line[256];
	unsigned long long members = 0;
	FILE *file;

	kin_path(path, sizeof(path), own, "status");
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, set, strlen(set)) == 0) {
			members = strtoull(line + strlen(set), NULL, 16);
		}
	}
	(void)fclose(file);
	return (members >> (signal - 1) & 1) != 0;
}

/* /proc/PID/task/TID/children: each thread's own. False where the kernel lacks it. */
static bool add_children_of_thread(struct kin *kin, pid_t listed, const char *thread)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%.10s/children", (int)listed, thread);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	/* One line: the pids, each with a space behind it. */
	if (getline(&line, &size, file) > 0) {
		char *at = line;
		char *end;

		for (long child = strtol(at, &end, 10); end != at; child = strtol(at, &end, 10)) {
			kin_add(kin, (pid_t)child);
			at = end;
		}
	}
	free(line);
	(void)fclose(file);
	return true;
}

static bool add_children(struct kin *kin, pid_t listed)
{
	char path[64];
	const struct dirent *entry;
	bool known = true;
	DIR *tasks;

	path_of_listed(path, listed, "task");
	tasks = opendir(path);
	if (tasks == NULL) {
		return true; /* it has ended */
	}
	while ((entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    !add_children_of_thread(kin, listed, entry->d_name)) {
			known = access(path, F_OK) != 0;
		}
	}
	closedir(tasks);
	return known;
}

/*
 * Where the kernel does not list children (CONFIG_PROC_CHILDREN): all processes, by parent. above:
 * a parent that counts and is not in the set, or -1.
 */
static void add_by_parent(struct kin *kin, pid_t above)
{
	const struct dirent *entry;
	DIR *processes = opendir("/proc");

	while (processes != NULL && (entry = readdir(processes)) != NULL) {
		pid_t listed = number(entry->d_name);
		pid_t parent = listed > 0 ? kin_parent(listed) : -1;

		if (parent > 0 && (parent == above || (above < 0 && kin_contains(kin, parent)))) {
			kin_add(kin, listed);
		}
	}
	if (processes != NULL) {
		closedir(processes);
	}
}

bool kin_add_own_children(struct kin *kin)
{
	pid_t self = kin_self();

	if (self < 0) {
		return false;
	}
	if (!add_children(kin, self)) {
		add_by_parent(kin, self);
	}
	return true;
}

void kin_add_ancestors(struct kin *kin)
{
	for (pid_t pid = kin_parent(kin_self()); pid > 1; pid = kin_parent(pid)) {
		kin_add(kin, pid);
	}
}

void kin_add_descendants(struct kin *kin)
{
	bool known = true;
	size_t before;

	for (size_t i = 0; known && i < kin->count; i++) {
		known = add_children(kin, kin->pids[i]);
	}
	if (known) {
		return;
	}
	do {
		before = kin->count;
		add_by_parent(kin, -1);
	} while (kin->count > before);
}
