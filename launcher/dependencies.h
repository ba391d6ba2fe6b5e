/* SPDX-License-Identifier: MIT */
/*
 * What one generation of the command depends on: canonical paths, each with the version that the
 * command knows, and what makes it matter. No I/O.
 */
#ifndef LAUNCHER_DEPENDENCIES_H
#define LAUNCHER_DEPENDENCIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/content.h"
#include "launcher/identity.h"
#include "preload/report.h"

/* Why a path is here; also the words of --events and -v. */
enum dependency_reason {
	DEPENDENCY_READ,
	DEPENDENCY_STAT,
	DEPENDENCY_EXECUTED,
	DEPENDENCY_LOADED,  /* a shared object */
	DEPENDENCY_CACHE,   /* the source of a cache that was read */
	DEPENDENCY_MISSING, /* looked for, and not there */
	DEPENDENCY_LISTED,  /* a folder whose entries were read */
	DEPENDENCY_LINK,    /* a symlink on the way to another */
	DEPENDENCY_WATCH,   /* named with --watch */
};

/* Whose hand changes it: an output's changes are the command's own and trigger nothing. */
enum dependency_role {
	DEPENDENCY_SEEN,    /* known, but nothing rests on it (yet) */
	DEPENDENCY_TRIGGER, /* a change restarts */
	DEPENDENCY_OUTPUT,  /* the command writes it */
};

enum dependency_change {
	CHANGE_NONE,
	CHANGE_TOUCHED,	 /* only another time: told apart by who knows of the event */
	CHANGE_WRITTEN,	 /* in place */
	CHANGE_REPLACED, /* another file stands there */
	CHANGE_APPEARED,
	CHANGE_REMOVED,
};

struct dependency {
	char *path;
	struct identity identity; /* of the version that the command knows */
	bool known;		  /* `identity` and `present` have been told */
	bool present;		  /* false: it knows that nothing was there */
	bool may_write;		  /* it was opened for writing without being truncated */
	bool by_mode;		  /* a change of its mode alone counts, too */
	bool pinned;		  /* named with --watch: triggers even if the command writes it */
	bool read;		  /* its content was used, and not only its being there */
	bool adopted; /* our version is taken for the command's, though it was another */
	bool executed;
	bool outdated;	 /* it is known that an older version was used */
	bool contested;	 /* two versions have been used */
	bool missed;	 /* it was looked for first when it was not there */
	bool changed;	 /* in this burst; counted once */
	bool unfinished; /* it is away for a moment, or still being written */
	enum dependency_role role;
	enum dependency_reason reason;
	struct digest *digest; /* --content: of what the command has read; owned, may be NULL */
	pid_t updater;	       /* who was the last to write it, or to open it for update */
	uint64_t written_ns;   /* and when, if it was written */
	uint64_t written_order, read_order; /* of the last of each, in the order of their arrival */
	pid_t pid;			    /* who was the first to use it, and when */
	uint64_t time_ns;
};

struct dependencies;

/*
 * What a command may make us keep, in bytes: some 600,000 paths of ordinary length. Who opens ever
 * other files, or says so, is not to take all memory.
 */
#define DEPENDENCIES_SIZE_MAX ((size_t)256 << 20)

/* NULL and errno ENOMEM. */
struct dependencies *dependencies_new(void);
void dependencies_free(struct dependencies *set);

/* Removes all of them. */
void dependencies_clear(struct dependencies *set);

/* NULL if the path is not there. The set owns what is returned. */
struct dependency *dependencies_find(struct dependencies *set, const char *path);

/*
 * Finds or makes the entry; *made tells which. A new one is DEPENDENCY_SEEN, not present. NULL and
 * errno ENOMEM, also when all entries together have become too large (DEPENDENCIES_SIZE_MAX).
 */
struct dependency *dependencies_enter(struct dependencies *set, const char *path, bool *made);

size_t dependencies_count(const struct dependencies *set);

/* Has an entry been refused because of the others' size? */
bool dependencies_is_full(const struct dependencies *set);

/* Has it grown to twice what the last dependencies_prune() has left (and to some thousands)? */
bool dependencies_has_doubled(const struct dependencies *set);

/* Removes the entries that are not to be kept. */
void dependencies_prune(struct dependencies *set,
			bool (*keep)(const struct dependency *dependency, void *context),
			void *context);

/* Calls visit for every entry, in the order they came. visit may not remove. */
void dependencies_each(struct dependencies *set,
		       void (*visit)(struct dependency *dependency, void *context), void *context);

/*
 * The same for those at the path and below it, in no order, and at no greater cost than there are.
 * visit may add: what it adds may be visited or not.
 */
void dependencies_each_below(struct dependencies *set, const char *path,
			     void (*visit)(struct dependency *dependency, void *context),
			     void *context);

/* How what is there now differs from what the command knows. */
enum dependency_change dependency_compare(const struct dependency *dependency,
					  const struct sight *now);

const char *dependency_reason_word(enum dependency_reason reason);
const char *dependency_change_word(enum dependency_change change);

#endif
