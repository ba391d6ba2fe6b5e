/* SPDX-License-Identifier: MIT */
/* What the files that make up generations.h share, and nobody else has to know. */
#ifndef LAUNCHER_GENERATIONS_STATE_H
#define LAUNCHER_GENERATIONS_STATE_H

#include "launcher/generations.h"
#include "launcher/lately.h"
#include "launcher/path_set.h"

#define FORGOTTEN_WRITERS_MAX 64

/* Outputs that are gone: paths, in the place of the process that has written each. See bounds.c. */
struct forgotten {
	struct path_set *paths; /* NULL: there are none */
	pid_t writers[FORGOTTEN_WRITERS_MAX];
	size_t count;
};

struct generations {
	struct generations_parts parts;
	bool (*is_watched)(const char *path, void *context);
	void *watched_context;
	struct dependencies *current;
	struct dependencies *previous; /* of the last complete generation; NULL: there was none */
	struct dependencies *newborn;  /* files that have been made since the current one began */
	struct dependencies *listed;   /* folders, of the current one */
	struct dependencies *retired;  /* of an earlier one, until generations_tidy() */
	struct dependencies *changed;  /* of the current one, in this burst */
	struct dependencies
	    *stale; /* of the previous one: an event came, what is there now is unknown */
	struct dependencies
	    *folders; /* that are watched for the current one, whatever lies in them */
	struct dependencies *heard; /* paths of events about what was not known to be used */
	uint64_t order;		    /* counts what is written and read */
	bool heard_much;	    /* and it may have been any */
	struct lately *arrivals;    /* what arrived in another version than we saw */
	struct lately *updates;	    /* see updates.c */
	struct dependencies *unsteady, *told_unsteady; /* see generations_tell_unsteady() */
	struct dependencies *doubted; /* see doubts.c: `unfinished` since `time_ns` */
	bool doubts_end;	      /* what is judged now is not doubted any longer */
	char *unread;		      /* see births.c */
	bool failed;		      /* the current one has ended by failing */
	unsigned unfinished;
	bool told;	/* a change of the current one, to the user */
	bool told_full; /* see bounds.c */
	struct forgotten forgotten;
	struct dependency **fresh; /* to be verified */
	const char **programs;	   /* who used each; owned by the caller of depend */
	size_t fresh_count, fresh_size;
};

/* Counts how many changed files are away or still being written. */
void generations_set_unfinished(struct generations *generations, struct dependency *dependency,
				bool unfinished);

/* Something has happened at or below the path: what a previous generation knew of it may be old. */
void generations_make_stale(struct generations *generations, const char *path);

/* From now on its changes are the command's own; a pinned one stays a trigger. */
void generations_make_output(struct generations *generations, struct dependency *dependency);

#endif
