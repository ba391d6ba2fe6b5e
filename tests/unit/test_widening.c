/* SPDX-License-Identifier: MIT */
/* launcher/widening: what is watched when it is not known what the command depends on. */
#include "launcher/widening.h"

#include "tests/unit/world.h"

static struct watchlist *watchlist;
static struct policy policy;

static void enter(void)
{
	world_enter();
	policy = (struct policy){.roots = {.paths = {strdup(in_scratch("app"))}, .count = 1}};
	watchlist = watchlist_new(NULL, 0, directory, &policy, generations);
	cr_assert(watchlist != NULL);
	generations_set_watched(generations, watchlist_covers, watchlist);
	cr_assert(zero(int, system("mkdir -p app/lib/deep app/web/pages app/.git else")));
	save("app/lib/used", "1");
	save("app/lib/deep/lost", "1");
	save("app/web/pages/used", "1");
	save("app/web/other", "1");
	save("else/used", "1");
	save("else/other", "1");
	depend("app/lib/used");
	depend("app/web/pages/used");
	depend("else/used");
	(void)judge();
}

static void leave(void)
{
	free(policy.roots.paths[0]);
	watchlist_free(watchlist);
	world_leave();
}

TestSuite(widening, .init = enter, .fini = leave, .timeout = 60);

Test(widening, folders_in_use)
{
	save("app/lib/deep/lost", "22");
	expect_no_change("it is not known to be used");
	widening_apply(&policy, generations, watchlist);
	save("app/lib/deep/lost", "333");
	cr_expect(eq(u32, judge_until(1).changed, 1));
	save("app/lib/deep/new", "1");
	cr_expect(eq(u32, judge_until(1).changed, 1));
	save("app/web/other", "22");
	expect_no_change("beside the folder that is in use, not in it");
	save("else/other", "22");
	expect_no_change("not of the project");
}

Test(widening, until_the_next_generation)
{
	widening_apply(&policy, generations, watchlist);
	generations_begin(generations, true);
	watchlist_begin(watchlist);
	save("app/lib/deep/lost", "22");
	expect_no_change("no more");
}

/* Of a folder and those within it, only the outer: each would be gone through again. */
Test(widening, outer_folders_alone)
{
	save("app/top", "1");
	depend("app/top");
	(void)judge();
	widening_apply(&policy, generations, watchlist);
	save("app/web/other", "22");
	cr_expect(eq(u32, judge_until(1).changed, 1));
	cr_expect(eq(u32, told("watching", "app/lib/deep/lost", "watch"), 1));
}
