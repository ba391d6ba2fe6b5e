/* SPDX-License-Identifier: MIT */
/* The tree: all live descendants of this process; see tree.h. */
#include "launcher/tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/path.h"

#define PASSES_MAX 1000 /* a tree that forks faster than this loop ends later, by another call */

struct pids {
	pid_t *at;
	size_t count, size;
};

static bool contains(const struct pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->count; i++) {
		if (pids->at[i] == pid) {
			return true;
		}
	}
	return false;
}

static void add(struct pids *pids, pid_t pid)
{
	if (contains(pids, pid)) {
		return;
	}
	if (pids->count == pids->size) {
		size_t size = pids->size > 0 ? 2 * pids->size : 64;
		pid_t *at = realloc(pids->at, size * sizeof(*at));

		if (at == NULL) {
			return;
		}
		pids->at = at;
		pids->size = size;
	}
	pids->at[pids->count++] = pid;
}

/* The parent's pid in /proc/PID/stat; the name before it may hold anything, ")" too. -1: gone. */
static pid_t parent_of(pid_t pid)
{
	char path[64];
	char text[512];
	const char *end;
	FILE *file;
	size_t size;

	path_of_process(path, sizeof(path), pid, "stat");
	file = fopen(path, "re");
	if (file == NULL) {
		return -1;
	}
	size = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[size] = '\0';
	end = strrchr(text, ')');
	if (end == NULL || strlen(end) < 4) {
		return -1;
	}
	return (pid_t)strtol(end + 3, NULL, 10);
}

/* proc(5), /proc/PID/task/TID/children: each thread's own. False where the kernel lacks it. */
static bool add_children(struct pids *pids, pid_t pid, long tid)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%ld/children", (int)pid, tid);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	/* One line: the pids, each with a space behind it. */
	if (getline(&line, &size, file) > 0) {
		char *at = line;
		char *end;

		for (long child = strtol(at, &end, 10); end != at; child = strtol(at, &end, 10)) {
			add(pids, (pid_t)child);
			at = end;
		}
	}
	free(line);
	(void)fclose(file);
	return true;
}

static bool add_children_of_threads(struct pids *pids, pid_t pid)
{
	char path[64];
	const struct dirent *entry;
	bool known = true;
	DIR *tasks;

	path_of_process(path, sizeof(path), pid, "task");
	tasks = opendir(path);
	if (tasks == NULL) {
		return true; /* it has ended */
	}
	while ((entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    !add_children(pids, pid, strtol(entry->d_name, NULL, 10))) {
			known = access(path, F_OK) != 0;
		}
	}
	closedir(tasks);
	return known;
}

/* Where the kernel does not list children (CONFIG_PROC_CHILDREN): all processes, by parent. */
static void add_all_by_parent(struct pids *pids)
{
	const struct dirent *entry;
	size_t before;

	do {
		DIR *processes = opendir("/proc");

		before = pids->count;
		while (processes != NULL && (entry = readdir(processes)) != NULL) {
			pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
			pid_t parent = pid > 0 ? parent_of(pid) : -1;

			if (parent > 0 && (parent == getpid() || contains(pids, parent))) {
				add(pids, pid);
			}
		}
		if (processes != NULL) {
			closedir(processes);
		}
	} while (pids->count > before);
}

static void find(struct pids *pids)
{
	bool known = add_children_of_threads(pids, getpid());

	for (size_t i = 0; known && i < pids->count; i++) {
		known = add_children_of_threads(pids, pids->at[i]);
	}
	if (!known) {
		add_all_by_parent(pids);
	}
}

/* A child of ours, or of one that we have found: its pid has not been given to a stranger. */
static bool is_ours(const struct pids *pids, pid_t pid)
{
	pid_t parent = parent_of(pid);

	return parent == getpid() || contains(pids, parent);
}

static void signal_one(const struct pids *pids, pid_t pid, int number)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0) {
		/* Before Linux 5.3, or gone: the look is all there is. */
		if (is_ours(pids, pid)) {
			kill(pid, number);
			kill(pid, SIGCONT);
		}
		return;
	}
	if (is_ours(pids, pid)) {
		syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
		syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
	}
	close(fd);
}

int tree_signal(int number, pid_t except)
{
	struct pids pids = {0};
	int count;

	find(&pids);
	for (size_t i = 0; i < pids.count; i++) {
		if (pids.at[i] != except) {
			signal_one(&pids, pids.at[i], number);
		}
	}
	count = (int)pids.count;
	free(pids.at);
	return count;
}

int tree_kill(void)
{
	struct pids pids = {0};
	size_t killed = 0;

	for (int pass = 0; pass < PASSES_MAX; pass++) {
		find(&pids);
		if (pids.count == killed) {
			break;
		}
		while (killed < pids.count) {
			signal_one(&pids, pids.at[killed++], SIGKILL);
		}
	}
	free(pids.at);
	return (int)killed;
}
