/* SPDX-License-Identifier: MIT */
/*
 * The descriptor that reports go out through. One is kept, with a high number; a program that may
 * have only few descriptors has none to spare, there each report opens the FIFO anew.
 */
#ifndef PRELOAD_LINE_H
#define PRELOAD_LINE_H

#include <stdbool.h>

struct line {
	int fd; /* or -errno; -EBADF: a thread of the program was at work on the same number */
	bool private; /* opened for this report alone; nobody takes a number meanwhile */
};

/*
 * Between guest_begin_writing() and guest_end_writing(). ours: the memory is (guest_owns_memory): a
 * vfork child may use what its parent keeps, but not change it.
 */
struct line line_open(bool ours);
void line_close(const struct line *line);

/*
 * Is the descriptor that we keep one of these numbers, which the program is about to close or to
 * take? line_yield() then gives it up, once nobody is writing to it: the next report opens another
 * one; taken: with another number. Does nothing in a vfork child, whose descriptors are its own.
 */
bool line_keeps(int first, int last);
void line_yield(bool taken);

/*
 * Around a dup2 to the number: in between no thread of ours uses a descriptor that the program does
 * not know of, and whoever does is waited for, as by line_yield().
 */
void line_begin_taking(int number);
void line_end_taking(void);

/* Says by another way that reports are lost. */
void line_alarm(void);
/* Is the launcher still there? */
bool line_is_heard(void);

#endif
