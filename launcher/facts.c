/* SPDX-License-Identifier: MIT */
/* What one observed thing makes of a path: the table of DESIGN in code; see facts.h. */
#include "launcher/facts.h"

#include <string.h>
#include <sys/stat.h>

#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/python_cache.h"

/* Sets fact->route, whose canonical path lies there. */
static enum policy_place locate(struct fact *fact, const char *path)
{
	fact->route = resolver_resolve(fact->context->resolver, path);
	return fact->route != NULL ? policy_place(fact->context->policy, fact->route->canonical)
				   : POLICY_IGNORED;
}

/*
 * The symlinks on the way to what has been located, if they lie in such a place at least:
 * retargeted, they lead elsewhere.
 */
static void depend_on_links(const struct fact *fact, enum policy_place least)
{
	struct use use = fact->use;

	use.reason = DEPENDENCY_LINK;
	for (size_t i = 0; fact->route != NULL && i < fact->route->link_count; i++) {
		const struct passed_link *link = &fact->route->links[i];

		if (policy_place(fact->context->policy, link->path) >= least) {
			use.identity = &link->identity;
			generations_depend(fact->context->generations, link->path, use);
		}
	}
}

/*
 * Locates what lies in such a place at least, and is one of the files that --ext asks for; then the
 * symlinks on the way are dependencies, too. A byte code cache stands for its source.
 */
static bool locate_used(struct fact *fact, const char *path, enum policy_place least)
{
	const struct fact_context *place = fact->context;
	char source[PATH_MAX];
	bool is_cache;

	if (locate(fact, path) < least) {
		/* A link of the project's own that leads out of it may lead elsewhere one day. */
		if (fact->route != NULL &&
		    policy_has_extension(place->policy, fact->route->canonical)) {
			depend_on_links(fact, POLICY_PROJECT);
		}
		return false;
	}
	is_cache = policy_python_source(fact->route->canonical, place->cache_prefix, source);
	if (!policy_has_extension(place->policy, is_cache ? source : fact->route->canonical)) {
		return false;
	}
	depend_on_links(fact, POLICY_ELSEWHERE);
	return true;
}

void fact_read(struct fact *fact, const char *path)
{
	struct generations *generations = fact->context->generations;
	const char *canonical;
	char source[PATH_MAX];
	struct identity identity;

	if (!locate_used(fact, path, POLICY_ELSEWHERE)) {
		return;
	}
	canonical = fact->route->canonical;
	/* A cache of Bootsnap's stands for a source that has been opened as well. */
	if (ruby_cache_note(fact->context->ruby_caches, canonical)) {
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
	const struct fact_context *place = fact->context;

	fact->use.reason = DEPENDENCY_STAT;
	if (locate_used(fact, path, POLICY_PROJECT)) {
		/* A cache is looked at only to be read, and then its source counts. */
		if (!policy_is_python_cache(fact->route->canonical)) {
			generations_depend(place->generations, fact->route->canonical, fact->use);
		}
	} else if (fact->route != NULL &&
		   policy_place(place->policy, fact->route->canonical) == POLICY_ELSEWHERE) {
		generations_see(place->generations, fact->route->canonical, fact->use);
	}
}

void fact_missing(struct fact *fact, const char *path)
{
	fact->use.reason = DEPENDENCY_MISSING;
	fact->use.identity = NULL;
	/* What would be looked for in a cache is never looked for in vain. */
	if (locate_used(fact, path, POLICY_PROJECT) &&
	    !policy_is_python_cache(fact->route->canonical)) {
		generations_depend(fact->context->generations, fact->route->canonical, fact->use);
	}
}

void fact_list(struct fact *fact, const char *path)
{
	enum policy_place place = locate(fact, path);

	fact->use.reason = DEPENDENCY_LISTED;
	if (place == POLICY_IGNORED || policy_is_python_cache(fact->route->canonical)) {
		return;
	}
	if (place == POLICY_PROJECT) {
		generations_list(fact->context->generations, fact->route->canonical, fact->use,
				 fact->again);
	}
	depend_on_links(fact, POLICY_PROJECT);
}

/* What the command writes, makes or removes. The last name is not followed: it is what changes. */
void fact_write(struct fact *fact, const char *path, bool sure)
{
	struct generations *generations = fact->context->generations;

	if (locate(fact, path) == POLICY_IGNORED) {
		return;
	}
	if (sure) {
		generations_write(generations, fact->route->canonical);
		generations_written_by(generations, fact->route->canonical, fact->use.pid,
				       fact->use.time_ns);
	} else {
		generations_update(generations, fact->route->canonical, fact->use.pid);
	}
}

void fact_redirected(struct fact *fact, const char *path)
{
	if (locate(fact, path) != POLICY_IGNORED) {
		generations_redirect(fact->context->generations, fact->route->canonical);
	}
}

/*
 * Of a name that is not itself to be followed: only its folder is canonical, and fact->route is
 * that folder's. False: nowhere.
 */
static bool locate_name(struct fact *fact, const char *path, char canonical[PATH_MAX])
{
	char whole[PATH_MAX];
	char folder[PATH_MAX];

	if (path[0] != '/' || !path_copy(whole, path)) {
		return false;
	}
	for (size_t end = strlen(whole); end > 1 && whole[end - 1] == '/'; end--) {
		whole[end - 1] = '\0'; /* mkdir("new/") */
	}
	if (!path_folder(folder, whole)) {
		return false;
	}
	(void)locate(fact, folder);
	return fact->route != NULL &&
	       path_join(canonical, fact->route->canonical, path_name(whole));
}

/* A link that is renamed is not what it leads to. */
void fact_name_change(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (locate_name(fact, path, canonical) &&
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
	const struct policy *policy = fact->context->policy;
	char canonical[PATH_MAX];

	if (fact->use.identity == NULL) {
		if (locate(fact, path) == POLICY_PROJECT &&
		    is_wanted_link(fact, fact->route->canonical)) {
			depend_on_links(fact, POLICY_ELSEWHERE);
		}
		return;
	}
	if (locate_name(fact, path, canonical) && is_wanted_link(fact, canonical) &&
	    policy_place(policy, canonical) == POLICY_PROJECT) {
		depend_on_links(fact, POLICY_ELSEWHERE);
		fact->use.reason = DEPENDENCY_LINK;
		generations_depend(fact->context->generations, canonical, fact->use);
	}
}

void fact_folder_moved(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	if (locate(fact, path) != POLICY_IGNORED && path_copy(canonical, fact->route->canonical)) {
		resolver_forget(fact->context->resolver);
		generations_move_below(fact->context->generations, canonical);
	}
}

void fact_executed(struct fact *fact, const char *path)
{
	fact->use.reason = DEPENDENCY_EXECUTED;
	if (fact->use.identity != NULL && locate_used(fact, path, POLICY_ELSEWHERE)) {
		generations_depend(fact->context->generations, fact->route->canonical, fact->use);
	}
}

void fact_loaded(struct fact *fact, const char *path)
{
	fact->use.reason = DEPENDENCY_LOADED;
	if (locate_used(fact, path, POLICY_ELSEWHERE)) {
		generations_depend(fact->context->generations, fact->route->canonical, fact->use);
	}
}
