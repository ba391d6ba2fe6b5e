/* SPDX-License-Identifier: MIT */
/* Paths as a trace shows them; see trace_path.h. */
#include "launcher/trace_path.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/path.h"

/* Has it nothing to be taken out? As most have not. */
static bool is_clean(const char *path)
{
	for (const char *slash = path; slash != NULL; slash = strchr(slash + 1, '/')) {
		const char *name = slash + 1;
		size_t dots = strspn(name, ".");

		if (name[0] == '/' || (name[0] == '\0' && slash != path) ||
		    ((dots == 1 || dots == 2) && (name[dots] == '/' || name[dots] == '\0'))) {
			return false;
		}
	}
	return true;
}

/* Takes the last name away, unless it is one behind which ".." leads elsewhere. */
static bool go_up(char *clean, size_t *length)
{
	struct stat status;
	char *slash;

	clean[*length] = '\0';
	slash = strrchr(clean, '/');
	if (slash == NULL) {
		return true; /* the root is its own parent */
	}
	if (strcmp(slash, "/..") == 0 || (lstat(clean, &status) == 0 && S_ISLNK(status.st_mode))) {
		return false;
	}
	*length = (size_t)(slash - clean);
	return true;
}

const char *trace_path_clean(const char *path, char clean[PATH_MAX])
{
	size_t length = 0;

	if (path[0] != '/' || strlen(path) >= PATH_MAX || is_clean(path)) {
		return path;
	}
	for (const char *at = path; *at != '\0';) {
		const char *name = at + strspn(at, "/");
		size_t size = strcspn(name, "/");
		bool up = size == 2 && strncmp(name, "..", 2) == 0;

		at = name + size;
		if (size == 0 || (size == 1 && name[0] == '.') || (up && go_up(clean, &length))) {
			continue;
		}
		clean[length++] = '/';
		memcpy(clean + length, name, size);
		length += size;
	}
	length += length == 0;
	clean[0] = '/';
	clean[length] = '\0';
	return clean;
}

const char *trace_path_relative(const char *path, const char *folder)
{
	const char *rest = path + strlen(folder);

	if (!path_is_below(path, folder)) {
		return path;
	}
	rest += *rest == '/';
	return *rest != '\0' ? rest : ".";
}
