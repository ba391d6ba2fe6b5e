/* SPDX-License-Identifier: MIT */
/* launcher/watchlist: what is named with --watch. */
#include "launcher/watchlist.h"

#include "tests/unit/world.h"

static struct watchlist *watchlist;
static struct policy policy;

static void enter(void)
{
	world_enter();
	policy = (struct policy){.roots = {.paths = {directory}, .count = 1}};
	watchlist = NULL;
}

static void leave(void)
{
	patterns_free(policy.ignored);
	watchlist_free(watchlist);
	world_leave();
}

TestSuite(watchlist, .init = enter, .fini = leave, .timeout = 60);

/* The next generation, as the loop begins it. */
static void begin(void)
{
	(void)judge();
	generations_begin(generations, true);
	watchlist_begin(watchlist);
	expect_no_change("everything is as it is");
}

static void watch(const char *const paths[], size_t count)
{
	watchlist = watchlist_new(paths, count, directory, &policy, generations);
	cr_assert(watchlist != NULL);
	generations_set_watched(generations, watchlist_covers, watchlist);
	begin();
}

#define WATCH(...)                                                                                 \
	watch((const char *const[]){__VA_ARGS__},                                                  \
	      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void make_folders(const char *folders)
{
	char command[256];

	(void)snprintf(command, sizeof(command), "mkdir -p %s", folders);
	cr_assert(zero(int, system(command)));
}

static void expect_saved(const char *name, unsigned changes)
{
	static int length = 1;
	char text[128];

	/* Another length each time: the clock of the file system may be a coarse one. */
	(void)snprintf(text, sizeof(text), "%0*d", ++length, 0);
	save(name, text);
	if (changes > 0) {
		expect_changes(changes, name);
	} else {
		expect_no_change(name);
	}
}

Test(watchlist, file)
{
	make_folders("sub");
	save("relative", "1");
	save("sub/other", "1");
	save("unnamed", "1");
	WATCH("relative", in_scratch("sub/other"), "./sub/../absent");
	cr_expect(eq(u32, told("watching", "relative", "watch"), 1));
	cr_expect(eq(u32, told("watching", "sub/other", "watch"), 1));
	expect_saved("relative", 1);
	expect_saved("sub/other", 1);
	expect_saved("absent", 1);
	expect_saved("unnamed", 0);
	/* In the next generation it is there, and may go. */
	begin();
	cr_assert(zero(int, unlink("absent")));
	expect_changes(1, "gone");
}

/* Who names a file means just that: though the command writes it, though --ignore covers it. */
Test(watchlist, file_is_pinned)
{
	policy.ignored = patterns_new();
	cr_assert(zero(int, patterns_add(policy.ignored, "*.log")));
	save("x.log", "1");
	WATCH("x.log");
	generations_write(generations, in_scratch("x.log"));
	expect_saved("x.log", 1);
}

Test(watchlist, folder)
{
	make_folders("app/sub/deep app/.git/objects app/sub/.cache other");
	save("app/file", "1");
	save("app/.env", "1");
	save("app/sub/deep/file", "1");
	save("app/.git/index", "1");
	WATCH("app");
	cr_expect(zero(u32, told("watching", "app/.git/index", NULL)));
	cr_expect(eq(sz, watches_count(watches), 3), "app, app/sub and app/sub/deep");
	expect_saved("app/file", 1);
	expect_saved("app/.env", 1);
	expect_saved("app/sub/deep/file", 1);
	expect_saved("app/new", 1);
	expect_saved("app/sub/new", 1);
	expect_saved("app/.git/index", 0);
	expect_saved("app/sub/.cache/x", 0);
	/* Though the command has read something there. */
	depend("app/sub/.cache/x");
	expect_saved("app/sub/.cache/y", 0);
	expect_saved("other/x", 0);
	expect_saved("application", 0);
	cr_expect(eq(u32, told("changed", "app/new", "appeared"), 1));
	begin();
	cr_assert(zero(int, unlink("app/new")));
	expect_changes(1, "gone");
}

/* However the folder is written. */
Test(watchlist, folder_spellings)
{
	static const char *const spellings[] = {"app/", "./app//", "app/sub/..", "link", "link/"};

	make_folders("app/sub");
	cr_assert(zero(int, symlink("app", "link")));
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		WATCH(spellings[i]);
		expect_saved("app/file", 1);
		watchlist_free(watchlist);
		watchlist = NULL;
	}
	/* Relative to the base, whatever the working directory is. */
	cr_assert(zero(int, chdir("app")));
	WATCH("app");
	expect_saved("file", 1);
	cr_assert(zero(int, chdir("..")));
}

