/* SPDX-License-Identifier: MIT */
/* The time, in nanoseconds. */
#ifndef LAUNCHER_CLOCK_H
#define LAUNCHER_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Of one of clock_gettime(2)'s clocks. */
int64_t clock_now_ns(clockid_t clock);

/*
 * What CLOCK_REALTIME, by which files are dated, was when CLOCK_MONOTONIC was that; as if nobody
 * had set it since.
 */
int64_t clock_of_files_ns(uint64_t monotonic_ns);

#endif
