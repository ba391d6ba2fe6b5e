/* SPDX-License-Identifier: MIT */
/* The project's roots; see roots.h. */
#include "launcher/roots.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/path.h"
#include "preload/system_paths.h"

static const char *const checkouts[] = {".git", ".hg", ".svn", ".jj"};

static bool is_checkout(const char *folder)
{
	for (size_t i = 0; i < sizeof(checkouts) / sizeof(*checkouts); i++) {
		char path[PATH_MAX];

		if (path_join(path, folder, checkouts[i]) && access(path, F_OK) == 0) {
			return true;
		}
	}
	return false;
}

/* Folders that hold more than one project, and none by themselves. */
static bool is_no_project(const char *folder, const char *home)
{
	if (strcmp(folder, "/") == 0 || (home != NULL && strcmp(folder, home) == 0)) {
		return true;
	}
	return strchr(folder + 1, '/') == NULL &&
	       (system_path(folder) || strcmp(folder, "/etc") == 0);
}

/* Cuts the path down to the top of the checkout around it; false if there is none. */
static bool find_checkout(char *path, const char *home)
{
	while (!is_no_project(path, home)) {
		if (is_checkout(path)) {
			return true;
		}
		char *end = strrchr(path, '/');

		if (end == NULL || end == path) {
			break;
		}
		*end = '\0';
	}
	return false;
}

static void add_root(struct roots *roots, const char *path)
{
	if (roots->count < ROOTS_MAX && !roots_contain(roots, path)) {
		char *copy = strdup(path);

		if (copy != NULL) {
			roots->paths[roots->count++] = copy;
		}
	}
}

void roots_add(struct roots *roots, const char *folder, const char *home)
{
	char canonical[PATH_MAX];
	char canonical_home[PATH_MAX];
	char top[PATH_MAX];

	if (realpath(folder, canonical) == NULL) {
		return;
	}
	home = home != NULL && realpath(home, canonical_home) != NULL ? canonical_home : NULL;
	memcpy(top, canonical, sizeof(top));
	if (find_checkout(top, home)) {
		add_root(roots, top);
	} else if (!is_no_project(canonical, home)) {
		add_root(roots, canonical);
	}
}

/* The file that the word names, and its folder; false if it names none. */
static bool names_file(const char *word, char file[PATH_MAX], char folder[PATH_MAX])
{
	struct stat status;

	if (word[0] == '-' || stat(word, &status) != 0 || !S_ISREG(status.st_mode) ||
	    realpath(word, file) == NULL) {
		return false;
	}
	return path_folder(folder, file);
}

void roots_of_command(struct roots *roots, char *const command[], const char *home,
		      char script[PATH_MAX])
{
	char folder[PATH_MAX];

	*roots = (struct roots){.count = 0};
	if (getcwd(folder, sizeof(folder)) != NULL) {
		roots_add(roots, folder, home);
	}
	for (size_t i = 0; command[i] != NULL; i++) {
		/* The command's own name counts only as a path: "make" is not ./make. */
		if ((i > 0 || strchr(command[i], '/') != NULL) &&
		    names_file(command[i], script, folder) && !system_path(folder)) {
			roots_add(roots, folder, home);
			return;
		}
	}
	script[0] = '\0';
}

void roots_free(struct roots *roots)
{
	while (roots->count > 0) {
		free(roots->paths[--roots->count]);
	}
}

const char *roots_relative(const struct roots *roots, const char *path)
{
	for (size_t i = 0; i < roots->count; i++) {
		size_t length = strlen(roots->paths[i]);

		if (path_is_below(path, roots->paths[i])) {
			return path + length + (path[length] == '/');
		}
	}
	return NULL;
}

bool roots_contain(const struct roots *roots, const char *path)
{
	return roots_relative(roots, path) != NULL;
}
