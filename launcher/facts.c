/* SPDX-License-Identifier: MIT */
/* What one observed thing makes of a path: the table of DESIGN in code; see facts.h. */
#include "launcher/facts.h"

#include <string.h>
#include <sys/stat.h>

#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/python_cache.h"

/* A symlink on the way: retargeted, it leads elsewhere. */
static void depend_on_link(const char *link, void *context)
{
	const struct fact *fact = context;
	struct use use = fact->use;
	struct identity identity;

	if (policy_place(fact->context->policy, link) < fact->least ||
	    !identity_of_path(link, &identity)) {
		return;
	}
	use.reason = DEPENDENCY_LINK;
	use.identity = &identity;
	generations_depend(fact->context->generations, link, use);
}

static void note_link(const char *link, void *context)
{
	struct fact *fact = context;

	(void)link;
	fact->passes_link = true;
}

/* The canonical path and where it lies. */
static enum policy_place locate(struct fact *fact, const char *path, char canonical[PATH_MAX])
{
	const struct fact_context *place = fact->context;

	fact->passes_link = false;
	if (resolver_resolve(place->resolver, path, canonical, note_link, fact) != 0) {
		canonical[0] = '\0';
		return POLICY_IGNORED;
	}
	return policy_place(place->policy, canonical);
}

/* The symlinks on the way to what has been located, if they lie in such a place at least. */
static void depend_on_links(struct fact *fact, const char *path, enum policy_place least)
{
	char canonical[PATH_MAX];

	if (fact->passes_link) {
		fact->least = least;
		(void)resolver_resolve(fact->context->resolver, path, canonical, depend_on_link,
				       fact);
	}
}

/*
 * Locates what lies in such a place at least, and is one of the files that --ext asks for; then the
 * symlinks on the way are dependencies, too. A byte code cache stands for its source.
 */
static bool locate_used(struct fact *fact, const char *path, enum policy_place least,
			char canonical[PATH_MAX])
{
	const struct fact_context *place = fact->context;
	char source[PATH_MAX];
	bool is_cache;

	if (locate(fact, path, canonical) < least) {
		/* A link of the project's own that leads out of it may lead elsewhere one day. */
		if (policy_has_extension(place->policy, canonical)) {
			depend_on_links(fact, path, POLICY_PROJECT);
		}
		return false;
	}
	is_cache = policy_python_source(canonical, place->cache_prefix, source);
	if (!policy_has_extension(place->policy, is_cache ? source : canonical)) {
		return false;
	}
	depend_on_links(fact, path, POLICY_ELSEWHERE);
	return true;
}

void fact_read(struct fact *fact, const char *path)
{
	struct generations *generations = fact->context->generations;
	char canonical[PATH_MAX];
	char source[PATH_MAX];
	struct identity identity;

	/* A cache of Bootsnap's stands for a source that has been opened as well. */
	if (!locate_used(fact, path, POLICY_ELSEWHERE, canonical) ||
	    ruby_cache_note(fact->context->ruby_caches, canonical)) {
		return;
	}
	if (policy_python_source(canonical, fact->context->cache_prefix, source) &&
	    identity_of_path(source, &identity)) {
		const struct identity *cache = fact->use.identity;

		/* The interpreter has looked at the source before: its version counts, if known. */
		fact->use.reason = DEPENDENCY_CACHE;
		fact->use.identity = &identity;
		if (cache != NULL && python_cache_hides_change(canonical, cache, source)) {
			generations_outdate(generations, source, fact->use);
		} else {
			generations_depend(generations, source, fact->use);
		}
		return;
	}
	generations_depend(generations, canonical, fact->use);
}

void fact_stat(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_STAT;
	if (locate_used(fact, path, POLICY_PROJECT, canonical)) {
		/* A cache is looked at only to be read, and then its source counts. */
		if (!policy_is_python_cache(canonical)) {
			generations_depend(fact->context->generations, canonical, fact->use);
		}
	} else if (canonical[0] != '\0' &&
		   policy_place(fact->context->policy, canonical) == POLICY_ELSEWHERE) {
		generations_see(fact->context->generations, canonical, fact->use);
	}
}

