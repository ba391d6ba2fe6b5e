/* SPDX-License-Identifier: MIT */
/* Durations as a person types them. */
#ifndef LAUNCHER_DURATION_H
#define LAUNCHER_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a whole word as a duration: a decimal number (digits, perhaps a point and more digits) and
 * a unit: ns, us, ms, s, m or h. Without a unit it is in seconds. The point is '.' in every locale;
 * what is finer than a nanosecond is cut off.
 *
 * True, and the duration in *nanoseconds (never negative). False when text is NULL or not one, or
 * when it does not fit; *nanoseconds is then as it was. Leaves errno alone; prints nothing.
 */
bool duration_parse(const char *text, int64_t *nanoseconds);

#endif
