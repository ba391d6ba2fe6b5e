/* SPDX-License-Identifier: MIT */
/* Which facts are wanted. */
#ifndef LAUNCHER_TRACE_FILTER_H
#define LAUNCHER_TRACE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/policy.h"
#include "launcher/trace_fact.h"

struct trace_filter;

struct trace_wishes {
	unsigned kinds;		/* a set of 1u << kind; 0: all */
	const char *const *why; /* facts about these paths alone; none: about any */
	size_t why_count;
	bool hides_programs; /* the system's, like its other files; else what is run is told always
			      */
};

/* Borrows the policy: what it ignores by name and by extension, and --all. NULL, errno ENOMEM. */
struct trace_filter *trace_filter_new(const struct trace_wishes *wishes,
				      const struct policy *policy);
void trace_filter_free(struct trace_filter *filter);

/* Is it wanted? Its paths are cleaned (trace_path.h). */
bool trace_filter_wants(const struct trace_filter *filter, const struct trace_fact *fact);
/* Would it be, of whatever kind it is? */
bool trace_filter_concerns(const struct trace_filter *filter, const struct trace_fact *fact);

#endif
