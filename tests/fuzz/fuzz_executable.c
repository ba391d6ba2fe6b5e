/* SPDX-License-Identifier: MIT */
/*
 * launcher/executable: whatever an executable holds, and wherever it is cut off, it is one of the
 * kinds, what it names is terminated, and following it comes to an end.
 *
 * The input is a file's content. Its file is called "x", so that a script may name itself.
 */
#include "launcher/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/input.h"

enum {
	CONTENT_MAX = 1 << 16,
};

static void check(const struct executable *executable)
{
	must(executable->kind >= EXECUTABLE_DYNAMIC && executable->kind <= EXECUTABLE_UNREADABLE);
	must(memchr(executable->interpreter, '\0', sizeof(executable->interpreter)) != NULL);
	must(memchr(executable->argument, '\0', sizeof(executable->argument)) != NULL);
	if (executable->kind == EXECUTABLE_SCRIPT) {
		/* As the kernel has it: blanks around are none of the words (execve(2)). */
		must(strpbrk(executable->interpreter, " \t\n") == NULL);
		must(strchr(executable->argument, '\n') == NULL);
	}
}

static bool begins_with(const uint8_t *bytes, size_t size, const char *magic)
{
	return size >= strlen(magic) && memcmp(bytes, magic, strlen(magic)) == 0;
}

/* In the working directory, which scripts/fuzz has made for it. */
static void put(const uint8_t *bytes, size_t size)
{
	int fd = open("x", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	must(fd >= 0);
	must(write(fd, bytes, size) == (ssize_t)size);
	(void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct executable executable;
	struct executable last;
	char final[PATH_MAX] = "";

	size = size < CONTENT_MAX ? size : CONTENT_MAX;
	put(bytes, size);
	memset(&executable, 0xa5, sizeof(executable));
	must(executable_inspect("x", &executable) == 0);
	check(&executable);
	if (begins_with(bytes, size, "#!")) {
		/* One that names nobody is left to a shell. */
		must(executable.kind == EXECUTABLE_SCRIPT || executable.kind == EXECUTABLE_UNKNOWN);
	} else if (!begins_with(bytes, size, "\177ELF")) {
		must(executable.kind == EXECUTABLE_UNKNOWN);
	} else {
		must(executable.kind != EXECUTABLE_SCRIPT);
	}
	memset(&last, 0xa5, sizeof(last));
	errno = 0;
	if (executable_resolve("x", &last, final, sizeof(final)) == 0) {
		check(&last);
		must(last.kind != EXECUTABLE_SCRIPT);
	} else {
		must(errno != 0);
	}
	must(memchr(final, '\0', sizeof(final)) != NULL && final[0] != '\0');
	return 0;
}
