/* SPDX-License-Identifier: MIT */
/*
 * Empties the pipe into memory, in a thread of its own: whoever writes to it must not wait for what
 * we do with each report, nor for who reads our events.
 */
#ifndef LAUNCHER_INTAKE_H
#define LAUNCHER_INTAKE_H

#include <stddef.h>

struct intake;

/* A buffer that grows: [at, filled) is what is left in it. */
struct intake_buffer {
	char *bytes;
	size_t size, at, filled;
};

/* Reads from fd (non-blocking), which is borrowed. NULL and errno. */
struct intake *intake_open(int fd);
void intake_close(struct intake *intake);

/* Readable when something has come that intake_take() has not taken. */
int intake_fd(const struct intake *intake);

/*
 * Moves behind what is left in the buffer all that has come, and all that is in the pipe now.
 * Returns how many bytes; 0 also when there is no memory: then it stays where it is. Memory that a
 * burst has needed is given back once all of it has been taken from the buffer.
 */
size_t intake_take(struct intake *intake, struct intake_buffer *buffer);

/* From now on writers have to wait when so many bytes have come that nobody has taken. */
void intake_limit(struct intake *intake, size_t size);

/* How many bytes have come that intake_take() has not taken, those in the pipe included. */
size_t intake_waiting(struct intake *intake);

/* Room for `more` bytes behind what is left in the buffer; -1 and errno ENOMEM. */
int intake_make_room(struct intake_buffer *buffer, size_t more);

#endif
