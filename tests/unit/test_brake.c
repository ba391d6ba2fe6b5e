/* SPDX-License-Identifier: MIT */
/* launcher/brake: how long to wait after so many restarts. */
#include "launcher/brake.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <limits.h>

Test(brake, pauses)
{
	static const struct {
		unsigned restarts;
		int64_t pause_ms;
	} cases[] = {
	    {0, 0},    {1, 0},	   {50, 0},    {51, 100},  {52, 200},  {53, 400},
	    {54, 800}, {55, 1600}, {56, 3200}, {57, 5000}, {58, 5000}, {UINT_MAX, 5000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(i64, brake_pause_ns(cases[i].restarts), cases[i].pause_ms * 1000000),
			  "%u", cases[i].restarts);
	}
}
