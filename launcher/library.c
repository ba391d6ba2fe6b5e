/* SPDX-License-Identifier: MIT */
/* Finds the library that belongs to this launcher. */
#include "launcher/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/path.h"

static const char *const places[] = {"", "/../lib/autoreload-run"};

/* Where there is no /proc, as we were executed: that may be from the working directory. */
static int find_program(char program[PATH_MAX])
{
	const char *executed = (const char *)getauxval(AT_EXECFN);
	ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);

	if (length > 0) {
		program[length] = '\0';
		return 0;
	}
	return executed != NULL && realpath(executed, program) != NULL ? 0 : -1;
}

int library_find(char path[PATH_MAX])
{
	char program[PATH_MAX];
	char *slash;

	path[0] = '\0';
	if (find_program(program) != 0) {
		return -1;
	}
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
