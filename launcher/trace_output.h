/* SPDX-License-Identifier: MIT */
/*
 * Where a trace goes: a buffer in front of a file, a pipe or a terminal that may be slow, full or
 * gone. Whoever fills it looks whether it is crowded, and then waits until it can be written to.
 */
#ifndef LAUNCHER_TRACE_OUTPUT_H
#define LAUNCHER_TRACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct trace_output;

/*
 * path NULL: stderr, else borrowed. anew: the file is emptied now; else it stays as it is until
 * trace_output_replace(). NULL with errno.
 */
struct trace_output *trace_output_open(const char *path, bool anew);
void trace_output_close(struct trace_output *output);

/* Never waits: keeps it. Nothing, once writing has failed. */
void trace_output_add(struct trace_output *output, const char *bytes, size_t length);

/* Is so much kept that no more should be added? */
bool trace_output_is_crowded(const struct trace_output *output);

/* Writes what can be written without waiting. True: nothing is left, or never will be written. */
bool trace_output_flush(struct trace_output *output);
/* What to wait for (POLLOUT) if something is left. */
int trace_output_fd(const struct trace_output *output);

/* The file's content goes; what has been added and not written stays. 0, or -1 with errno. */
int trace_output_replace(struct trace_output *output);

/* Nothing will be written to it: a file that was not there before goes again. */
void trace_output_leave(struct trace_output *output);

/* The errno with which writing has failed, or 0. EPIPE: who has read it wants no more. */
int trace_output_error(const struct trace_output *output);

#endif
