/* SPDX-License-Identifier: MIT */
/* Paths as text. */
#include "launcher/path.h"

#include <stdio.h>
#include <string.h>

bool path_copy(char path[PATH_MAX], const char *from)
{
	size_t length = strlen(from);

	path[0] = '\0';
	if (length >= PATH_MAX) {
		return false;
	}
	memcpy(path, from, length + 1);
	return true;
}

bool path_join(char path[PATH_MAX], const char *folder, const char *name)
{
	size_t length = strlen(folder);
	const char *separator = length > 0 && folder[length - 1] == '/' ? "" : "/";
	int written;

	if (name[0] == '/') {
		return path_copy(path, name);
	}
	written = snprintf(path, PATH_MAX, "%s%s%s", folder, separator, name);
	if (written < 0 || written >= PATH_MAX) {
		path[0] = '\0';
		return false;
	}
	return true;
}

bool path_folder(char folder[PATH_MAX], const char *path)
{
	char *slash;

	if (!path_copy(folder, path)) {
		return false;
	}
	slash = strrchr(folder, '/');
	if (slash == NULL) {
		return false;
	}
	slash[slash == folder] = '\0';
	return true;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool path_is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (length == 1 && folder[0] == '/') {
		return path[0] == '/';
	}
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}
