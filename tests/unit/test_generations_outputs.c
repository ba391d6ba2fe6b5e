/* SPDX-License-Identifier: MIT */
/* launcher/generations: what the command writes, and what the user has named all the same. */
#include "launcher/generations.h"

#include "launcher/clock.h"
#include "tests/unit/world.h"

TestSuite(generations_outputs, .init = world_enter, .fini = world_leave, .timeout = 60);

/* Looked for in vain, then made and read by the command itself: an output all the same. */
Test(generations_outputs, outputs)
{
	save("before", "1");
	save("after", "1");
	generations_write(generations, in_scratch("before"));
	depend("before");
	depend("after");
	depend("cache");
	generations_write(generations, in_scratch("after"));
	generations_write(generations, in_scratch("cache"));
	expect_no_change("arrival");
	save("before", "22");
	save_by_rename("after", "22");
	save("cache", "1");
	depend("cache");
	expect_no_change("outputs");
	cr_expect(zero(u32, told("watching", NULL, NULL)));
	cr_expect(eq(u32, told("output", "before", NULL), 1));
	cr_expect(eq(u32, told("output", "after", NULL), 1));
	/* Not for good: the next generation may only read it. */
	generations_begin(generations, true);
	depend("after");
	expect_no_change("as it is now");
	save("after", "333");
	expect_changes(1, "no output any more");
}

/* Outputs of a shell's redirection are a matter of course. */
Test(generations_outputs, redirected)
{
	save("log", "1");
	generations_redirect(generations, in_scratch("log"));
	depend("log");
	expect_no_change("arrival");
	save("log", "22");
	expect_no_change("redirected");
	cr_assert(zero(u32, told("output", NULL, NULL)));
}

/* Named by the user: not even the command's own writing takes it away. */
Test(generations_outputs, pinned)
{
	save("file", "1");
	generations_pin(generations, in_scratch("file"), use_of("file", DEPENDENCY_WATCH));
	generations_write(generations, in_scratch("file"));
	generations_redirect(generations, in_scratch("file"));
	expect_no_change("as it is");
	save("file", "22");
	expect_changes(1, "pinned");
	cr_assert(zero(u32, told("output", NULL, NULL)));
	cr_assert(eq(u32, told("watching", "file", "watch"), 1));
}

/* The command renames a folder: that all in it goes with it is its own doing. */
Test(generations_outputs, folder_moved)
{
	cr_assert(zero(int, system("mkdir -p old/sub older")));
	save("old/file", "1");
	save("old/sub/file", "1");
	save("older/file", "1");
	depend("old/file");
	depend("old/sub/file");
	depend("older/file");
	expect_no_change("arrival");
	generations_move_below(generations, in_scratch("old"));
	cr_assert(zero(int, rename("old", "new")));
	expect_no_change("moved by the command");
	cr_expect(eq(u32, told("output", NULL, NULL), 2));
	cr_assert(zero(int, rename("older", "oldest")));
	expect_changes(1, "moved by somebody else");
}

/* A server that writes a temporary file with each request: what is gone is forgotten. */
Test(generations_outputs, temporary)
{
	char name[32];

	save("kept", "1");
	save("used", "1");
	generations_write(generations, in_scratch("kept"));
	depend("used");
	depend("missing");
	expect_no_change("arrival");
	for (int i = 0; i < 50000; i++) {
		(void)snprintf(name, sizeof(name), "temporary-%d", i);
		generations_write(generations, in_scratch(name));
		generations_written_by(generations, in_scratch(name), getpid(), 0);
		if (i % 100 == 0) {
			expect_no_change("gone");
		}
		cr_assert(le(sz, generations_count(generations), 5000), "%d", i);
	}
	save("kept", "22");
	expect_no_change("an output still");
	save("missing", "1");
	expect_changes(1, "looked for still");
	save("used", "22");
	expect_changes(1, "used still");
}

/* It was announced, and is not there yet: on a busy machine that takes a while. */
Test(generations_outputs, about_to_be_made)
{
	const uint64_t now_ns = (uint64_t)clock_now_ns(CLOCK_MONOTONIC);
	char name[32];

	for (int i = 0; i < 6000; i++) {
		(void)snprintf(name, sizeof(name), "temporary-%d", i);
		generations_write(generations, in_scratch(name));
		generations_written_by(generations, in_scratch(name), 4711, now_ns);
	}
	expect_no_change("none of them is there");
	cr_assert(eq(sz, generations_count(generations), 6000));
}

/* Its process is still there and may write it again, which it would not report. */
Test(generations_outputs, temporary_again)
{
	char name[32];

	for (int i = 0; i < 6000; i++) {
		(void)snprintf(name, sizeof(name), "temporary-%d", i);
		generations_write(generations, in_scratch(name));
		/* Of every third the writer has ended. */
		generations_written_by(generations, in_scratch(name),
				       i % 3 == 0 ? 1 << 23 : getpid(), 0);
	}
	expect_no_change("none of them is there");
	cr_assert(lt(sz, generations_count(generations), 1000));
	depend("temporary-1");
	save("temporary-1", "1");
	save("temporary-2", "1");
	depend("temporary-2");
	expect_no_change("its own");
	save("temporary-2", "22");
	expect_no_change("and again");
	depend("temporary-3");
	expect_no_change("not there");
	save("temporary-3", "1");
	expect_changes(1, "somebody else's");
}
