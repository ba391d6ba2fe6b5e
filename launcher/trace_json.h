/* SPDX-License-Identifier: MIT */
/* A fact as an object of JSON; the schema is in the man page. */
#ifndef LAUNCHER_TRACE_JSON_H
#define LAUNCHER_TRACE_JSON_H

#include "launcher/trace_fact.h"
#include "launcher/trace_output.h"

/* Goes up when a member's meaning changes or one goes; not when one is added. */
#define TRACE_JSON_SCHEMA 1

void trace_json_tell(struct trace_output *output, const struct trace_fact *fact);

#endif
