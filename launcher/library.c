/* SPDX-License-Identifier: MIT */
/* Finds the library that belongs to this launcher. */
#include "launcher/library.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const places[] = {"", "/../lib/autoreload-run"};

int library_find(char path[PATH_MAX])
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	path[0] = '\0';
	if (length <= 0) {
		return -1;
	}
	program[length] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL) {
		errno = ENOENT;
		return -1;
	}
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (snprintf(path, PATH_MAX, "%s%s/preload", program, places[i]) <
			PATH_MAX &&
		    access(path, X_OK) == 0) {
			return 0;
		}
	}
	return -1;
}
