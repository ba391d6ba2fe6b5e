/* SPDX-License-Identifier: MIT */
/*
 * Which facts a process has told before. The library in it does this as well, but by the names that
 * the program uses, and remembers less.
 */
#ifndef LAUNCHER_TRACE_FOLD_H
#define LAUNCHER_TRACE_FOLD_H

#include <stdbool.h>

#include "launcher/trace_fact.h"

struct trace_fold;

/* Takes the same memory, however much happens: forgets instead. NULL and errno ENOMEM. */
struct trace_fold *trace_fold_new(void);
void trace_fold_free(struct trace_fold *fold);

/*
 * Has the process told this already, of a name that it has not removed, made or renamed since? What
 * changes names is told each time. The fact's paths are cleaned (trace_path.h).
 */
bool trace_fold_repeats(struct trace_fold *fold, const struct trace_fact *fact);

#endif
