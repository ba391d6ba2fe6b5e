/* SPDX-License-Identifier: MIT */
/*
 * Writes what a process is given by the one that starts it to a file, and ends with status 7: all
 * that a launcher may spoil. Not written: what cannot be the same twice (pids), and what is
 * documented to be added to the environment.
 *
 *   shows FILE [WORD...]
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

/* Before anything is opened. */
static int show_descriptors(FILE *to)
{
	struct dirent *entry;
	DIR *folder = opendir("/proc/self/fd");

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[300];
		char target[4096];
		ssize_t length;
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(folder)) {
			continue;
		}
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		/* The one that the library keeps. */
		if (strstr(target, "/autoreload-run-") != NULL &&
		    strstr(target, "/reports") != NULL) {
			continue;
		}
		(void)fprintf(to, "descriptor %d %s\n", fd, target);
	}
	return folder != NULL ? closedir(folder) : -1;
}

static void show_status(FILE *to)
{
	static const char *const fields[] = {
	    "Sig",	"Shd",		"Umask:",	"Cap",	    "NoNewPrivs:",
	    "Seccomp:", "Cpus_allowed", "Mems_allowed", "Threads:", "Groups:",
	    "Uid:",	"Gid:",		"THP_enabled:",
	};
	char line[4096];
	FILE *status = fopen("/proc/self/status", "re");

	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
			/* The limit of pending signals is one of the limits; how many of the user's
			 * are pending now is not ours. */
			if (strncmp(line, fields[i], strlen(fields[i])) == 0 &&
			    strncmp(line, "SigQ:", 5) != 0) {
				(void)fputs(line, to);
			}
		}
	}
	if (status != NULL) {
		(void)fclose(status);
	}
}

static void show_file(FILE *to, const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "re");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		(void)fprintf(to, "%s: %s", path, line);
	}
	if (file != NULL) {
		(void)fclose(file);
	}
}

static void show_attributes(FILE *to)
{
	int number = -1;
	struct sched_param priority = {0};
	struct itimerval timer = {0};

	(void)fprintf(to, "nice %d\n", getpriority(PRIO_PROCESS, 0));
	(void)sched_getparam(0, &priority);
	(void)fprintf(to, "scheduling %d %d\n", sched_getscheduler(0), priority.sched_priority);
	(void)fprintf(to, "input and output %ld\n", syscall(SYS_ioprio_get, 1, 0));
	(void)fprintf(to, "personality %x\n", (unsigned)personality(0xffffffff));
	(void)prctl(PR_GET_PDEATHSIG, &number);
	(void)fprintf(to, "signal at the parent's death %d\n", number);
	number = -1;
	(void)prctl(PR_GET_CHILD_SUBREAPER, &number);
	(void)fprintf(to, "subreaper %d\n", number);
	(void)fprintf(to, "dumpable %d\n", prctl(PR_GET_DUMPABLE));
	(void)fprintf(to, "securebits %d\n", prctl(PR_GET_SECUREBITS));
	(void)fprintf(to, "keep capabilities %d\n", prctl(PR_GET_KEEPCAPS));
	(void)fprintf(to, "timer slack %d\n", prctl(PR_GET_TIMERSLACK));
	(void)fprintf(to, "huge pages %d\n", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		(void)getitimer(which, &timer);
		(void)fprintf(to, "timer %d %d\n", which, timer.it_value.tv_sec != 0);
	}
}

static bool is_documented(const char *entry)
{
	static const char *const names[] = {
	    "AUTORELOAD_GENERATION=",
	    "AUTORELOAD_CHANGED=",
	    "AUTORELOAD_RUN_CHANNEL=",
	    "LD_PRELOAD=",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strncmp(entry, names[i], strlen(names[i])) == 0) {
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	size_t size = 0;
	char folder[4096];
	FILE *to = open_memstream(&text, &size);
	FILE *file;

	if (argc < 2 || to == NULL || show_descriptors(to) != 0) {
		return 1;
	}
	show_status(to);
	show_file(to, "/proc/self/limits");
	show_file(to, "/proc/self/oom_score_adj");
	show_file(to, "/proc/self/cgroup");
	show_attributes(to);
	(void)fprintf(to, "folder %s\n", getcwd(folder, sizeof(folder)));
	for (char **word = argv + 2; *word != NULL; word++) {
		(void)fprintf(to, "word %s\n", *word);
	}
	(void)fprintf(to, "called %s\n", argv[0]);
	for (char **entry = environ; *entry != NULL; entry++) {
		if (!is_documented(*entry)) {
			(void)fprintf(to, "environment %s\n", *entry);
		}
	}
	file = fclose(to) == 0 ? fopen(argv[1], "we") : NULL;
	if (file == NULL || fwrite(text, 1, size, file) != size || fclose(file) != 0) {
		return 1;
	}
	free(text);
	return 7;
}
