/* SPDX-License-Identifier: MIT */
/*
 * Very many facts, and counting them.
 *
 *   volume look HALT COUNT     looks for COUNT names in facts/, none of which is there
 *   volume change HALT COUNT   makes and removes files in facts/, of 1,000 names: COUNT facts
 *   volume crowd COUNT         as look does, but in eight processes, each with its share
 *   volume count HALT...       counts the lines of a trace on stdin
 *
 * look and change print their own and their parent's number, and wait for a line on stdin at the
 * start, after HALT facts and at the end. count prints the number of lines and that of different
 * names in them, as soon as there are HALT lines, and at the end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMES	  1000
#define PROCESSES 8

static void wait_for_line(void)
{
	char letter = '\0';

	while (letter != '\n' && read(STDIN_FILENO, &letter, 1) == 1) {
	}
}

static int look_for(long number)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "facts/%ld", number);
	return access(name, F_OK);
}

static void look(long number)
{
	if (look_for(number) == 0) {
		exit(1);
	}
}

/* Each name is made, then removed. */
static void change(long number)
{
	char name[64];
	int fd;

	(void)snprintf(name, sizeof(name), "facts/%ld", number / 2 % NAMES);
	if (number % 2 == 1) {
		if (unlink(name) != 0) {
			exit(1);
		}
		return;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || close(fd) != 0) {
		exit(1);
	}
}

static int run_halting(void (*step)(long), long halt, long count)
{
	printf("%ld %ld\n", (long)getpid(), (long)getppid());
	(void)fflush(stdout);
	wait_for_line();
	for (long i = 0; i < count; i++) {
		if (i == halt) {
			wait_for_line();
		}
		step(i);
	}
	wait_for_line();
	return 0;
}

static int run_crowd(long count)
{
	int failed = 0;
	int status;

	for (long process = 0; process < PROCESSES; process++) {
		if (fork() == 0) {
			for (long i = process; i < count; i += PROCESSES) {
				look(i);
			}
			_exit(0);
		}
	}
	while (wait(&status) > 0) {
		failed |= status;
	}
	return failed != 0;
}

struct counts {
	long lines;
	long different;
	unsigned char *seen;
	size_t size;
};

static void count_line(struct counts *counts, const char *line)
{
	const char *name = strstr(line, "/facts/");
	size_t number = name != NULL ? strtoul(name + strlen("/facts/"), NULL, 10) : 0;

	counts->lines++;
	if (name != NULL && number < counts->size && !counts->seen[number]) {
		counts->seen[number] = 1;
		counts->different++;
	}
}

static void print_counts(const struct counts *counts)
{
	printf("%ld %ld\n", counts->lines, counts->different);
	(void)fflush(stdout);
}

static int run_count(char **halts)
{
	struct counts counts = {.size = 4000000};
	char line[8192];

	counts.seen = calloc(counts.size, 1);
	while (counts.seen != NULL && fgets(line, sizeof(line), stdin) != NULL) {
		count_line(&counts, line);
		for (char **halt = halts; *halt != NULL; halt++) {
			if (atol(*halt) == counts.lines) {
				print_counts(&counts);
			}
		}
	}
	print_counts(&counts);
	free(counts.seen);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "look") == 0 && argc == 4) {
		return run_halting(look, atol(argv[2]), atol(argv[3]));
	}
	if (strcmp(what, "change") == 0 && argc == 4) {
		return run_halting(change, atol(argv[2]), atol(argv[3]));
	}
	if (strcmp(what, "crowd") == 0) {
		return run_crowd(atol(argv[2]));
	}
	return strcmp(what, "count") == 0 ? run_count(argv + 2) : 2;
}
