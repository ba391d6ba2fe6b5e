/* SPDX-License-Identifier: MIT */
/* launcher/generations: what is a dependency, what an output, and for how long. */
#include "launcher/generations.h"

#include "tests/unit/capture.h"
#include "tests/unit/world.h"

TestSuite(generations, .init = world_enter, .fini = world_leave, .timeout = 60);

Test(generations, told_once)
{
	struct verdict verdict;

	save("file", "1");
	depend("file");
	depend("file");
	generations_depend(generations, in_scratch("file"), use_of("file", DEPENDENCY_STAT));
	verdict = judge();
	cr_assert(zero(u32, verdict.changed));
	cr_assert(not(verdict.stirred));
	expect_no_change("again");
	cr_assert(eq(sz, generations_count(generations), 1));
	cr_assert(eq(u32, told("watching", "file", "read"), 1));
	cr_assert(eq(u32, told("watching", NULL, NULL), 1));
	cr_assert(eq(sz, watches_count(watches), 1));
}

/* To have read a file says more than to have looked at it. */
Test(generations, reason)
{
	save("looked", "1");
	save("both", "1");
	generations_depend(generations, in_scratch("looked"), use_of("looked", DEPENDENCY_STAT));
	generations_depend(generations, in_scratch("both"), use_of("both", DEPENDENCY_STAT));
	depend("both");
	(void)judge();
	cr_assert(eq(u32, told("watching", "looked", "stat"), 1));
	cr_assert(eq(u32, told("watching", "both", "read"), 1));
}

/* What the disk says when the report arrives, beside what the command found. */
Test(generations, arrival)
{
	struct use use;
	struct identity other;

	save("same", "1");
	save("written", "1");
	save("replaced", "1");
	save("removed", "1");
	depend("same");
	depend("written");
	depend("replaced");
	depend("removed");
	depend("appeared");
	depend("missing");
	save("written", "22");
	save_by_rename("replaced", "1");
	cr_assert(zero(int, unlink("removed")));
	save("appeared", "1");
	/* The watches are set already, but their events are not what this is about. */
	drop_hints();
	expect_changes(4, "arrival");
	cr_expect(eq(u32, told("changed", "written", "written"), 1));
	cr_expect(eq(u32, told("changed", "replaced", "replaced"), 1));
	cr_expect(eq(u32, told("changed", "removed", "removed"), 1));
	cr_expect(eq(u32, told("changed", "appeared", "appeared"), 1));
	expect_no_change("each is a change once");
	/* Each part of the identity counts, in both directions. */
	for (int part = 0; part < 8; part++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "part-%d", part);
		save(name, "1");
		use = use_of(name, DEPENDENCY_READ);
		other = *use.identity;
		other.device += part == 0 ? 1 : part == 4 ? -1ull : 0;
		other.inode += part == 1 ? 1 : part == 5 ? -1ull : 0;
		other.size += part == 2 ? 1 : part == 6 ? -1ull : 0;
		other.mtime_ns += part == 3 ? 1 : part == 7 ? -1 : 0;
		use.identity = &other;
		generations_depend(generations, in_scratch(name), use);
		expect_changes(1, name);
	}
}

/* The first use says which version counts. */
Test(generations, first_use_counts)
{
	save("file", "1");
	depend("file");
	save("file", "22");
	depend("file");
	drop_hints();
	expect_changes(1, "read before and after");
}

/* What was only looked at becomes a dependency later: the older version counts. */
Test(generations, seen_before)
{
	save("same", "1");
	save("other", "1");
	save("only-seen", "1");
	generations_see(generations, in_scratch("same"), use_of("same", DEPENDENCY_STAT));
	generations_see(generations, in_scratch("other"), use_of("other", DEPENDENCY_STAT));
	generations_see(generations, in_scratch("only-seen"), use_of("only-seen", DEPENDENCY_STAT));
	save("other", "22");
	save("only-seen", "22");
	depend("same");
	depend("other");
	expect_changes(1, "seen");
	cr_expect(eq(u32, told("changed", "other", NULL), 1));
	cr_expect(eq(u32, told("watching", "same", "read"), 1));
	cr_expect(zero(u32, told("watching", "only-seen", NULL)));
}

/* Announced for update, looked at, changed, and only then read: the version that was looked at. */
Test(generations, seen_after_announced)
{
	save("file", "1");
	generations_update(generations, in_scratch("file"), 1);
	generations_see(generations, in_scratch("file"), use_of("file", DEPENDENCY_STAT));
	save_by_rename("file", "22");
	depend("file");
	expect_changes(1, "looked at, changed, read");
}

