/* SPDX-License-Identifier: MIT */
/* launcher/judgement: is what the kernel hints at a change, whose, and is it complete? */
#include "launcher/generations.h"

#include <sys/inotify.h>

#include "tests/unit/world.h"

TestSuite(judgement, .init = world_enter, .fini = world_leave, .timeout = 60);

/* Files that the running command has read. */
static void have_read(const char *const names[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		save(names[i], "1");
		depend(names[i]);
	}
	expect_no_change("arrival");
}

static void have_read_file(void)
{
	static const char *const names[] = {"file"};

	have_read(names, 1);
}

static struct verdict judge_hint(enum hint_kind kind, const char *name, uint32_t mask)
{
	struct verdict verdict = {0};
	struct hint hint = {.kind = kind, .mask = mask};

	strcpy(hint.path, in_scratch(name));
	generations_judge(generations, &hint, &verdict);
	return verdict;
}

/* Every way to save, and what it is called. */
Test(judgement, ways_to_save)
{
	static const char *const names[] = {"write", "rename", "remake", "touch", "delete", "swap"};

	have_read(names, sizeof(names) / sizeof(names[0]));
	save("write", "22");
	expect_changes(1, "in place");
	save_by_rename("rename", "22");
	expect_changes(1, "by rename");
	cr_assert(zero(int, unlink("remake")));
	save("remake", "22");
	expect_changes(1, "deleted and made again");
	touch("touch");
	expect_changes(1, "touched");
	cr_assert(zero(int, unlink("delete")));
	expect_changes(1, "deleted");
	save("other", "22");
	cr_assert(zero(int, unlink("swap")));
	cr_assert(zero(int, symlink("other", "swap")));
	expect_changes(1, "a link in its place");
	cr_expect(eq(u32, told("changed", "write", "written"), 1));
	cr_expect(eq(u32, told("changed", "rename", "replaced"), 1));
	cr_expect(eq(u32, told("changed", "touch", "touched"), 1));
	cr_expect(eq(u32, told("changed", "delete", "removed"), 1));
	cr_expect(eq(u32, told("changed", "swap", "replaced"), 1));
	cr_expect(eq(u32, told("changed", NULL, NULL), 6));
}

/* Many events, one change; the further ones only stir. */
Test(judgement, told_once)
{
	struct verdict verdict;

	have_read_file();
	for (int i = 0; i < 5; i++) {
		save("file", i % 2 == 0 ? "22" : "333");
	}
	expect_changes(1, "burst");
	save("file", "4444");
	verdict = judge();
	cr_assert(zero(u32, verdict.changed));
	cr_assert(verdict.stirred);
	cr_assert(eq(u32, told("changed", NULL, NULL), 1));
}

/* An event without a difference: a save of the same, by a tool that keeps the time; chmod. */
Test(judgement, only_differences_count)
{
	struct verdict verdict;

	have_read_file();
	cr_assert(zero(int, chmod("file", 0600)));
	verdict = judge();
	cr_expect(zero(u32, verdict.changed));
	cr_expect(verdict.stirred);
	cr_expect(not(generations_unfinished(generations)));
	/* And a difference without an event, when there is an occasion to look. */
	save("file", "22");
	drop_hints();
	cr_expect(zero(u32, judge_hint(HINT_ENTRY, "other", IN_CREATE).changed));
	cr_expect(eq(u32, judge_hint(HINT_ENTRY, "file", IN_ATTRIB).changed, 1));
	cr_expect(eq(u32, told("changed", "file", "written"), 1), "its size says more");
}

/* What is in no set: perhaps part of a burst, never a change. */
Test(judgement, strangers_stir)
{
	struct verdict verdict;

	have_read_file();
	save("stranger", "1");
	verdict = judge();
	cr_expect(zero(u32, verdict.changed));
	cr_expect(verdict.stirred);
	generations_see(generations, in_scratch("seen"), use_of("seen", DEPENDENCY_STAT));
	save("seen", "1");
	verdict = judge();
	cr_expect(zero(u32, verdict.changed));
	cr_expect(verdict.stirred);
}

/* What the command writes neither is a change nor keeps us from starting the next one. */
Test(judgement, outputs_do_not_even_stir)
{
	struct verdict verdict;

	have_read_file();
	generations_write(generations, in_scratch("log"));
	generations_write(generations, in_scratch("file"));
	save("log", "1");
	save("file", "22");
	verdict = judge();
	cr_assert(zero(u32, verdict.changed));
	cr_assert(not(verdict.stirred));
}

static void report_write(void)
{
	generations_write(generations, in_scratch("file"));
}

static void report_stranger(void)
{
	generations_write(generations, in_scratch("stranger"));
}

/* The report that says whose hand it was lies in the pipe when the event comes. */
Test(judgement, drained_before_it_is_believed)
{
	have_read_file();
	cr_expect(zero(u32, drains));
	in_pipe = report_write;
	save("file", "22");
	expect_no_change("the command's own");
	cr_expect(gt(u32, drains, 0));
	cr_expect(zero(u32, told("changed", NULL, NULL)));
}

Test(judgement, drained_in_vain)
{
	have_read_file();
	in_pipe = report_stranger;
	save("file", "22");
	expect_changes(1, "not the command's own");
	cr_expect(gt(u32, drains, 0));
}

