/* SPDX-License-Identifier: MIT */
/* launcher/watcher: files whose inode is watched, and what is mounted. */
#include "launcher/watcher.h"

#include <errno.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>

#include "tests/unit/hints.h"
#include "tests/unit/in_child.h"
#include "tests/unit/scratch.h"

static struct watcher *watcher;

/* One file under three names, of which the last is written to, in folders that are not watched. */
static void enter(void)
{
	scratch_enter();
	watcher = watcher_open();
	cr_assert(watcher != NULL);
	make_folder("a");
	make_folder("b");
	make_folder("c");
	make_folder("marks");
	save("a/file", "1");
	cr_assert(zero(int, link("a/file", "b/file")));
	cr_assert(zero(int, link("a/file", "c/file")));
	cr_assert(zero(int, watcher_add(watcher, in_scratch("marks"))));
}

static void leave(void)
{
	watcher_close(watcher);
	scratch_leave();
}

TestSuite(watcher_files, .init = enter, .fini = leave, .timeout = 60);

static int add_file(const char *name)
{
	return watcher_add_file(watcher, in_scratch(name));
}

/* What is heard of both names when the third is saved. */
static void expect_heard(unsigned of_a, unsigned of_b, const char *when)
{
	static int number;
	char mark[32];
	unsigned heard[2] = {0, 0};
	struct hint hint;

	(void)snprintf(mark, sizeof(mark), "marks/%d", number++);
	save("c/file", "22");
	cr_assert(zero(int, mkfifo(mark, 0600)));
	while (next_hint(watcher, &hint) && strcmp(hint.path, in_scratch(mark)) != 0) {
		cr_expect(eq(int, (int)hint.kind, HINT_ENTRY), "%s", when);
		cr_expect(eq(u32, hint.mask, IN_CLOSE_WRITE), "%s", when);
		heard[0] += strcmp(hint.path, in_scratch("a/file")) == 0;
		heard[1] += strcmp(hint.path, in_scratch("b/file")) == 0;
	}
	cr_expect(eq(u32, heard[0], of_a), "%s", when);
	cr_expect(eq(u32, heard[1], of_b), "%s", when);
}

static void forget_hints(void)
{
	(void)count_hints(watcher, "");
}

Test(watcher_files, written_under_another_name)
{
	expect_heard(0, 0, "nobody listens");
	cr_expect(eq(int, add_file("a/file"), 1));
	cr_expect(zero(int, add_file("a/file")));
	expect_heard(1, 0, "one name");
	cr_expect(eq(int, add_file("b/file"), 1));
	cr_expect(zero(int, add_file("a/file")));
	cr_expect(zero(int, add_file("b/file")));
	expect_heard(1, 1, "two names");
	cr_expect(eq(sz, watcher_count(watcher), 1), "of folders");
}

Test(watcher_files, attributes)
{
	cr_expect(eq(int, add_file("a/file"), 1));
	cr_assert(zero(int, chmod("c/file", 0600)));
	await_mask(watcher, in_scratch("a/file"), IN_ATTRIB);
}

/* Its folder and the file itself both tell. */
Test(watcher_files, folder_watched_as_well)
{
	cr_assert(zero(int, watcher_add(watcher, in_scratch("a"))));
	cr_expect(eq(int, add_file("a/file"), 1));
	expect_heard(1, 0, "by another name");
	save("a/file", "1");
	cr_assert(zero(int, mkfifo("marks/mark", 0600)));
	cr_expect(
	    eq(u32, count_hints_until(watcher, in_scratch("a/file"), in_scratch("marks/mark")), 2));
}

/* Either of the two may go first. */
Test(watcher_files, dropped)
{
	for (int first = 0; first < 2; first++) {
		cr_expect(eq(int, add_file("a/file"), 1), "%d", first);
		cr_expect(eq(int, add_file("b/file"), 1), "%d", first);
		watcher_drop_file(watcher, in_scratch(first ? "b/file" : "a/file"));
		expect_heard((unsigned)first, !first, "one is left");
		watcher_drop_file(watcher, in_scratch(first ? "a/file" : "b/file"));
		expect_heard(0, 0, "none is left");
		watcher_drop_file(watcher, in_scratch("a/file"));
		forget_hints();
	}
}

/* In the middle of what is said of both: the one that is left may hear it twice. */
Test(watcher_files, dropped_while_it_is_told)
{
	struct hint hint;
	const char *other;

	cr_expect(eq(int, add_file("a/file"), 1));
	cr_expect(eq(int, add_file("b/file"), 1));
	save("c/file", "22");
	cr_assert(next_hint(watcher, &hint));
	other = in_scratch(points_at(&hint, in_scratch("a/file")) ? "b/file" : "a/file");
	watcher_drop_file(watcher, other);
	cr_assert(zero(int, mkfifo("marks/mark", 0600)));
	cr_expect(zero(u32, count_hints_until(watcher, other, in_scratch("marks/mark"))));
	save("c/file", "333");
	await_mask(watcher, hint.path, IN_CLOSE_WRITE);
}

