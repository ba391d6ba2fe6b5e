/* SPDX-License-Identifier: MIT */
/* The time; see clock.h. */
#include "launcher/clock.h"

int64_t clock_now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_of_files_ns(uint64_t monotonic_ns)
{
	int64_t ago_ns = clock_now_ns(CLOCK_MONOTONIC) - (int64_t)monotonic_ns;

	return clock_now_ns(CLOCK_REALTIME) - ago_ns;
}
