/* SPDX-License-Identifier: MIT */
/*
 * Orphans: children of children that have ended.
 *
 *   orphans COUNT
 *
 * Makes COUNT of them, which end at once, says so when the last one has, and reads from stdin then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int make(int held)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			(void)held; /* the end of the pipe that only who lives has */
		}
		_exit(pid < 0);
	}
	return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1;
	int ends[2];
	char byte;

	if (pipe(ends) != 0) {
		return 1;
	}
	for (int i = 0; i < count; i++) {
		if (make(ends[1]) != 0) {
			return 1;
		}
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 0) {
		return 1;
	}
	(void)puts("all have ended");
	(void)fflush(stdout);
	return (int)read(STDIN_FILENO, &byte, 1);
}
