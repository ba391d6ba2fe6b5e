/* SPDX-License-Identifier: MIT */
/* launcher/watcher: folders that are not there yet, no more, or elsewhere. */
#include "launcher/watcher.h"

#include <sys/inotify.h>

#include "tests/unit/hints.h"
#include "tests/unit/scratch.h"

static struct watcher *watcher;

static void enter(void)
{
	scratch_enter();
	watcher = watcher_open();
	cr_assert(watcher != NULL);
}

static void leave(void)
{
	watcher_close(watcher);
	scratch_leave();
}

/* The limit is for a watcher that never returns. */
TestSuite(watcher_moves, .init = enter, .fini = leave, .timeout = 30);

static void watch(const char *name)
{
	cr_assert(zero(int, watcher_add(watcher, in_scratch(name))), "%s", name);
}

/* The folder is watched: a file saved in it is heard, by its path. */
static void expect_watched(const char *folder)
{
	char file[PATH_MAX];

	(void)snprintf(file, sizeof(file), "%s/mark", folder);
	(void)count_hints(watcher, "");
	save(file, "x");
	await_mask(watcher, in_scratch(file), IN_CLOSE_WRITE);
	cr_assert(zero(int, unlink(file)));
	(void)count_hints(watcher, "");
}

Test(watcher_moves, later_by_one)
{
	watch("a");
	cr_assert(zero(sz, watcher_count(watcher)));
	make_folder("a");
	(void)await(watcher, HINT_BELOW, in_scratch("a"));
	cr_assert(eq(sz, watcher_count(watcher), 1));
	expect_watched("a");
}

/* Step by step, each step heard before the next. */
Test(watcher_moves, later_by_three)
{
	watch("a/b/c");
	make_folder("a");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/x")), 0));
	make_folder("a/b");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/x")), 0));
	make_folder("a/b/c");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/x")), 0));
	cr_assert(eq(sz, watcher_count(watcher), 1));
	expect_watched("a/b/c");
}

/* All at once, with a file in it, before we look: the hint must cover what was there first. */
Test(watcher_moves, later_by_three_at_once)
{
	watch("a/b/c");
	make_folder("a");
	make_folder("a/b");
	make_folder("a/b/c");
	save("a/b/c/file", "");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/file")), 0));
	expect_watched("a/b/c");
}