/* A new folder below it, step by step and all at once. */
Test(watchlist, new_folders)
{
	make_folders("app made/sub/deep made/.git");
	save("made/sub/deep/one", "1");
	save("made/two", "1");
	save("made/.git/three", "1");
	save("made/4913", "1");
	WATCH("app");
	make_folder("app/a");
	expect_no_change("an empty folder");
	make_folder("app/a/b");
	expect_no_change("an empty folder");
	expect_saved("app/a/b/file", 1);
	expect_saved("app/a/file", 1);
	make_folder("app/.hidden");
	expect_saved("app/.hidden/file", 0);
	cr_expect(eq(sz, watches_count(watches), 3), "app, app/a and app/a/b");
	cr_assert(zero(int, rename("made", "app/moved")));
	expect_changes(2, "a folder with files in it");
	cr_expect(eq(u32, told("changed", "app/moved/sub/deep/one", "appeared"), 1));
	cr_expect(eq(u32, told("changed", "app/moved/two", "appeared"), 1));
	expect_saved("app/moved/sub/deep/more", 1);
	/* Without a word from us between the two. */
	make_folder("app/quick");
	expect_saved("app/quick/file", 1);
}

/* What the command looked for in vain lies in a folder that is then moved there, with more. */
Test(watchlist, new_folder_that_was_waited_for)
{
	make_folders("app made");
	save("made/other", "1");
	WATCH("app");
	depend("app/lib/wanted");
	expect_no_change("absent");
	cr_assert(zero(int, rename("made", "app/lib")));
	expect_changes(1, "the other file has appeared");
	expect_saved("app/lib/new", 1);
}

/* The folder itself is replaced, by one that has a file in it. */
Test(watchlist, folder_replaced)
{
	make_folders("app made");
	save("made/file", "1");
	WATCH("app");
	cr_assert(zero(int, rmdir("app")));
	cr_assert(zero(int, rename("made", "app")));
	expect_changes(1, "the file has appeared");
}

/* What the command writes there is its own; what editors leave does not exist. */
Test(watchlist, outputs_and_litter)
{
	static const char *const litter[] = {"app/4913",      "app/file~",  "app/.file.swp",
					     "app/.file.swx", "app/#file#", "app/.#file"};

	make_folders("app");
	save("app/written", "1");
	policy.ignored = patterns_new();
	cr_assert(zero(int, patterns_add(policy.ignored, "*.log")));
	WATCH("app");
	generations_write(generations, in_scratch("app/written"));
	generations_write(generations, in_scratch("app/made"));
	expect_saved("app/written", 0);
	expect_saved("app/made", 0);
	expect_saved("app/x.log", 0);
	for (size_t i = 0; i < sizeof(litter) / sizeof(litter[0]); i++) {
		expect_saved(litter[i], 0);
	}
	expect_saved("app/#file", 1);
}

/* It is not there at the start. */
Test(watchlist, folder_later)
{
	make_folders("made/sub");
	save("made/sub/file", "1");
	WATCH("app/lib/");
	make_folder("app");
	expect_no_change("on its way");
	cr_assert(zero(int, rename("made", "app/lib")));
	expect_changes(1, "there it is");
	begin();
	expect_saved("app/lib/sub/file", 1);
	expect_saved("app/lib/new", 1);
}

Test(watchlist, links)
{
	make_folders("one two");
	save("target", "1");
	save("other", "1");
	save("one/file", "1");
	cr_assert(zero(int, symlink("target", "link")));
	cr_assert(zero(int, symlink("target", "one/link")));
	WATCH("link", "one");
	expect_saved("target", 1);
	expect_saved("other", 0);
	/* Within a folder, the link is what lies there. */
	cr_assert(zero(int, symlink("other", "one/next")));
	expect_changes(1, "a new link");
	cr_assert(zero(int, rename("one/next", "one/link")));
	(void)judge();
	begin();
	cr_assert(zero(int, symlink("other", "next")));
	cr_assert(zero(int, rename("next", "link")));
	expect_changes(1, "retargeted");
	begin();
	expect_saved("other", 1);
}

/* current -> release-7, swapped: that is what deployments do. */
Test(watchlist, link_to_a_folder)
{
	make_folders("release-1 release-2");
	save("release-1/file", "1");
	save("release-2/file", "1");
	cr_assert(zero(int, symlink("release-1", "current")));
	WATCH("current");
	expect_saved("release-1/file", 1);
	expect_saved("release-2/file", 0);
	begin();
	cr_assert(zero(int, symlink("release-2", "next")));
	cr_assert(zero(int, rename("next", "current")));
	expect_changes(1, "swapped");
	begin();
	expect_saved("release-2/file", 1);
	expect_saved("release-1/file", 0);
	watchlist_free(NULL);
}
