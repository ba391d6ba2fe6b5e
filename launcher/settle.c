/* SPDX-License-Identifier: MIT */
/* Settling; see settle.h. */
#include "launcher/settle.h"

static int64_t earlier(int64_t left, int64_t right)
{
	return left < right ? left : right;
}

/* How long it must have been quiet. */
static int64_t quiet_time(const struct settle *settle)
{
	if (settle->slowness_ns > 0) {
		return settle->slowness_ns;
	}
	if (settle->fixed_ns >= 0) {
		return settle->fixed_ns;
	}
	if (settle->in_storm) {
		return SETTLE_MOST_NS;
	}
	return earlier((int64_t)settle->changed * SETTLE_STEP_NS, SETTLE_MOST_NS);
}

void settle_hear(struct settle *settle, int64_t now_ns, bool is_change, bool unfinished)
{
	if (is_change && settle->changed++ == 0) {
		settle->burst_ns = now_ns;
	}
	settle->last_ns = now_ns;
	settle->unfinished = unfinished;
}

int64_t settle_over_at(const struct settle *settle)
{
	int64_t quiet_ns = quiet_time(settle);
	int64_t cap_ns = quiet_ns > SETTLE_CAP_NS ? quiet_ns : SETTLE_CAP_NS;

	if (settle->unfinished && !settle->locked_seen) {
		return settle->burst_ns + cap_ns;
	}
	return earlier(settle->last_ns + quiet_ns, settle->burst_ns + cap_ns);
}

void settle_end(struct settle *settle, int64_t now_ns)
{
	settle->in_storm = settle->changed > 0 && !settle->unfinished &&
			   now_ns < settle->last_ns + quiet_time(settle);
	settle->changed = 0;
	settle->unfinished = false;
	settle->locked_seen = false;
	settle->slowness_ns = 0;
}
