/* SPDX-License-Identifier: MIT */
/* How many files were touched; see trace_summary.h. */
#include "launcher/trace_summary.h"

#include <stdlib.h>
#include <unistd.h>

#include "launcher/message.h"
#include "launcher/path_set.h"

#define PATHS_MAX 65536 /* behind which it is "more than" */

enum { READ, WRITTEN, MISSING, RUN, COUNTS };

struct trace_summary {
	struct path_set *paths;
	unsigned long counts[COUNTS];
};

struct trace_summary *trace_summary_new(void)
{
	struct trace_summary *summary = calloc(1, sizeof(*summary));

	if (summary != NULL) {
		summary->paths = path_set_new(PATHS_MAX);
	}
	if (summary != NULL && summary->paths == NULL) {
		free(summary);
		summary = NULL;
	}
	return summary;
}

void trace_summary_free(struct trace_summary *summary)
{
	if (summary != NULL) {
		path_set_free(summary->paths);
		free(summary);
	}
}

static int count_of(const struct trace_fact *fact)
{
	if (fact->error != 0 && fact->kind != TRACE_MISSING) {
		return COUNTS;
	}
	switch (fact->kind) {
	case TRACE_READ:
	case TRACE_LOAD:
		return READ;
	case TRACE_WRITE:
		return WRITTEN;
	case TRACE_MISSING:
		return MISSING;
	case TRACE_EXEC:
		return RUN;
	case TRACE_STAT:
	case TRACE_LIST:
	case TRACE_RENAME:
	case TRACE_LINK:
	case TRACE_REMOVE:
	case TRACE_MKDIR:
	case TRACE_LOST:
	case TRACE_KINDS:
		break;
	}
	return COUNTS;
}

void trace_summary_count(struct trace_summary *summary, const struct trace_fact *fact)
{
	int count = count_of(fact);

	if (count != COUNTS && path_set_add(summary->paths, (unsigned)count, fact->path) &&
	    !path_set_is_full(summary->paths)) {
		summary->counts[count]++;
	}
}

void trace_summary_say(const struct trace_summary *summary)
{
	const unsigned long *counts = summary->counts;
	const char *more = path_set_is_full(summary->paths) ? ", or more" : "";

	if (isatty(STDERR_FILENO)) {
		message(MESSAGE_NORMAL,
			"files read: %lu, written: %lu, not found: %lu; programs run: %lu%s",
			counts[READ], counts[WRITTEN], counts[MISSING], counts[RUN], more);
	}
}
