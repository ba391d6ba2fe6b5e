/* SPDX-License-Identifier: MIT */
/* How many files were touched, in a word each. */
#ifndef LAUNCHER_TRACE_SUMMARY_H
#define LAUNCHER_TRACE_SUMMARY_H

#include "launcher/trace_fact.h"

struct trace_summary;

/* Takes up to one mebibyte, however much happens. NULL and errno ENOMEM. */
struct trace_summary *trace_summary_new(void);
void trace_summary_free(struct trace_summary *summary);

void trace_summary_count(struct trace_summary *summary, const struct trace_fact *fact);

/* Says it, if stderr is a terminal. */
void trace_summary_say(const struct trace_summary *summary);

#endif
