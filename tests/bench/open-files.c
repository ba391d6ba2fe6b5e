/* SPDX-License-Identifier: MIT */
/*
 * Opens and closes, and nothing else:
 *
 *   open-files again PATH COUNT      the same file, so many times
 *   open-files each FOLDER COUNT     FOLDER/000/000, FOLDER/000/001 ...: each of so many files once
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_and_close(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		return -1;
	}
	return close(fd);
}

static int open_again(const char *path, long count)
{
	for (long i = 0; i < count; i++) {
		if (open_and_close(path) != 0) {
			return -1;
		}
	}
	return 0;
}

static void put_digits(char *to, long number)
{
	to[0] = (char)('0' + number / 100);
	to[1] = (char)('0' + number / 10 % 10);
	to[2] = (char)('0' + number % 10);
}

static int open_each(const char *folder, long count)
{
	size_t length = strlen(folder);
	char *path = NULL;
	int result = 0;

	if (asprintf(&path, "%s/000/000", folder) < 0) {
		return -1;
	}
	for (long i = 0; i < count && result == 0; i++) {
		put_digits(path + length + 1, i / 1000);
		put_digits(path + length + 5, i % 1000);
		result = open_and_close(path);
	}
	free(path);
	return result;
}

int main(int argc, char *argv[])
{
	long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;

	if (count <= 0) {
		(void)fputs("usage: open-files again|each PATH COUNT\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "again") == 0) {
		return open_again(argv[2], count) != 0;
	}
	return open_each(argv[2], count) != 0;
}
