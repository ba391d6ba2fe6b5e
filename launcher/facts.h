/* SPDX-License-Identifier: MIT */
/*
 * What one observed thing makes of a path: a dependency, an output, or nothing. The table of rules
 * that the folder's README shows.
 */
#ifndef LAUNCHER_FACTS_H
#define LAUNCHER_FACTS_H

#include <limits.h>
#include <stdbool.h>

#include "launcher/generations.h"
#include "launcher/policy.h"
#include "launcher/resolver.h"
#include "launcher/ruby_cache.h"

/* What the rules are applied with. */
struct fact_context {
	const struct policy *policy;
	struct generations *generations;
	struct resolver *resolver;
	const char *cache_prefix; /* PYTHONPYCACHEPREFIX or NULL */
	struct ruby_caches *ruby_caches;
};

/* One fact about one path, on its way to the generations. */
struct fact {
	const struct fact_context *context;
	struct use use;		   /* its reason is set by the rule */
	bool again;		   /* of a listing: this process has listed it before */
	const struct route *route; /* of the path, once it has been located; NULL: nowhere */
};

/* All paths are absolute, as the process named them; what is not to be resolved is passed over. */
void fact_read(struct fact *fact, const char *path);
void fact_stat(struct fact *fact, const char *path);
void fact_missing(struct fact *fact, const char *path);
void fact_list(struct fact *fact, const char *path);
void fact_executed(struct fact *fact, const char *path);
/* A shared object that was loaded. */
void fact_loaded(struct fact *fact, const char *path);
/*
 * Where symlinks lead was asked: with an identity, of this one (readlink); without, of each on the
 * way (realpath).
 */
void fact_link(struct fact *fact, const char *path);
/* About to be written; sure: made or emptied, so that it is an output from now on. */
void fact_write(struct fact *fact, const char *path, bool sure);
/* Behind a descriptor that the command inherits for writing: an output, and not worth a word. */
void fact_redirected(struct fact *fact, const char *path);
/* About to be renamed, linked, made or removed: the name itself, not what a link leads to. */
void fact_name_change(struct fact *fact, const char *path);
/* The same for a folder: everything below it changes its name, too. */
void fact_folder_moved(struct fact *fact, const char *path);

#endif
