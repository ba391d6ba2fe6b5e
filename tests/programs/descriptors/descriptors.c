/* SPDX-License-Identifier: MIT */
/*
 * Programs that take every descriptor for their own.
 *
 *   descriptors close|close_range|closefrom|cloexec   closes all from 3 up, by that; then fills the
 *                                                     table with victims and writes to them
 *   descriptors dup2 COUNT   covers all high numbers, from a second thread, while COUNT files are
 * read descriptors daemon       as daemons do it: leaves its parent, session and descriptors behind
 *   descriptors numbers      shows which numbers it gets
 *   descriptors list         shows what it was given
 */
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VICTIMS	    1100 /* more than there are numbers below any that are "high" */
#define FIRST_HIGH  512
#define BEYOND_HIGH 1024

static bool read_file(const char *name)
{
	char bytes[8];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0;

	return fd >= 0 && close(fd) == 0 && good;
}

static bool write_victims(const int *victims)
{
	for (int i = 0; i < VICTIMS; i++) {
		char mine[16];
		int length = snprintf(mine, sizeof(mine), "mine %d\n", i);

		if (write(victims[i], mine, (size_t)length) != length) {
			return false;
		}
	}
	return true;
}

static void open_victims(int *victims)
{
	for (int i = 0; i < VICTIMS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "victim%d", i);
		victims[i] = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	}
}

static void close_all(const char *how)
{
	if (strcmp(how, "close") == 0) {
		for (int fd = 3; fd < 4096; fd++) {
			close(fd);
		}
	} else if (strcmp(how, "close_range") == 0) {
		close_range(3, ~0u, 0);
	} else if (strcmp(how, "closefrom") == 0) {
		closefrom(3);
	} else {
		close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	}
}

static int run_closing(const char *how)
{
	const bool keeps = strcmp(how, "cloexec") == 0;
	int victims[VICTIMS];
	bool good = read_file("first");

	if (keeps) { /* what was open stays open */
		open_victims(victims);
	}
	close_all(how);
	if (!keeps) {
		open_victims(victims);
	}
	good &= write_victims(victims);
	good &= read_file("second");
	good &= write_victims(victims);
	close_all(how); /* in the middle, too */
	good &= read_file("third");
	printf("%s: %s, %d\n", how, good ? "good" : "bad", victims[0]);
	return 0;
}

static atomic_bool enough;
static atomic_int rounds;

static void *cover(void *victim)
{
	do {
		for (int fd = FIRST_HIGH; fd < BEYOND_HIGH; fd++) {
			dup2(*(int *)victim, fd);
		}
		close_range(FIRST_HIGH, ~0u, 0); /* so that somebody may come back there */
		rounds++;
	} while (!enough);
	return NULL;
}

static int run_dup2(int count)
{
	int victim = open("victim", O_WRONLY | O_CLOEXEC | O_APPEND);
	pthread_t thread;
	bool good = true;

	if (pthread_create(&thread, NULL, cover, &victim) != 0) {
		return 1;
	}
	for (int i = 0; i < count || rounds < 100; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "files/%d", i % count);
		good &= read_file(name);
	}
	enough = true;
	pthread_join(thread, NULL);
	printf("dup2: %s\n", good ? "good" : "bad");
	return 0;
}

static int run_daemon(void)
{
	if (fork() != 0) {
		return 0;
	}
	setsid();
	if (fork() != 0) {
		return 0;
	}
	closefrom(0);
	return open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2 &&
		       read_file("of-the-daemon") && read_file("of-the-daemon-too")
		   ? 0
		   : 1;
}

static int run_numbers(void)
{
	for (int i = 0; i < 10; i++) {
		printf("%d %d\n", open("first", O_RDONLY), /* NOLINT: to be inherited */
		       fileno(fopen("second", "re")));
	}
	return 0;
}

static int run_list(void)
{
	for (int fd = 0; fd < 4096; fd++) {
		char link[32];
		char target[256];
		ssize_t length;

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		length = readlink(link, target, sizeof(target));
		if (length > 0) {
			printf("%d -> %.*s\n", fd, (int)length, target);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (strcmp(how, "dup2") == 0) {
		return run_dup2(atoi(argv[2]));
	}
	if (strcmp(how, "daemon") == 0) {
		return run_daemon();
	}
	if (strcmp(how, "list") == 0) {
		return run_list();
	}
	return strcmp(how, "numbers") == 0 ? run_numbers() : run_closing(how);
}
