/* SPDX-License-Identifier: MIT */
/* When reports were lost; see widening.h. */
#include "launcher/widening.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/memory.h"
#include "launcher/path.h"

struct folders {
	const struct policy *policy;
	char **paths;
	size_t count;
};

static bool is_covered(const struct folders *folders, const char *folder)
{
	for (size_t i = 0; i < folders->count; i++) {
		if (path_is_below(folder, folders->paths[i])) {
			return true;
		}
	}
	return false;
}

static void drop_inner(struct folders *folders, const char *outer)
{
	size_t kept = 0;

	for (size_t i = 0; i < folders->count; i++) {
		if (path_is_below(folders->paths[i], outer)) {
			free(folders->paths[i]);
		} else {
			folders->paths[kept++] = folders->paths[i];
		}
	}
	folders->count = kept;
}

static void take_folder_of(const char *path, void *context)
{
	struct folders *folders = context;
	char folder[PATH_MAX];
	char **more;

	if (policy_place(folders->policy, path) != POLICY_PROJECT || !path_folder(folder, path) ||
	    is_covered(folders, folder)) {
		return;
	}
	drop_inner(folders, folder);
	more = realloc(folders->paths, (folders->count + 1) * sizeof(*more));
	if (more == NULL) {
		memory_exhausted();
	}
	folders->paths = more;
	more[folders->count] = strdup(folder);
	if (more[folders->count] == NULL) {
		memory_exhausted();
	}
	folders->count++;
}

void widening_apply(const struct policy *policy, struct generations *generations,
		    struct watchlist *watchlist)
{
	struct folders folders = {.policy = policy};

	generations_each(generations, take_folder_of, &folders);
	for (size_t i = 0; i < folders.count; i++) {
		watchlist_widen(watchlist, folders.paths[i]);
		free(folders.paths[i]);
	}
	free(folders.paths);
}
