/* SPDX-License-Identifier: MIT */
/*
 * The smallest program that depends on a file: says when its main() began, reads the file, and
 * waits.
 *
 *   first FILE [LAST]   prints "PID NANOSECONDS", on CLOCK_MONOTONIC; at SIGTERM the last thing
 * that it does is to write the time to LAST, as 8 bytes
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int last = -1;

static void end(int signal)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	_exit(signal == SIGTERM && write(last, &ns, sizeof(ns)) == sizeof(ns) ? 0 : 1);
}

int main(int argc, char *argv[])
{
	struct timespec now;
	FILE *file;

	clock_gettime(CLOCK_MONOTONIC, &now);
	file = argc == 2 || argc == 3 ? fopen(argv[1], "re") : NULL;
	if (file == NULL || fgetc(file) == EOF) {
		(void)fprintf(stderr, "usage: first FILE [LAST]\n");
		return 2;
	}
	(void)fclose(file);
	if (argc == 3) {
		last = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		(void)signal(SIGTERM, end);
	}
	printf("%d %lld\n", (int)getpid(), (long long)now.tv_sec * 1000000000 + now.tv_nsec);
	(void)fflush(stdout);
	pause();
	return 0;
}
