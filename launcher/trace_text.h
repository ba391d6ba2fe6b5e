/* SPDX-License-Identifier: MIT */
/* A fact as a line for people. */
#ifndef LAUNCHER_TRACE_TEXT_H
#define LAUNCHER_TRACE_TEXT_H

#include <stdbool.h>

#include "launcher/trace_fact.h"
#include "launcher/trace_output.h"

/* detailed: with the time since the start, in front, and the parent, at the end. */
void trace_text_tell(struct trace_output *output, const struct trace_fact *fact, bool detailed);

#endif
