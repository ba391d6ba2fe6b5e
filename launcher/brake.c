/* SPDX-License-Identifier: MIT */
/* The brake on restarts without end; see brake.h. */
#include "launcher/brake.h"

#define FIRST_PAUSE_NS 100000000LL
#define PAUSE_MOST_NS  5000000000LL

int64_t brake_pause_ns(unsigned restarts)
{
	int64_t pause_ns = FIRST_PAUSE_NS;

	if (restarts <= BRAKE_RESTARTS) {
		return 0;
	}
	for (unsigned i = BRAKE_RESTARTS + 1; i < restarts && pause_ns < PAUSE_MOST_NS; i++) {
		pause_ns *= 2;
	}
	return pause_ns < PAUSE_MOST_NS ? pause_ns : PAUSE_MOST_NS;
}
