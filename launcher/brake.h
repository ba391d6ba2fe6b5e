/* SPDX-License-Identifier: MIT */
/*
 * The brake on restarts without end. What changes soon after each start, again and again, is not
 * saved by a person but made by a program that we cannot see, because of the start. Nothing is
 * missed by waiting longer and longer before the next one. Pure.
 */
#ifndef LAUNCHER_BRAKE_H
#define LAUNCHER_BRAKE_H

#include <stdint.h>

#define BRAKE_SOON_NS  1000000000LL /* after a start */
#define BRAKE_RESTARTS 50	    /* in a row, each because of the same path and soon */

/* How long to wait, after so many in a row; 0: not at all. */
int64_t brake_pause_ns(unsigned restarts);

#endif
