/* SPDX-License-Identifier: MIT */
/* Which paths can matter at all; see policy.h. */
#include "launcher/policy.h"

#include <stdio.h>
#include <string.h>

#include "launcher/path.h"
#include "preload/system_paths.h"

static const char *const version_control[] = {".git", ".hg", ".svn", ".jj"};
static const char cache_folder[] = "__pycache__";
static const char cache_suffix[] = ".pyc";

/* Is one of the path's folders, or its last name, called so? */
static bool has_component(const char *path, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(path, name); at != NULL; at = strstr(at + 1, name)) {
		if (at > path && at[-1] == '/' && (at[length] == '/' || at[length] == '\0')) {
			return true;
		}
	}
	return false;
}

/* Relative to the root it lies below; elsewhere to "/". */
static const char *relative_to_root(const struct policy *policy, const char *path)
{
	const char *relative = roots_relative(&policy->roots, path);

	return relative != NULL ? relative : path + 1;
}

bool policy_is_ignored_by_name(const struct policy *policy, const char *path)
{
	return policy->ignored != NULL &&
	       patterns_match(policy->ignored, relative_to_root(policy, path), false);
}

bool policy_is_ignored_folder(const struct policy *policy, const char *folder)
{
	return policy->ignored != NULL &&
	       patterns_match_whole(policy->ignored, relative_to_root(policy, folder));
}

/* Is the ending (without its dot) in the list, as in "py,html" or ".py .html"? */
static bool is_listed(const char *list, const char *ending)
{
	static const char separators[] = ",; *";
	size_t length = strlen(ending);

	for (const char *at = list; *at != '\0';) {
		size_t size;

		at += strspn(at, separators);
		at += *at == '.';
		size = strcspn(at, separators);
		if (size == length && size > 0 && strncmp(at, ending, length) == 0) {
			return true;
		}
		at += size;
	}
	return false;
}

/* "html.erb" is asked for as such, or as "erb". */
bool policy_has_extension(const struct policy *policy, const char *path)
{
	const char *name = strrchr(path, '/');

	if (policy->extension_count == 0) {
		return true;
	}
	name = name != NULL ? name + 1 : path;
	for (const char *dot = name[0] != '\0' ? strchr(name + 1, '.') : NULL; dot != NULL;
	     dot = strchr(dot + 1, '.')) {
		for (size_t i = 0; i < policy->extension_count; i++) {
			if (is_listed(policy->extensions[i], dot + 1)) {
				return true;
			}
		}
	}
	return false;
}

bool policy_counts(const struct policy *policy, const char *path)
{
	return policy_has_extension(policy, path) && !policy_is_ignored_by_name(policy, path);
}

bool policy_is_script_folder(const struct policy *policy, const char *folder)
{
	char of[PATH_MAX];

	return strcmp(folder, policy->folder) == 0 ||
	       (policy->script[0] != '\0' && path_folder(of, policy->script) &&
		strcmp(of, folder) == 0);
}

/* Their files change whenever they are looked at, and inotify(7) does not tell of them. */
static bool is_made_up(const char *path)
{
	static const char *const roots[] = {"/proc", "/sys", "/dev"};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		if (path_is_below(path, roots[i])) {
			return true;
		}
	}
	return false;
}

enum policy_place policy_place(const struct policy *policy, const char *path)
{
	const char *relative = roots_relative(&policy->roots, path);

	if (relative == NULL && (policy->all ? is_made_up(path) : system_path(path))) {
		return POLICY_IGNORED;
	}
	for (size_t i = 0; i < sizeof(version_control) / sizeof(*version_control); i++) {
		if (has_component(path, version_control[i])) {
			return POLICY_IGNORED;
		}
	}
	if (policy_is_ignored_by_name(policy, path)) {
		return POLICY_IGNORED;
	}
	return relative != NULL ? POLICY_PROJECT : POLICY_ELSEWHERE;
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text);
	size_t ending = strlen(suffix);

	return length >= ending && strcmp(text + length - ending, suffix) == 0;
}

/* The folder of the source: the cache's without __pycache__, or without the prefix. */
static bool source_folder(const char *path, const char *name, const char *prefix,
			  const char **start, size_t *length)
{
	size_t folder = (size_t)(name - path) - 1;
	size_t cache = sizeof(cache_folder) - 1;
	size_t root = prefix != NULL ? strlen(prefix) : 0;

	*start = path;
	if (folder > cache && path[folder - cache - 1] == '/' &&
	    memcmp(path + folder - cache, cache_folder, cache) == 0) {
		*length = folder - cache - 1;
		return true;
	}
	/* CPython takes slashes off the end of the prefix, too. */
	while (root > 0 && prefix[root - 1] == '/') {
		root--;
	}
	if (root > 0 && prefix[0] == '/' && strncmp(path, prefix, root) == 0 && path[root] == '/') {
		*start = path + root;
		*length = folder - root;
		return true;
	}
	return false;
}

bool policy_python_source(const char *path, const char *cache_prefix, char source[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t stem = strcspn(name, ".");
	const char *start;
	size_t length;

	/* The tag has a dot on either side: a lone NAME.pyc is a module without a source. */
	if (slash == NULL || stem == 0 || !ends_with(name, cache_suffix) ||
	    strlen(name + stem) <= sizeof(cache_suffix) ||
	    !source_folder(path, name, cache_prefix, &start, &length)) {
		return false;
	}
	return snprintf(source, PATH_MAX, "%.*s/%.*s.py", (int)length, start, (int)stem, name) <
	       PATH_MAX;
}

bool policy_is_python_cache(const char *path)
{
	return has_component(path, cache_folder);
}

/* sedXXXXXX, which sed -i makes beside the file: hardly ever all in lower case, as words are. */
static bool is_of_sed(const char *name)
{
	return strlen(name) == 9 && strncmp(name, "sed", 3) == 0 &&
	       strspn(name + 3, "abcdefghijklmnopqrstuvwxyz") < 6 &&
	       strspn(name + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
		   6;
}

/* Vim's swap files and its probe 4913, backups, Emacs's locks and auto-saves, sed's new file. */
bool policy_is_litter(const char *name)
{
	size_t length = strlen(name);

	return length == 0 || name[length - 1] == '~' || strncmp(name, ".#", 2) == 0 ||
	       (name[0] == '#' && name[length - 1] == '#') || strcmp(name, "4913") == 0 ||
	       is_of_sed(name) ||
	       (name[0] == '.' && length > 4 && strncmp(name + length - 4, ".sw", 3) == 0);
}
