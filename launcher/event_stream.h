/* SPDX-License-Identifier: MIT */
/*
 * Where events go: a file, pipe, socket or terminal of the user's, with a buffer in front of it.
 * Whoever reads it may be slow, or stop for good: we wait for nobody.
 */
#ifndef LAUNCHER_EVENT_STREAM_H
#define LAUNCHER_EVENT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct event_stream;

/*
 * where: the number of an open descriptor, or the path of a file to append to (a FIFO works). NULL
 * with errno.
 */
struct event_stream *event_stream_open(const char *where);

/* Waits for a moment for who has not read all yet. NULL is fine. */
void event_stream_close(struct event_stream *stream);

/*
 * A whole line, which is kept as long as it cannot be written. What is too much is left out, which
 * is said once, like what the system refuses; then nothing more is written. A reader that has gone
 * is no trouble.
 */
void event_stream_add(struct event_stream *stream, const char *line, size_t length);

/* Writes what can be written now. True: nothing is left. */
bool event_stream_flush(struct event_stream *stream);

/* Nobody reads it any more, or it cannot be written to. */
bool event_stream_has_ended(const struct event_stream *stream);

#endif
