/* SPDX-License-Identifier: MIT */
/* Signals by name. */
#ifndef LAUNCHER_SIGNAL_NAMES_H
#define LAUNCHER_SIGNAL_NAMES_H

/*
 * The number of the signal that a word means: "TERM", "SIGTERM", "sigterm", "15", "RTMIN",
 * "RTMIN+3", "SIGRTMAX-1". Signal 0 and the numbers that the libc keeps for itself (between the
 * last ordinary one and SIGRTMIN) are none. Returns -1 if text is NULL or no signal. Leaves errno
 * alone; prints nothing.
 */
int signal_number(const char *text);

/*
 * What a signal is called: "SIGTERM"; a real-time one "SIGRTMIN" or "SIGRTMIN+3". Never NULL: for a
 * number that has no name it is "an unknown signal". The text is constant. Prints nothing.
 */
const char *signal_name(int number);

#endif
