/* SPDX-License-Identifier: MIT */
/* launcher/settle: when a burst of changes is over. */
#include "launcher/settle.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MS 1000000LL

Test(settle, by_number_of_files)
{
	struct settle settle = {.fixed_ns = -1};

	for (int file = 1; file <= 12; file++) {
		int64_t quiet_ms = file < 10 ? 5 * file : 50;

		settle_hear(&settle, (1000 + file) * MS, true, false);
		cr_expect(eq(i64, settle_over_at(&settle), (1000 + file + quiet_ms) * MS), "%d",
			  file);
	}
	/* what else stirs puts it off, and is no file */
	settle_hear(&settle, 1040 * MS, false, false);
	cr_expect(eq(u32, settle.changed, 12));
	cr_expect(eq(i64, settle_over_at(&settle), 1090 * MS));
	/* but not for ever */
	settle_hear(&settle, 2590 * MS, false, false);
	cr_expect(eq(i64, settle_over_at(&settle), 2601 * MS));
}

Test(settle, fixed)
{
	struct settle settle = {.fixed_ns = 300 * MS};

	settle_hear(&settle, 1000 * MS, true, false);
	settle_hear(&settle, 1001 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 1301 * MS));
	/* longer than the cap: the cap is what was asked for */
	settle.fixed_ns = 3000 * MS;
	cr_expect(eq(i64, settle_over_at(&settle), 4000 * MS));
}

/* A save that has begun is waited for, unless a lock has told that all was complete. */
Test(settle, unfinished)
{
	struct settle settle = {.fixed_ns = -1};

	settle_hear(&settle, 1000 * MS, true, true);
	cr_expect(eq(i64, settle_over_at(&settle), 2600 * MS));
	settle_hear(&settle, 1010 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 1020 * MS));
	settle_hear(&settle, 1011 * MS, true, true);
	settle.locked_seen = true;
	cr_expect(eq(i64, settle_over_at(&settle), 1026 * MS));
	settle_end(&settle, 1026 * MS);
	cr_expect(not(settle.locked_seen));
}

/* What restarts without end waits longer, once. */
Test(settle, slowness)
{
	struct settle settle = {.fixed_ns = -1, .slowness_ns = 400 * MS};

	settle_hear(&settle, 1000 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 1400 * MS));
	settle.slowness_ns = 5000 * MS;
	cr_expect(eq(i64, settle_over_at(&settle), 6000 * MS), "beyond the cap");
	settle_end(&settle, 6000 * MS);
	settle_hear(&settle, 9000 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 9005 * MS));
}

/* A burst that was cut off goes on: its rest is not taken for one save, until it was quiet once. */
Test(settle, storm)
{
	struct settle settle = {.fixed_ns = -1};

	settle_hear(&settle, 1000 * MS, true, false);
	settle_hear(&settle, 2599 * MS, true, false);
	settle_end(&settle, 2600 * MS);
	cr_expect(settle.in_storm);
	settle_hear(&settle, 2610 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 2660 * MS));
	settle_end(&settle, 2660 * MS);
	cr_expect(not(settle.in_storm));
	settle_hear(&settle, 4000 * MS, true, false);
	cr_expect(eq(i64, settle_over_at(&settle), 4005 * MS));
}
