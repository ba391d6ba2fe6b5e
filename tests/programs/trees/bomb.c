/* SPDX-License-Identifier: MIT */
/*
 * Processes that do not want to end: all of them ignore SIGTERM, and each that ends is put back, by
 * its parent or by its children. Only for a user of its own whose number of processes is limited
 * (ulimit -u), and not even then for longer than 30 s.
 *
 *   bomb
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN       3
#define DEPTH	       3
#define MOST_PROCESSES 60
#define LIFE_S	       30

static int depth;
static int children;

static void nothing(int number)
{
	(void)number;
}

/* True in the child. */
static int add(int at_depth)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		depth = at_depth;
		children = 0;
		/* When the parent goes, there is one more to be put back. */
		(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
		if (getppid() != parent) {
			(void)raise(SIGUSR1);
		}
	}
	children += pid > 0;
	return pid == 0;
}

int main(void)
{
	const struct timespec soon = {.tv_nsec = 1000000};
	struct rlimit limit;
	struct timespec now;
	sigset_t usr1;
	time_t end_s;

	if (getuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) != 0 ||
	    limit.rlim_max > MOST_PROCESSES) {
		(void)fputs("bomb: not without a limit\n", stderr);
		return 2;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	end_s = now.tv_sec + LIFE_S;
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGUSR1, nothing);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	if (write(STDOUT_FILENO, "runs\n", 5) != 5) {
		return 1;
	}
	while (clock_gettime(CLOCK_MONOTONIC, &now) == 0 && now.tv_sec < end_s) {
		if (depth < DEPTH && children < CHILDREN && add(depth + 1)) {
			continue;
		}
		if (sigtimedwait(&usr1, NULL, &soon) == SIGUSR1 && add(depth > 0 ? depth - 1 : 0)) {
			continue;
		}
		while (waitpid(-1, NULL, WNOHANG) > 0) {
			children--;
		}
	}
	return 0;
}