/* Another file at the path: the watch is still on the one that was there. */
Test(watcher_files, replaced)
{
	cr_expect(eq(int, add_file("a/file"), 1));
	cr_expect(eq(int, add_file("b/file"), 1));
	save("marks/new", "1");
	cr_assert(zero(int, link("marks/new", "c/new")));
	cr_assert(zero(int, rename("marks/new", "a/file")));
	cr_expect(eq(int, add_file("a/file"), 1), "another");
	forget_hints();
	expect_heard(0, 1, "the old one");
	save("c/new", "22");
	await_mask(watcher, in_scratch("a/file"), IN_CLOSE_WRITE);
}

/* The last of its names is gone, and with it the kernel's watch. */
Test(watcher_files, deleted)
{
	save("alone", "1");
	cr_expect(eq(int, add_file("alone"), 1));
	cr_assert(zero(int, unlink("alone")));
	await_mask(watcher, in_scratch("alone"), IN_ATTRIB);
	cr_assert(zero(int, mkfifo("marks/mark", 0600)));
	cr_expect(
	    zero(u32, count_hints_until(watcher, in_scratch("alone"), in_scratch("marks/mark"))));
	cr_expect(eq(int, add_file("alone"), -1));
	cr_expect(eq(int, errno, ENOENT));
	save("alone", "1");
	cr_expect(eq(int, add_file("alone"), 1));
	save("alone", "22");
	await_mask(watcher, in_scratch("alone"), IN_CLOSE_WRITE);
}

/* A link is what is watched itself. */
Test(watcher_files, link)
{
	cr_assert(zero(int, symlink("../c/file", "a/link")));
	cr_expect(eq(int, add_file("a/link"), 1));
	save("c/file", "22");
	cr_assert(zero(int, mkfifo("marks/mark", 0600)));
	cr_expect(
	    zero(u32, count_hints_until(watcher, in_scratch("a/link"), in_scratch("marks/mark"))));
}

static bool keep(const char *where, void *context)
{
	return strcmp(where, context) == 0 || strcmp(where, in_scratch("marks")) == 0;
}

Test(watcher_files, pruned)
{
	struct watcher_keep kept = {keep, keep, NULL};
	char wanted[PATH_MAX];

	strcpy(wanted, in_scratch("b/file"));
	kept.context = wanted;
	cr_expect(eq(int, add_file("a/file"), 1));
	cr_expect(eq(int, add_file("b/file"), 1));
	watcher_prune(watcher, &kept);
	expect_heard(0, 1, "one is kept");
	cr_expect(eq(int, add_file("a/file"), 1), "anew");
	expect_heard(1, 1, "both");
	strcpy(wanted, "");
	watcher_prune(watcher, &kept);
	expect_heard(0, 0, "none is kept");
}

/* An occasion to look at everything, even if it is the same. */
Test(watcher_files, remounted_to_the_same)
{
	struct hint hint;

	cr_expect(eq(int, add_file("a/file"), 1));
	watcher_remounted(watcher);
	cr_assert(eq(int, watcher_next(watcher, &hint), 1));
	cr_expect(eq(int, (int)hint.kind, HINT_ALL));
	cr_expect(zero(u32, hint.mask));
	cr_assert(zero(int, watcher_next(watcher, &hint)), "once");
	expect_heard(1, 0, "as before");
	cr_expect(zero(int, add_file("a/file")));
}

static bool is_all_next(void)
{
	struct hint hint;

	watcher_remounted(watcher);
	return watcher_next(watcher, &hint) == 1 && hint.kind == HINT_ALL;
}

/* No Criterion: it is used in a child. */
static bool hears(const char *written, const char *of)
{
	struct hint hint;

	forget_hints();
	save(written, "333");
	while (next_hint(watcher, &hint)) {
		if (hint.kind == HINT_ENTRY && strcmp(hint.path, in_scratch(of)) == 0) {
			return true;
		}
	}
	return false;
}

/* Another folder at the folder's path, another file at the file's. */
static int check_mounted(void)
{
	if (unshare(CLONE_NEWNS | (geteuid() != 0 ? CLONE_NEWUSER : 0)) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		return NOT_PERMITTED;
	}
	if (watcher_add(watcher, in_scratch("a")) != 0 ||
	    watcher_add(watcher, in_scratch("a/later")) != 0 ||
	    watcher_add_file(watcher, in_scratch("b/file")) != 1) {
		return 1;
	}
	save("d/other", "1");
	if (mount("d", "a", NULL, MS_BIND, NULL) != 0 ||
	    mount("d/other", "b/file", NULL, MS_BIND, NULL) != 0) {
		return NOT_PERMITTED;
	}
	if (!is_all_next() || !hears("d/new", "a/new") || !hears("d/other", "b/file")) {
		return 2;
	}
	if (!hears("d/later/new", "a/later/new") || watcher_count(watcher) != 3) {
		return 3;
	}
	if (umount2("a", MNT_DETACH) != 0 || umount2("b/file", MNT_DETACH) != 0) {
		return 4;
	}
	if (!is_all_next() || !hears("a/file", "a/file") || !hears("c/file", "b/file")) {
		return 5;
	}
	/* It was there in the other folder only: waited for. */
	if (watcher_count(watcher) != 2 || mkdir("a/later", 0755) != 0) {
		return 6;
	}
	forget_hints();
	return hears("a/later/new", "a/later/new") ? FINE : 7;
}

Test(watcher_files, mounted)
{
	int status;

	cr_assert(zero(int, system("mkdir -p d/later")));
	status = in_child(check_mounted);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}
