/* SPDX-License-Identifier: MIT */
/*
 * Settling (debounce): has a burst of changes come to its end? A save is one change, or a few
 * within milliseconds; a checkout a thousand in a second. Pure: time comes in, nothing is asked
 * for.
 */
#ifndef LAUNCHER_SETTLE_H
#define LAUNCHER_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#define SETTLE_STEP_NS 5000000LL    /* for the first changed file, and for each further */
#define SETTLE_MOST_NS 50000000LL   /* however many there are */
#define SETTLE_CAP_NS  1600000000LL /* since the first change, whatever still comes */

struct settle {
	int64_t fixed_ns;    /* how long it must be quiet; -1: by the number of files */
	int64_t slowness_ns; /* in place of that, for what restarts without end; 0: none */
	unsigned changed;    /* files since the burst began */
	int64_t burst_ns;    /* when the first one did */
	int64_t last_ns;     /* the last thing heard of it */
	bool unfinished;     /* the last word about the save: it is still under way */
	bool locked_seen;    /* by a checkout, in this burst: when the lock goes, all is complete */
	bool in_storm;	     /* the last burst went on when its time was up */
};

/* Something has been heard: a change of a dependency, or else something near one. */
void settle_hear(struct settle *settle, int64_t now_ns, bool is_change, bool unfinished);

/* When the burst is over, if nothing more is heard; in the past: it is. */
int64_t settle_over_at(const struct settle *settle);

/* The burst ends here, whether it is over or not; the next one is counted from its own beginning.
 */
void settle_end(struct settle *settle, int64_t now_ns);

#endif