/* A cache has hidden the last change: what was used is an older version than is there. */
Test(generations, outdated)
{
	save("source", "1");
	save("written", "1");
	depend("source");
	expect_no_change("as it is");
	generations_outdate(generations, in_scratch("source"), use_of("source", DEPENDENCY_CACHE));
	expect_changes(1, "outdated");
	expect_no_change("once");
	generations_write(generations, in_scratch("written"));
	generations_outdate(generations, in_scratch("written"),
			    use_of("written", DEPENDENCY_CACHE));
	expect_no_change("the command's own");
	generations_begin(generations, true);
	generations_outdate(generations, in_scratch("source"), use_of("source", DEPENDENCY_CACHE));
	expect_changes(1, "at its first use");
}

/* The command could not be executed: its mode alone is worth another try. */
Test(generations, depends_on_mode)
{
	save("command", "1");
	save("file", "1");
	depend("file");
	generations_depend_on_mode(generations, in_scratch("command"),
				   use_of("command", DEPENDENCY_EXECUTED));
	expect_no_change("as it is");
	cr_assert(zero(int, chmod("file", 0755)));
	expect_no_change("of any other file");
	cr_assert(zero(int, chmod("command", 0755)));
	expect_changes(1, "its mode");
	cr_expect(eq(u32, told("changed", "command", "touched"), 1));
	cr_expect(not(generations_unfinished(generations)));
}

/* A new generation finds everything as it is now, and knows of nothing else. */
Test(generations, begins_empty)
{
	save("old", "1");
	save("both", "1");
	depend("old");
	depend("both");
	expect_no_change("first");
	save("old", "22");
	save("both", "22");
	expect_changes(2, "first");
	generations_begin(generations, true);
	cr_assert(zero(sz, generations_count(generations)));
	depend("both");
	expect_no_change("second");
	save("old", "333");
	expect_no_change("used by the first alone");
	save("both", "333");
	expect_changes(1, "second");
	cr_assert(eq(u32, told("changed", "both", NULL), 2));
}

static bool is_named(const char *where, void *context)
{
	return strcmp(where, in_scratch(context)) == 0;
}

static void concatenate(const char *where, void *context)
{
	strcat(strcat(context, strrchr(where, '/')), " ");
}

Test(generations, each_changed)
{
	char all[256] = "";

	save("a", "1");
	save("b", "1");
	save("c", "1");
	depend("a");
	depend("b");
	depend("c");
	generations_set_watched(generations, is_named, "d");
	save("a", "22");
	save("c", "22");
	save("d", "1");
	expect_changes(3, "a, c, d");
	generations_each_changed(generations, concatenate, all);
	cr_assert(eq(str, all, "/a /c /d "));
	generations_begin(generations, true);
	all[0] = '\0';
	generations_each_changed(generations, concatenate, all);
	cr_assert(eq(str, all, ""));
}

/* The user hears of the first change of each generation; with -v of all. */
Test(generations, first_change_is_told)
{
	struct capture capture;

	save("a", "1");
	save("b", "1");
	message_set_verbosity(0);
	for (int generation = 0; generation < 2; generation++) {
		depend("a");
		depend("b");
		capture = capture_begin(STDERR_FILENO);
		save("a", generation == 0 ? "22" : "333");
		(void)judge();
		save("b", generation == 0 ? "22" : "333");
		(void)judge();
		cr_expect(eq(str, capture_end(&capture), "autoreload-run: a changed, restarting\n"),
			  "%d", generation);
		generations_begin(generations, true);
	}
}

/* The watches that only the generation before last needed are given back. */
Test(generations, watches_are_given_back)
{
	make_folder("a");
	make_folder("b");
	make_folder("c");
	save("a/file", "");
	save("b/file", "");
	save("c/file", "");
	depend("a/file");
	generations_begin(generations, true);
	depend("b/file");
	cr_expect(eq(sz, watches_count(watches), 2));
	generations_begin(generations, true);
	depend("c/file");
	cr_expect(eq(sz, watches_count(watches), 3));
	generations_begin(generations, true);
	cr_expect(eq(sz, watches_count(watches), 3), "not before the start");
	generations_tidy(generations);
	cr_expect(eq(sz, watches_count(watches), 2), "those of the last two");
	save("b/file", "1");
	save("c/file", "1");
	generations_fail(generations);
	expect_changes(1, "c is what to fall back on");
	cr_expect(eq(u32, told("changed", "c/file", NULL), 1));
}
