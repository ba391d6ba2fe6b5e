/* SPDX-License-Identifier: MIT */
/*
 * The smallest program that depends on a file: says when its main() began, reads the file, and
 * waits.
 *
 *   first FILE      prints "PID NANOSECONDS", on CLOCK_MONOTONIC
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct timespec now;
	FILE *file;

	clock_gettime(CLOCK_MONOTONIC, &now);
	file = argc == 2 ? fopen(argv[1], "re") : NULL;
	if (file == NULL || fgetc(file) == EOF) {
		(void)fprintf(stderr, "usage: first FILE\n");
		return 2;
	}
	(void)fclose(file);
	printf("%d %lld\n", (int)getpid(), (long long)now.tv_sec * 1000000000 + now.tv_nsec);
	(void)fflush(stdout);
	pause();
	return 0;
}
