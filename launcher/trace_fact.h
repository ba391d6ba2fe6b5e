/* SPDX-License-Identifier: MIT */
/* One thing that a process of the command did to a path, as a trace tells it. */
#ifndef LAUNCHER_TRACE_FACT_H
#define LAUNCHER_TRACE_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/channel.h"

enum trace_kind {
	TRACE_READ,
	TRACE_WRITE,
	TRACE_MISSING,
	TRACE_STAT,
	TRACE_LIST,
	TRACE_EXEC,
	TRACE_LOAD,
	TRACE_RENAME,
	TRACE_LINK,
	TRACE_REMOVE,
	TRACE_MKDIR,
	TRACE_ASKABLE,		    /* as many can be asked for by name */
	TRACE_LOST = TRACE_ASKABLE, /* `count` of them are not known */
	TRACE_KINDS,
};

/* More precisely. */
enum trace_how {
	TRACE_PLAINLY,
	TRACE_CREATED,
	TRACE_TRUNCATED,
	TRACE_APPENDED,
	TRACE_UPDATED,	   /* opened for writing, as it is */
	TRACE_TOUCHED,	   /* times or length, by name */
	TRACE_READLINK,	   /* STAT: where a link leads */
	TRACE_RESOLVED,	   /* STAT: where all links on the way lead */
	TRACE_PATH,	   /* MISSING: a name that is in no folder of PATH */
	TRACE_INTERPRETER, /* EXEC: of a script that was executed */
	TRACE_HOWS,
};

/* Strings are borrowed; none but those said to be may be NULL. */
struct trace_fact {
	enum trace_kind kind;
	const char *path; /* absolute; for LOST empty, for a name that is not in PATH that name */
	const char *to;	  /* RENAME: the new name; LINK: what it leads to; else NULL */
	enum trace_how how;
	int error; /* errno of a call that failed, else 0 */
	const char
	    *words; /* EXEC: argv, a NUL behind each word; words_length bytes, 0: not known */
	size_t words_length;
	const char *unobserved; /* EXEC: why the program cannot be observed, or NULL: it can */
	uint64_t count;
	pid_t pid, parent;
	unsigned life; /* goes up with each process that has this pid, and each program in it */
	const char *program, *parent_program; /* the last names of their executables */
	int64_t time_ns;		      /* CLOCK_MONOTONIC */
};

/* "read", "write" … */
const char *trace_kind_name(enum trace_kind kind);

/* "created" …; NULL for TRACE_PLAINLY. */
const char *trace_how_name(enum trace_how how);

/* The set (1u << kind) that words as in "read,write" name; 0 if one of them names none. */
unsigned trace_kinds_named(const char *words);

/*
 * What a report of a look or a change says: kind, path, to, how and error. False for reports of
 * other things (a process begins, reports were lost). The strings are the report's.
 */
bool trace_fact_of_report(const struct report *report, struct trace_fact *fact);

#endif