void fact_missing(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_MISSING;
	fact->use.identity = NULL;
	/* What would be looked for in a cache is never looked for in vain. */
	if (locate_used(fact, path, POLICY_PROJECT, canonical) &&
	    !policy_is_python_cache(canonical)) {
		generations_depend(fact->context->generations, canonical, fact->use);
	}
}

void fact_list(struct fact *fact, const char *path)
{
	enum policy_place place;
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_LISTED;
	place = locate(fact, path, canonical);
	if (policy_is_python_cache(canonical)) {
		return;
	}
	if (place == POLICY_PROJECT) {
		generations_list(fact->context->generations, canonical, fact->use, fact->again);
	}
	if (place != POLICY_IGNORED) {
		depend_on_links(fact, path, POLICY_PROJECT);
	}
}

/* What the command writes, makes or removes. The last name is not followed: it is what changes. */
void fact_write(struct fact *fact, const char *path, bool sure)
{
	char canonical[PATH_MAX];

	if (locate(fact, path, canonical) == POLICY_IGNORED) {
		return;
	}
	if (sure) {
		generations_write(fact->context->generations, canonical);
		generations_written_by(fact->context->generations, canonical, fact->use.pid,
				       fact->use.time_ns);
	} else {
		generations_update(fact->context->generations, canonical, fact->use.pid);
	}
}

void fact_redirected(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (locate(fact, path, canonical) != POLICY_IGNORED) {
		generations_redirect(fact->context->generations, canonical);
	}
}

/* Of a name that is not itself to be followed: only its folder is canonical. False: nowhere. */
static bool locate_name(struct fact *fact, const char *path, bool links, char canonical[PATH_MAX])
{
	char whole[PATH_MAX];
	char folder[PATH_MAX];
	char real[PATH_MAX];

	if (path[0] != '/' || !path_copy(whole, path)) {
		return false;
	}
	for (size_t end = strlen(whole); end > 1 && whole[end - 1] == '/'; end--) {
		whole[end - 1] = '\0'; /* mkdir("new/") */
	}
	fact->least = POLICY_ELSEWHERE;
	return path_folder(folder, whole) &&
	       resolver_resolve(fact->context->resolver, folder, real,
				links ? depend_on_link : NULL, fact) == 0 &&
	       path_join(canonical, real, path_name(whole));
}

/* A link that is renamed is not what it leads to. */
void fact_name_change(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (locate_name(fact, path, false, canonical) &&
	    policy_place(fact->context->policy, canonical) != POLICY_IGNORED) {
		(void)ruby_cache_note(fact->context->ruby_caches, canonical);
		resolver_changed(fact->context->resolver, canonical);
		generations_write(fact->context->generations, canonical);
		generations_written_by(fact->context->generations, canonical, fact->use.pid,
				       fact->use.time_ns);
	}
}

/* --ext is about files: a link to a folder is on the way to any of them. */
static bool is_wanted_link(const struct fact *fact, const char *canonical)
{
	const struct policy *policy = fact->context->policy;
	struct stat status;

	return policy_has_extension(policy, canonical) ||
	       (stat(canonical, &status) == 0 && S_ISDIR(status.st_mode));
}

void fact_link(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (fact->use.identity == NULL) {
		if (locate(fact, path, canonical) == POLICY_PROJECT &&
		    is_wanted_link(fact, canonical)) {
			depend_on_links(fact, path, POLICY_ELSEWHERE);
		}
		return;
	}
	if (locate_name(fact, path, false, canonical) && is_wanted_link(fact, canonical) &&
	    policy_place(fact->context->policy, canonical) == POLICY_PROJECT) {
		(void)locate_name(fact, path, true, canonical);
		fact->use.reason = DEPENDENCY_LINK;
		generations_depend(fact->context->generations, canonical, fact->use);
	}
}

void fact_folder_moved(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (locate(fact, path, canonical) != POLICY_IGNORED) {
		resolver_forget(fact->context->resolver);
		generations_move_below(fact->context->generations, canonical);
	}
}

void fact_executed(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_EXECUTED;
	if (fact->use.identity != NULL && locate_used(fact, path, POLICY_ELSEWHERE, canonical)) {
		generations_depend(fact->context->generations, canonical, fact->use);
	}
}

void fact_loaded(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_LOADED;
	if (locate_used(fact, path, POLICY_ELSEWHERE, canonical)) {
		generations_depend(fact->context->generations, canonical, fact->use);
	}
}