/* A tree that was made elsewhere, and moved there. */
Test(watcher_moves, later_by_rename)
{
	make_folder("made");
	make_folder("made/b");
	make_folder("made/b/c");
	save("made/b/c/file", "");
	watch("a/b/c");
	watch("a/b");
	cr_assert(zero(int, rename("made", "a")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/file")), 0));
	cr_assert(eq(sz, watcher_count(watcher), 2));
	expect_watched("a/b/c");
	expect_watched("a/b");
}

/* Two wait at the same place for different folders; a third thing appears there. */
Test(watcher_moves, later_for_two)
{
	make_folder("a");
	watch("a/b");
	watch("a/c/d");
	make_folder("a/other");
	make_folder("a/c");
	make_folder("a/c/d");
	make_folder("a/b");
	(void)count_hints(watcher, "");
	cr_assert(eq(sz, watcher_count(watcher), 2));
	expect_watched("a/b");
	expect_watched("a/c/d");
}

/* There is a file where the folder should be. */
Test(watcher_moves, later_in_place_of_a_file)
{
	save("a", "");
	watch("a");
	watch("a/b");
	cr_assert(zero(sz, watcher_count(watcher)));
	cr_assert(zero(int, unlink("a")));
	make_folder("a");
	make_folder("a/b");
	(void)count_hints(watcher, "");
	cr_assert(eq(sz, watcher_count(watcher), 2));
	expect_watched("a");
	expect_watched("a/b");
}

Test(watcher_moves, deleted_and_made_again)
{
	make_folder("a");
	watch("a");
	cr_assert(zero(int, rmdir("a")));
	(void)await(watcher, HINT_BELOW, in_scratch("a"));
	cr_assert(zero(sz, watcher_count(watcher)));
	make_folder("a");
	(void)await(watcher, HINT_BELOW, in_scratch("a"));
	expect_watched("a");
	/* And in one go. */
	cr_assert(zero(int, rmdir("a")));
	make_folder("a");
	save("a/file", "");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/file")), 0));
	expect_watched("a");
}

Test(watcher_moves, whole_branch_deleted_and_made_again)
{
	cr_assert(zero(int, system("mkdir -p a/b/c")));
	watch("a/b/c");
	cr_assert(zero(int, system("rm -r a")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/x")), 0));
	cr_assert(zero(sz, watcher_count(watcher)));
	cr_assert(zero(int, system("mkdir -p a/b/c && touch a/b/c/file")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/c/file")), 0));
	expect_watched("a/b/c");
}

static void make_two_branches(void)
{
	cr_assert(zero(int, system("mkdir -p app/lib/x next/lib/x")));
	save("app/lib/x/file", "old");
	save("next/lib/x/file", "new");
	watch("app/lib/x");
}

/* The folder's grandparent is moved away, and another moved into its place. */
Test(watcher_moves, grandparent_replaced)
{
	make_two_branches();
	cr_assert(zero(int, rename("app", "old")));
	(void)await(watcher, HINT_BELOW, in_scratch("app"));
	cr_assert(zero(sz, watcher_count(watcher)));
	cr_assert(zero(int, rename("next", "app")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("app/lib/x/file")), 0));
	cr_assert(eq(sz, watcher_count(watcher), 1));
	/* Where it once was, nothing is of interest any more. */
	save("old/lib/x/file", "older");
	save("app/lib/x/mark", "");
	cr_expect(zero(u32, count_hints_until(watcher, in_scratch("app/lib/x/file"),
					      in_scratch("app/lib/x/mark"))));
	expect_watched("app/lib/x");
}

Test(watcher_moves, grandparent_replaced_before_we_look)
{
	make_two_branches();
	cr_assert(zero(int, rename("app", "old")));
	cr_assert(zero(int, rename("next", "app")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("app/lib/x/file")), 0));
	cr_assert(eq(sz, watcher_count(watcher), 1));
	expect_watched("app/lib/x");
	save("old/lib/x/file", "older");
	save("app/lib/x/mark", "");
	cr_expect(zero(u32, count_hints_until(watcher, in_scratch("app/lib/x/file"),
					      in_scratch("app/lib/x/mark"))));
}

/* Moved away and back, as a deployment that is undone. */
Test(watcher_moves, moved_away_and_back)
{
	make_two_branches();
	cr_assert(zero(int, rename("app", "old")));
	cr_assert(zero(int, rename("old", "app")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("app/lib/x/file")), 0));
	expect_watched("app/lib/x");
	cr_assert(zero(int, rename("app", "old")));
	(void)count_hints(watcher, "");
	cr_assert(zero(int, rename("old", "app")));
	cr_expect(gt(u32, count_hints(watcher, in_scratch("app/lib/x/file")), 0));
	expect_watched("app/lib/x");
}

/* Watched under its new name before we have heard that it has left the old one. */
Test(watcher_moves, watched_at_both_places)
{
	make_folder("a");
	watch("a");
	cr_assert(zero(int, rename("a", "b")));
	watch("b");
	save("b/file", "");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("b/file")), 0));
	expect_watched("b");
	make_folder("a");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/x")), 0));
	expect_watched("a");
	expect_watched("b");
	cr_assert(eq(sz, watcher_count(watcher), 2));
}

/* What stands above both is watched for the second's sake when it is heard of: the first waits,
 * too. */
Test(watcher_moves, watched_before_it_is_heard_of)
{
	watch("a/b");
	make_folder("a");
	make_folder("a/b");
	watch("a/c");
	cr_expect(gt(u32, count_hints(watcher, in_scratch("a/b/file")), 0));
	expect_watched("a/b");
}

/* Two paths to one folder, as a bind mount makes them: another stands at both. */
Test(watcher_moves, replaced_under_two_paths)
{
	static const char other[] = "/proc/self/cwd/a";

	make_folder("a");
	watch("a");
	cr_assert(zero(int, watcher_add(watcher, other)));
	cr_assert(zero(int, rename("a", "z")));
	make_folder("a");
	cr_expect(gt(u32, count_hints(watcher, other), 0));
	expect_watched("a");
	save("a/file", "");
	await_mask(watcher, "/proc/self/cwd/a/file", IN_CLOSE_WRITE);
	cr_assert(eq(sz, watcher_count(watcher), 2));
}

static bool keeps_all(const char *folder, void *context)
{
	(void)folder;
	(void)context;
	return true;
}

static bool keeps_b(const char *folder, void *context)
{
	(void)context;
	return strcmp(strrchr(folder, '/'), "/b") == 0;
}

/* What is waited for is kept or given up like the rest. */
Test(watcher_moves, pruned_while_waiting)
{
	watch("x/a");
	watch("x/b");
	watcher_prune(watcher, &(struct watcher_keep){keeps_all, keeps_all, NULL});
	watcher_prune(watcher, &(struct watcher_keep){keeps_b, keeps_b, NULL});
	cr_assert(zero(int, system("mkdir -p x/a x/b")));
	(void)count_hints(watcher, "");
	cr_assert(eq(sz, watcher_count(watcher), 1));
	expect_watched("x/b");
	save("x/a/file", "");
	save("x/b/mark", "");
	cr_expect(
	    zero(u32, count_hints_until(watcher, in_scratch("x/a/file"), in_scratch("x/b/mark"))));
}
