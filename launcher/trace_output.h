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
 * path NULL: stderr, "-": stdout; else borrowed, a file that is emptied now. NULL with errno.
 */
struct trace_output *trace_output_open(const char *path);
/*
 * Nothing is done to the file before trace_output_commit(); but whether it can be written is looked
 * at. NULL with errno: it cannot.
 */
struct trace_output *trace_output_open_later(const char *path);
void trace_output_close(struct trace_output *output);

/* Never waits: keeps it. Nothing, once writing has failed. */
void trace_output_add(struct trace_output *output, const char *bytes, size_t length);

/* Is so much kept that no more should be added? */
bool trace_output_is_crowded(const struct trace_output *output);

/*
 * Writes what can be written without waiting. True: nothing is left, or never will be written, or
 * not before trace_output_commit().
 */
bool trace_output_flush(struct trace_output *output);
/* What to wait for (POLLOUT) if something is left. */
int trace_output_fd(const struct trace_output *output);

/*
 * The file is what has been added, from now on, and whole at once: what was there is replaced by
 * rename(2), if it is a file. 0, or -1 with errno: then it is what it was. For one that has been
 * opened later.
 */
int trace_output_commit(struct trace_output *output);

/* The errno with which writing has failed, or 0. EPIPE: who has read it wants no more. */
int trace_output_error(const struct trace_output *output);

#endif
