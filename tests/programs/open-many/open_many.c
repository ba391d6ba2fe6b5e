/* SPDX-License-Identifier: MIT */
/*
 * Opens very many files, each of which holds its own number.
 *
 *   open_many make COUNT     makes files/0 to files/COUNT-1
 *   open_many threads COUNT  reads as many in each of eight threads
 *   open_many halting COUNT  reads 1,000 files by COUNT paths (files/ has links to itself, called
 * d), in steps: the first 500; told-first and the rest; told-last; before each it waits for a line
 * on stdin, behind each it says what came of it
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS	  8
#define FILES	  1000
#define FIRST_END 500

static int run_make(int count)
{
	for (int i = 0; i < count; i++) {
		char name[64];
		int fd;

		(void)snprintf(name, sizeof(name), "files/%d", i);
		fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || dprintf(fd, "%d\n", i) < 0 || close(fd) != 0) {
			return 1;
		}
	}
	return 0;
}

/* Whether the file holds what it should. */
static bool reads(const char *path, const char *wanted)
{
	char text[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0 && close(fd) != 0) {
		return false;
	}
	text[length > 0 ? length : 0] = '\0';
	return strcmp(text, wanted) == 0;
}

static bool reads_number(const char *folder, int number)
{
	char path[256];
	char wanted[32];

	(void)snprintf(path, sizeof(path), "%s/%d", folder, number);
	(void)snprintf(wanted, sizeof(wanted), "%d\n", number);
	return reads(path, wanted);
}

static pthread_barrier_t barrier;

struct share {
	int from, to;
	int good;
};

static void *read_share(void *argument)
{
	struct share *share = argument;

	pthread_barrier_wait(&barrier);
	for (int i = share->from; i < share->to; i++) {
		share->good += reads_number("files", i);
	}
	return NULL;
}

static int run_threads(int count)
{
	struct share shares[THREADS];
	pthread_t threads[THREADS];
	int good = 0;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		shares[i] = (struct share){.from = i * count, .to = (i + 1) * count};
		if (pthread_create(&threads[i], NULL, read_share, &shares[i]) != 0) {
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		good += shares[i].good;
	}
	printf("%d good\n", good);
	return 0;
}

static void wait_for_line(void)
{
	char line[64];

	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL) {
		exit(1);
	}
}

/* The numbers again and again, each time by a longer path. */
static bool reads_by_path(int number)
{
	char folder[256] = "files";

	for (int i = 0; i < number / FILES; i++) {
		strcat(folder, "/.");
	}
	return reads_number(folder, number % FILES);
}

static int run_halting(int count)
{
	int good = 0;
	bool told;

	wait_for_line();
	for (int i = 0; i < FIRST_END; i++) {
		good += reads_by_path(i);
	}
	printf("%d good\n", good);
	wait_for_line();
	told = reads("told-first", "first\n");
	for (int i = FIRST_END; i < count; i++) {
		good += reads_by_path(i);
	}
	printf("%d good, %d\n", good, told);
	wait_for_line();
	printf("%d\n", reads("told-last", "last\n"));
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	int count = argc > 2 ? atoi(argv[2]) : 0;

	if (strcmp(how, "make") == 0) {
		return run_make(count);
	}
	return strcmp(how, "threads") == 0 ? run_threads(count) : run_halting(count);
}
