/* SPDX-License-Identifier: MIT */
/* Sends reports through the FIFO, without ever harming the program whose descriptors it shares. */
#ifndef PRELOAD_SENDER_H
#define PRELOAD_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "preload/report.h"

/* A piece of the payload, where it lies: nothing is copied. */
struct piece {
	const char *text;
	size_t length;
};

#define SENDER_PIECES_MAX 12

/*
 * Sends one report: fills in pid, tid and time, and writes header and pieces in as many frames as
 * they need. The lengths in the header must add up to those of the pieces. Returns false if it was
 * not sent (nobody listens, or the pipe stayed full for 50 ms): it is then counted as lost.
 * Async-signal-safe; keeps errno; at most SENDER_PIECES_MAX pieces.
 */
bool sender_send(struct report_header *header, const struct piece *pieces, size_t count);

/* Counts a report that could not even be made. The launcher is told of the first at once. */
void sender_lose(void);

/* Tells of what could not be sent, if there is anything and if there is room now. */
void sender_flush(void);

#endif
