/* SPDX-License-Identifier: MIT */
/* Which facts are wanted; see trace_filter.h. */
#include "launcher/trace_filter.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/path.h"
#include "launcher/trace_path.h"
#include "preload/system_paths.h"

/* A path that is asked for, under the names that a process may have for it. */
struct asked {
	char clean[PATH_MAX];
	char named[PATH_MAX]; /* with the folder's real name; "": there is no such folder yet */
	char real[PATH_MAX];  /* where it led when that was last to be seen, or "" */
};

struct trace_filter {
	const struct policy *policy;
	unsigned kinds;
	bool hides_programs;
	struct asked *asked;
	size_t asked_count;
};

/* The folder's real name, and the last name as it is: what a rename or a remove is about. */
static bool real_name(const char *path, char named[PATH_MAX])
{
	char folder[PATH_MAX];
	char real[PATH_MAX];

	named[0] = '\0';
	return path_folder(folder, path) && realpath(folder, real) != NULL &&
	       path_join(named, real, path_name(path));
}

/* Looks once more where it leads: what stands there may have come, or changed. */
static void look_again(struct asked *asked)
{
	char real[PATH_MAX];

	(void)real_name(asked->clean, asked->named);
	if (realpath(asked->clean, real) != NULL) {
		(void)path_copy(asked->real, real);
	}
}

static void ask(struct asked *asked, const char *folder, const char *path)
{
	char whole[PATH_MAX];
	char cleaned[PATH_MAX];

	if (path_join(whole, folder, path)) {
		(void)path_copy(asked->clean, trace_path_clean(whole, cleaned));
		look_again(asked);
	}
}

struct trace_filter *trace_filter_new(const struct trace_wishes *wishes,
				      const struct policy *policy)
{
	struct trace_filter *filter = calloc(1, sizeof(*filter));

	if (filter == NULL) {
		return NULL;
	}
	filter->policy = policy;
	filter->kinds = wishes->kinds;
	filter->hides_programs = wishes->hides_programs;
	filter->asked = calloc(wishes->why_count + 1, sizeof(*filter->asked));
	if (filter->asked == NULL) {
		free(filter);
		return NULL;
	}
	for (size_t i = 0; i < wishes->why_count; i++) {
		ask(&filter->asked[filter->asked_count++], policy->folder, wishes->why[i]);
	}
	return filter;
}

void trace_filter_free(struct trace_filter *filter)
{
	if (filter != NULL) {
		free(filter->asked);
		free(filter);
	}
}

/* The system's own, unless the project lies there. */
static bool is_hidden(const struct trace_filter *filter, const char *path)
{
	const struct policy *policy = filter->policy;
	char real[PATH_MAX];

	if (policy->all) {
		return false;
	}
	/* Behind a symlink (/lib), ".." leads to where the name does not tell. */
	if (strstr(path, "/../") != NULL && realpath(path, real) != NULL) {
		path = real;
	}
	return system_path(path) && !roots_contain(&policy->roots, path);
}

static bool is_wanted_path(const struct trace_filter *filter, const struct trace_fact *fact,
			   const char *path)
{
	const struct policy *policy = filter->policy;
	char bare[PATH_MAX];

	if (path[0] != '/') { /* in no folder: by its name alone */
		return path_join(bare, "/", path) && policy_counts(policy, bare);
	}
	/* To people, what is run is never noise. */
	return ((fact->kind == TRACE_EXEC && !filter->hides_programs) ||
		!is_hidden(filter, path)) &&
	       policy_counts(policy, path);
}

static bool is_one_of(const struct asked *asked, const char *name)
{
	return name[0] != '\0' &&
	       (strcmp(name, asked->clean) == 0 || strcmp(name, asked->named) == 0 ||
		strcmp(name, asked->real) == 0);
}

/* By its name, that of a file which may be gone; or by where that leads now. */
static bool is_asked(const struct trace_filter *filter, const char *path)
{
	char named[PATH_MAX];
	char real[PATH_MAX];

	if (path == NULL || path[0] != '/' || filter->asked_count == 0) {
		return false;
	}
	(void)real_name(path, named);
	if (realpath(path, real) == NULL) {
		real[0] = '\0';
	}
	for (size_t i = 0; i < filter->asked_count; i++) {
		struct asked *asked = &filter->asked[i];

		look_again(asked);
		if (is_one_of(asked, path) || is_one_of(asked, named) || is_one_of(asked, real)) {
			return true;
		}
	}
	return false;
}

bool trace_filter_wants(const struct trace_filter *filter, const struct trace_fact *fact)
{
	return (filter->kinds == 0 || fact->kind == TRACE_LOST ||
		(filter->kinds & 1u << fact->kind) != 0) &&
	       trace_filter_concerns(filter, fact);
}

bool trace_filter_concerns(const struct trace_filter *filter, const struct trace_fact *fact)
{
	const char *to = fact->to;

	if (fact->kind == TRACE_LOST) {
		return true;
	}
	if (filter->asked_count > 0 && !is_asked(filter, fact->path) && !is_asked(filter, to)) {
		return false;
	}
	return is_wanted_path(filter, fact, fact->path) ||
	       (fact->kind == TRACE_RENAME && to != NULL && is_wanted_path(filter, fact, to));
}
