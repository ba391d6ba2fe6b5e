/* SPDX-License-Identifier: MIT */
/* launcher/generations: what a generation that has failed falls back on. */
#include "launcher/generations.h"

#include "tests/unit/world.h"

TestSuite(generations_failed, .init = world_enter, .fini = world_leave, .timeout = 60);

/* What failed has lacked something: what the last complete one used counts as well. */
Test(generations_failed, falls_back)
{
	save("main", "1");
	save("helper", "1");
	depend("main");
	depend("helper");
	depend("optional");
	expect_no_change("first");
	save("main", "broken");
	expect_changes(1, "first");
	generations_begin(generations, true);
	depend("main");
	expect_no_change("second");
	generations_fail(generations);
	/* Nor does what has brought the failure about: its version is the one that failed. */
	expect_no_change("nothing has changed since it started");
	cr_assert(eq(sz, generations_count(generations), 3));
	save("helper", "22");
	expect_changes(1, "used by the complete one alone");
	save("optional", "1");
	expect_changes(1, "looked for by the complete one alone");
	save("main", "mended!");
	expect_changes(1, "used by both");
}

/* The failure's own set is never what is fallen back on. */
Test(generations_failed, falls_back_over_two_failures)
{
	save("helper", "1");
	save("wrong", "1");
	depend("helper");
	(void)judge();
	generations_begin(generations, true);
	depend("wrong");
	generations_fail(generations);
	(void)judge();
	save("helper", "22");
	expect_changes(1, "second");
	generations_begin(generations, false);
	generations_fail(generations);
	expect_no_change("as it was when the third started");
	save("wrong", "22");
	expect_no_change("used by the second, which had failed");
	save("helper", "333");
	expect_changes(1, "third");
}

/* What has brought it about is not a change again, though the failing one never came to it. */
Test(generations_failed, falls_back_on_what_it_finds)
{
	static const enum hint_kind kinds[] = {HINT_ALL, HINT_BELOW};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct hint hint = {.kind = kinds[i]};
		struct verdict verdict = {0};

		strcpy(hint.path, in_scratch("app"));
		cr_assert(zero(int, system("mkdir -p app")));
		save("app/main", "1");
		save("app/helper", "1");
		depend("app/main");
		depend("app/helper");
		(void)judge();
		save("app/main", "22");
		expect_changes(1, "first");
		generations_begin(generations, true);
		generations_fail(generations);
		expect_no_change("what has changed before");
		/* Nor what has changed, without an event of its own, before the next start. */
		generations_begin(generations, false);
		save("app/helper", "333");
		drop_hints();
		generations_judge(generations, &hint, &verdict);
		generations_begin(generations, false);
		generations_fail(generations);
		expect_no_change("what was compared before");
		generations_begin(generations, false);
		cr_assert(zero(int, system("rm -r app")));
		generations_begin(generations, false);
	}
}

/* Changed while the failing one ran and did not use it: a change when it has failed. */
Test(generations_failed, changed_before_the_failure)
{
	save("helper", "1");
	depend("helper");
	(void)judge();
	generations_begin(generations, true);
	save("helper", "22");
	expect_no_change("not used");
	generations_fail(generations);
	expect_changes(1, "failed");
}

/* The failing one has only looked at it, or opened it without reading: that is no less. */
Test(generations_failed, falls_back_on_what_was_only_seen)
{
	save("seen", "1");
	save("written", "1");
	depend("seen");
	depend("written");
	(void)judge();
	generations_begin(generations, true);
	generations_see(generations, in_scratch("seen"), use_of("seen", DEPENDENCY_STAT));
	generations_update(generations, in_scratch("written"), 1);
	generations_fail(generations);
	expect_no_change("as they were");
	save("seen", "22");
	expect_changes(1, "seen");
	save_by_rename("written", "22");
	expect_changes(1, "perhaps written");
}
