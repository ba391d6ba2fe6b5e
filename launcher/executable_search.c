/* SPDX-License-Identifier: MIT */
/* From the word that names a command to the file that really runs: PATH and "#!" lines. */
#include "launcher/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel gives up at the sixth script in a row (fs/exec.c). */
enum {
	SCRIPT_LEVELS_MAX = 5,
};

/* 0, or what keeps the file from being executed by us. */
static int check(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		return errno;
	}
	if (!S_ISREG(status.st_mode)) {
		return EACCES;
	}
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

/* directory/name, or ./name for the empty directory; false when it does not fit. */
static bool join(const char *directory, size_t length, const char *name, char *path, size_t size)
{
	size_t name_length = strlen(name);

	if (length == 0) {
		directory = ".";
		length = 1;
	}
	if (name_length >= size || length >= size - name_length - 1) {
		return false;
	}
	memcpy(path, directory, length);
	path[length] = '/';
	memcpy(path + length + 1, name, name_length + 1);
	return true;
}

/* 0, or the error to report if nothing better is found. */
static int search(const char *name, const char *directories, char *found, size_t size)
{
	int problem = ENOENT;

	for (;;) {
		size_t length = strcspn(directories, ":");
		int error = ENAMETOOLONG;

		if (join(directories, length, name, found, size)) {
			error = check(found);
		}
		if (error == 0) {
			return 0;
		}
		/* As execvp(3): what is there but may not be run is worth more than "not found". */
		if (error == EACCES || (error == ENAMETOOLONG && problem == ENOENT)) {
			problem = error;
		}
		if (directories[length] == '\0') {
			return problem;
		}
		directories += length + 1;
	}
}

/* Copies as much as fits; false when that is not all. */
static bool copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);
	bool fits = length < size;

	if (!fits) {
		length = size - 1;
	}
	memcpy(to, from, length);
	to[length] = '\0';
	return fits;
}

int executable_find(const char *name, const char *search_path, char *found, size_t size)
{
	int problem;

	if (*name == '\0') {
		problem = ENOENT;
	} else if (strchr(name, '/') == NULL) {
		problem =
		    search(name, search_path != NULL ? search_path : "/bin:/usr/bin", found, size);
	} else {
		problem = copy(found, size, name) ? check(found) : ENAMETOOLONG;
	}
	if (problem == 0) {
		return 0;
	}
	found[0] = '\0';
	errno = problem;
	return -1;
}

/*
 * What env(1) would run, given the one argument of a "#!" line: in name, and true. False when that
 * is not plain to see (options, quotes, variables): then env itself is the answer.
 */
static bool env_command(const char *argument, char *name, size_t size)
{
	static const char *const split_options[] = {"-S", "--split-string=", "-vS"};
	size_t length = strlen(argument);
	bool split = false;

	for (size_t i = 0; i < sizeof(split_options) / sizeof(split_options[0]) && !split; i++) {
		size_t option_length = strlen(split_options[i]);

		split = strncmp(argument, split_options[i], option_length) == 0;
		argument += split ? option_length : 0;
	}
	if (split) {
		do {
			argument += strspn(argument, " \t");
			length = strcspn(argument, " \t");
			/* Assignments come before the name. */
		} while (memchr(argument, '=', length) != NULL && (argument += length));
	}
	if (length == 0 || length >= size || *argument == '-' ||
	    strcspn(argument, split ? "\\\"'$" : "=") < length) {
		return false;
	}
	memcpy(name, argument, length);
	name[length] = '\0';
	return true;
}

/* The file that the "#!" line leads to, in final; 0, or -1 with errno and final naming it. */
static int follow(const struct executable *script, char *final, size_t size)
{
	const char *slash = strrchr(script->interpreter, '/');
	char name[sizeof(script->argument)];
	char found[PATH_MAX];
	int problem;

	if (strcmp(slash != NULL ? slash + 1 : script->interpreter, "env") == 0 &&
	    env_command(script->argument, name, sizeof(name))) {
		if (executable_find(name, getenv("PATH"), found, sizeof(found)) != 0) {
			problem = errno;
			(void)copy(final, size, name);
			errno = problem;
			return -1;
		}
		problem = copy(final, size, found) ? 0 : ENAMETOOLONG;
	} else {
		/* Without a slash it is relative to the working directory: no PATH here. */
		problem = copy(final, size, script->interpreter) ? check(final) : ENAMETOOLONG;
	}
	errno = problem;
	return problem == 0 ? 0 : -1;
}

int executable_resolve(const char *path, struct executable *out, char *final, size_t size)
{
	if (!copy(final, size, path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (int level = 0;; level++) {
		if (executable_inspect(final, out) != 0) {
			return -1;
		}
		if (out->kind != EXECUTABLE_SCRIPT) {
			break;
		}
		if (level == SCRIPT_LEVELS_MAX) {
			errno = ELOOP;
			return -1;
		}
		if (follow(out, final, size) != 0) {
			return -1;
		}
	}
	/* The kernel says ENOENT about the program when its loader is missing. */
	if (out->interpreter[0] != '\0' && out->kind != EXECUTABLE_OTHER_MACHINE &&
	    access(out->interpreter, F_OK) != 0) {
		int problem = errno;

		(void)copy(final, size, out->interpreter);
		errno = problem;
		return -1;
	}
	return 0;
}
