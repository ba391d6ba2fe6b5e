/* SPDX-License-Identifier: MIT */
/*
 * What a command has read and written, as a rule for make and ninja: "OUTPUTS: INPUTS", and for
 * each input a rule without anything, so that one which is removed does not stop make.
 */
#ifndef LAUNCHER_TRACE_DEPFILE_H
#define LAUNCHER_TRACE_DEPFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/trace_fact.h"
#include "launcher/trace_output.h"

struct trace_depfile;

/* NULL and errno ENOMEM. */
struct trace_depfile *trace_depfile_new(void);
void trace_depfile_free(struct trace_depfile *depfile);

/*
 * Its paths as they are to be written, already. False, and nothing is printed: there is no room for
 * it, so that the depfile would not be complete.
 */
bool trace_depfile_tell(struct trace_depfile *depfile, const struct trace_fact *fact);

/*
 * Writes the rule, for these targets, or if there are none, for what the command has written. Only
 * regular files that are still there count. False: there is no target. Says which names could not
 * be written.
 */
bool trace_depfile_write(struct trace_depfile *depfile, const char *const *targets,
			 size_t target_count, struct trace_output *output);

/*
 * A name as both make and ninja read it, to be released with free(3). NULL with errno EINVAL if
 * there is no way to write it (a newline, a tab or the like, ";", "|", a "~" in front, a space,
 * ":", "&" or backslash at the end, a backslash before "#", ":", "$" or "%", or what looks like
 * "archive(member)"), or ENOMEM. ninja takes a quote, "*" or "&" for the end of a name:
 * what depends on such a file is always built anew.
 */
char *trace_depfile_escape(const char *name, bool target);

#endif
