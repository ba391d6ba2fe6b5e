/* SPDX-License-Identifier: MIT */
/* Finds the library that belongs to this launcher. */
#include "launcher/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/path.h"

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
		if (snprintf(path, PATH_MAX, "%s%s/preload", program, places[i]) < PATH_MAX &&
		    access(path, X_OK) == 0) {
			return 0;
		}
	}
	return -1;
}

bool library_serves_32_bit(const char *builds)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/autoreload-run-32.so", builds) <
		   (int)sizeof(path) &&
	       access(path, R_OK) == 0;
}

/* Beside our own libc, where the loader looks: to load it takes a tenth of our start. */
static bool is_beside_libc(void)
{
	char folder[PATH_MAX];
	char path[PATH_MAX];
	Dl_info libc;

	return dladdr(dlsym(RTLD_DEFAULT, "dlsym"), &libc) != 0 &&
	       path_folder(folder, libc.dli_fname) && path_join(path, folder, "libdl.so.2") &&
	       executable_is_elf(path);
}

bool library_can_be_loaded(void)
{
	void *needed;

	if (is_beside_libc()) {
		return true;
	}
	needed = dlopen("libdl.so.2", RTLD_LAZY);
	if (needed != NULL) {
		(void)dlclose(needed);
	}
	return needed != NULL;
}
