/* SPDX-License-Identifier: MIT */
/*
 * Tracing: facts about what the command does to files, as they come, to those that are wanted, in
 * the form that is wanted, and a summary in the end.
 */
#ifndef LAUNCHER_TRACE_H
#define LAUNCHER_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/policy.h"
#include "launcher/signals.h"
#include "launcher/trace_fact.h"
#include "launcher/trace_filter.h"

enum trace_format {
	TRACE_TEXT,
	TRACE_JSON,
	TRACE_NUL,
	TRACE_DEPFILE,
};

/* As asked for on the command line. */
struct trace_settings {
	enum trace_format format;
	const char *output; /* a path; NULL: stderr */
	struct trace_wishes wishes;
	const char *const *targets; /* of the depfile; none: what the command writes */
	size_t target_count;
	bool relative; /* paths below the working folder are told relative to it */
	bool detailed; /* text: with the time and the parent */
};

struct trace;

/* Borrows both. NULL with errno: of the output, if it cannot be written, or ENOMEM. */
struct trace *trace_open(const struct trace_settings *settings, const struct policy *policy);
void trace_close(struct trace *trace);

/* The command is about to be started: times are counted from now on. */
void trace_begin(struct trace *trace, int64_t now_ns);

/* Tells one fact, whose time is CLOCK_MONOTONIC's, and whose paths are as they were reported. */
void trace_tell(struct trace *trace, const struct trace_fact *fact);

/* There are facts that nobody knows, even how many. */
void trace_lose(struct trace *trace);

/* We have been told to end: whoever does not read is not waited for. */
void trace_hurry(struct trace *trace);

/* Does a build go by it, so that nothing may be missing without a word? */
bool trace_is_for_builds(const struct trace *trace);

/* Is so much waiting to be written that reports should wait as well? */
bool trace_is_crowded(const struct trace *trace);
/* Writes what can be written without waiting. True: nothing is left. */
bool trace_flush(struct trace *trace);
/* What to wait for (POLLOUT) if something is left. */
int trace_fd(const struct trace *trace);

/*
 * The command has ended with this status: writes all that is left, unless a signal asks to end, and
 * says in sum what has been seen. Returns the status to end with: 125 instead of 0 if the trace
 * could not be written. Says why.
 */
int trace_end(struct trace *trace, int status, const struct signals *signals);

#endif