/* On arrival, too: read, written and read again. */
Test(judgement, drained_on_arrival)
{
	save("file", "1");
	depend("file");
	save("file", "22");
	drop_hints();
	in_pipe = report_write;
	expect_no_change("arrival");
	cr_expect(zero(u32, told("changed", NULL, NULL)));
}

static void report_many(void)
{
	char name[32];

	for (int i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "new-%d", i);
		depend(name);
	}
	save("new-1999", "1");
}

/* Hundreds of reports arrive in the middle of looking at everything. */
Test(judgement, drained_while_all_are_judged)
{
	struct verdict verdict;

	static const char *const names[] = {"a", "b", "c"};

	have_read(names, 3);
	save("a", "22");
	save("c", "22");
	in_pipe = report_many;
	verdict = judge_hint(HINT_ALL, "", 0);
	generations_verify(generations, &verdict);
	cr_expect(eq(u32, verdict.changed, 3), "a, c and the last of the new ones");
	cr_expect(eq(sz, generations_count(generations), 2003));
	cr_expect(eq(u32, told("changed", "new-1999", "appeared"), 1));
	drop_hints();
	expect_no_change("all are known");
}

/* A folder was moved, a queue has overflowed: all that may be concerned, and nothing else. */
Test(judgement, below_and_all)
{
	static const char *const names[] = {"a/file", "ab/file", "file"};

	make_folder("a");
	make_folder("ab");
	have_read(names, 3);
	depend("a/missing");
	expect_no_change("arrival");
	save("a/file", "22");
	save("a/missing", "1");
	save("ab/file", "22");
	save("file", "22");
	drop_hints();
	cr_expect(eq(u32, judge_hint(HINT_BELOW, "a", 0).changed, 2), "below");
	cr_expect(eq(u32, told("changed", "a/file", "written"), 1));
	cr_expect(eq(u32, told("changed", "a/missing", "appeared"), 1));
	cr_expect(eq(u32, judge_hint(HINT_BELOW, "file", 0).changed, 1), "the path itself");
	cr_expect(eq(u32, judge_hint(HINT_ALL, "", 0).changed, 1), "all");
	cr_expect(zero(u32, judge_hint(HINT_ALL, "", 0).changed), "all again");
}

/* A folder that is moved away and replaced, with the real watcher. */
Test(judgement, folder_replaced)
{
	static const char *const names[] = {"app/lib/file", "app/lib/gone"};

	cr_assert(zero(int, system("mkdir -p app/lib next/lib")));
	have_read(names, 2);
	save("next/lib/file", "1");
	cr_assert(zero(int, rename("app", "old")));
	cr_assert(zero(int, rename("next", "app")));
	expect_changes(2, "moved away and replaced");
	save("app/lib/file", "333");
	cr_expect(judge().stirred);
}

/* Away for a moment, or made but not yet closed. */
Test(judgement, unfinished)
{
	static const char *const names[] = {"file", "link"};
	int fd;

	have_read(names, 2);
	cr_assert(zero(int, unlink("file")));
	expect_changes(1, "deleted");
	cr_expect(generations_unfinished(generations), "away");
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	expect_no_change("made");
	cr_expect(generations_unfinished(generations), "made, not closed");
	cr_assert(eq(i64, write(fd, "22", 2), 2));
	expect_no_change("written");
	cr_expect(generations_unfinished(generations), "written, not closed");
	cr_assert(zero(int, fchmod(fd, 0600)));
	expect_no_change("its mode set");
	cr_expect(generations_unfinished(generations), "not closed yet");
	cr_assert(zero(int, close(fd)));
	expect_no_change("closed");
	cr_expect(not(generations_unfinished(generations)), "closed");
	/* By rename, it is complete as soon as it is there. */
	cr_assert(zero(int, unlink("file")));
	(void)judge();
	save_by_rename("file", "4444");
	expect_no_change("moved to its place");
	cr_expect(not(generations_unfinished(generations)), "moved to its place");
	/* Two at a time: finished when both are. */
	cr_assert(zero(int, unlink("file")));
	cr_assert(zero(int, unlink("link")));
	(void)judge();
	save("file", "333");
	(void)judge();
	cr_expect(generations_unfinished(generations), "one is still away");
	/* A link is complete when it is made. */
	cr_assert(zero(int, symlink("file", "link")));
	(void)judge();
	cr_expect(not(generations_unfinished(generations)), "both are there");
}

Test(judgement, finished_at_once)
{
	static const char *const names[] = {"write", "rename", "remake", "link", "touch"};

	have_read(names, sizeof(names) / sizeof(names[0]));
	save("write", "22");
	save_by_rename("rename", "22");
	cr_assert(zero(int, unlink("remake")));
	save("remake", "22");
	cr_assert(zero(int, unlink("link")));
	cr_assert(zero(int, link("write", "link")));
	touch("touch");
	expect_changes(5, "complete saves");
	cr_assert(not(generations_unfinished(generations)));
	/* What is away when the next one begins is not waited for any more. */
	cr_assert(zero(int, unlink("write")));
	(void)judge();
	cr_assert(generations_unfinished(generations));
	generations_begin(generations, true);
	cr_assert(not(generations_unfinished(generations)));
}
