/* SPDX-License-Identifier: MIT */
/* Keeps the user's LD_PRELOAD out of the launcher; see own_preloads.h. */
#include "launcher/own_preloads.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define PRELOAD "LD_PRELOAD"
#define KEPT	"AUTORELOAD_RUN_PRELOAD" /* only from one exec of ours to the next */

void own_preloads_leave(char *const argv[])
{
	const char *kept = getenv(KEPT);
	const char *given = getenv(PRELOAD);
	char program[PATH_MAX];
	ssize_t length;

	if (kept != NULL) {
		(void)setenv(PRELOAD, kept, 1);
		(void)unsetenv(KEPT);
		return;
	}
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (given == NULL || given[0] == '\0' || length <= 0 || setenv(KEPT, given, 1) != 0) {
		return;
	}
	program[length] = '\0';
	(void)unsetenv(PRELOAD);
	(void)execv(program, argv);
	/* `given` was unset with its variable; its copy is still there. */
	kept = getenv(KEPT);
	if (kept != NULL) {
		(void)setenv(PRELOAD, kept, 1);
		(void)unsetenv(KEPT);
	}
}
