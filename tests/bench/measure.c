/* SPDX-License-Identifier: MIT */
/*
 * How long a command takes, and how much processor time, by itself:
 *
 *   measure RESULT COMMAND [ARGUMENT...]
 *
 * Writes to the file or FIFO RESULT, as soon as the command has ended: nanoseconds by the clock,
 * microseconds of user and of system time (the command's and of all that it has waited for), and
 * its status as wait4 gives it. Linked statically, so that no preloaded library is in it: what
 * starts and ends around it, a launcher or strace, is not counted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATUS_OURS 125

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static long long microseconds(const struct timeval *time)
{
	return (long long)time->tv_sec * 1000000 + time->tv_usec;
}

int main(int argc, char *argv[])
{
	long long began = now_ns();
	struct rusage usage;
	long long took;
	int status;
	pid_t pid;
	int fd;

	if (argc < 3) {
		(void)fputs("usage: measure RESULT COMMAND [ARGUMENT...]\n", stderr);
		return STATUS_OURS;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(STATUS_OURS);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("measure");
		return STATUS_OURS;
	}
	took = now_ns() - began;
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || dprintf(fd, "%lld %lld %lld %d\n", took, microseconds(&usage.ru_utime),
			      microseconds(&usage.ru_stime), status) < 0) {
		perror(argv[1]);
		return STATUS_OURS;
	}
	return 0;
}
