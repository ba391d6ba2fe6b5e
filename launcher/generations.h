/* SPDX-License-Identifier: MIT */
/*
 * What the running generation depends on, what the last complete one did, and the judgement of
 * whether something there has changed.
 *
 * A judgement compares the file now with the version that the command knows. Whatever leads to one
 * (an event, a watch that has just been set, an overflow) is only its occasion: so nothing between
 * the command's read and our watch is missed, and nothing is counted twice.
 */
#ifndef LAUNCHER_GENERATIONS_H
#define LAUNCHER_GENERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/dependencies.h"
#include "launcher/journal.h"
#include "launcher/policy.h"
#include "launcher/watches.h"

struct generations;

/* What a judgement has found; counts add up until the caller resets them. */
struct verdict {
	unsigned changed; /* dependencies that have changed for the first time in this burst */
	bool stirred;	  /* something else that is not the command's own */
};

/* Who used a path, and how. */
struct use {
	enum dependency_reason reason;
	pid_t pid;
	uint64_t time_ns;
	const char *program;		 /* may be NULL */
	const struct identity *identity; /* of the version used; NULL: the path was not there */
};

/* What generations work with; all of it is borrowed. */
struct generations_parts {
	struct watches *watches;
	struct journal *journal;
	const struct policy *policy;
	bool by_content; /* --content: see doubts.h */
	/*
	 * Called before a change is believed: takes in all reports that are in the pipe, one of
	 * which may say that the command itself is the writer.
	 */
	void (*drain)(void *context);
	/* Called with each path that has changed, once in a generation; may be NULL. */
	void (*changed)(const char *path, void *context);
	void *context;
};

/* NULL and errno ENOMEM. */
struct generations *generations_new(const struct generations_parts *parts);
void generations_free(struct generations *generations);

/* Whether a path that is in no set counts as well (--watch DIR); may be left unset. */
void generations_set_watched(struct generations *generations,
			     bool (*is_watched)(const char *path, void *context), void *context);

/*
 * A new generation begins, with an empty set. complete: the one that ends had been healthy, so its
 * set is what to fall back on. Call it when nothing runs, just before the start.
 */
void generations_begin(struct generations *generations, bool complete);

/*
 * Gives back what only earlier generations needed: watches and memory. Takes long with very many
 * dependencies, so it is for after the start.
 */
void generations_tidy(struct generations *generations);

/* What the running generation uses cannot be seen: what the last complete one used counts. */
void generations_inherit(struct generations *generations);

/* The running generation has ended by failing: what the last complete one used counts as well. */
void generations_fail(struct generations *generations);

/*
 * The path (canonical) is a dependency. The first use says which version counts: an older one at
 * worst restarts once too often. Compared with the disk by the next generations_verify().
 */
void generations_depend(struct generations *generations, const char *path, struct use use);
/* The same with pinned: not even the command's own writing makes it an output. */
void generations_pin(struct generations *generations, const char *path, struct use use);
/* The same, when it is known that the version used was an older one than is there now. */
void generations_outdate(struct generations *generations, const char *path, struct use use);
/* Also when only its attributes change (chmod): the command could not even be executed. */
void generations_depend_on_mode(struct generations *generations, const char *path, struct use use);
/* Remembers a version that has been seen, in case the path becomes a dependency. */
void generations_see(struct generations *generations, const char *path, struct use use);
/* The command writes it: it is an output. */
void generations_write(struct generations *generations, const char *path);
/* And this is who does, and since when (CLOCK_MONOTONIC): see updates_by_another_hand(). */
void generations_written_by(struct generations *generations, const char *path, pid_t pid,
			    uint64_t time_ns);
/* The process has opened it for update, or to append: see updates.h. */
void generations_update(struct generations *generations, const char *path, pid_t pid);
/* The same for what the user has redirected: sure, and not told to the journal. */
void generations_redirect(struct generations *generations, const char *path);
/* The command has renamed the folder: what it depended on below goes with it, by its own hand. */
void generations_move_below(struct generations *generations, const char *folder);
/*
 * The folder's entries were read: after a failure, a new file there is a change. again: by a
 * process that has done so before.
 */
void generations_list(struct generations *generations, const char *folder, struct use use,
		      bool again);

/* Watches a folder for what appears in it (see generations_set_watched). */
void generations_watch_folder(struct generations *generations, const char *folder);

/* Calls visit with each path that the running generation is known to use. */
void generations_each(struct generations *generations,
		      void (*visit)(const char *path, void *context), void *context);
/* The same with all that is known of it, for paths that matter or may come to. */
void generations_each_dependency(struct generations *generations,
				 void (*visit)(struct dependency *dependency, void *context),
				 void *context);
/* Calls visit with each path that has changed since the generation began. */
void generations_each_changed(struct generations *generations,
			      void (*visit)(const char *path, void *context), void *context);

/* Judges all dependencies that are new; what has changed is told to the journal. */
void generations_verify(struct generations *generations, struct verdict *verdict);
/*
 * To be called when all hints have been judged: tells of what was another file for the command than
 * for us, in two generations running, and was not changed by anybody.
 */
void generations_tell_unsteady(struct generations *generations);
/* Judges what the hint points at. */
void generations_judge(struct generations *generations, const struct hint *hint,
		       struct verdict *verdict);

/* When generations_end_doubts() is due, CLOCK_MONOTONIC; INT64_MAX: not at all. */
int64_t generations_doubt_deadline_ns(const struct generations *generations);
/* If it is due: what still is not complete counts as it is. */
void generations_end_doubts(struct generations *generations, struct verdict *verdict);

/* Is a changed file away for a moment, or still being written? */
bool generations_unfinished(const struct generations *generations);

/* How many dependencies the running generation has. */
size_t generations_count(const struct generations *generations);

#endif
