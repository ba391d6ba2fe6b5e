/* SPDX-License-Identifier: MIT */
/* launcher/judgement: files that nobody has asked for by name, but in vain for. */
#include "launcher/generations.h"

#include "tests/unit/world.h"

TestSuite(judgement_awaited, .init = world_enter, .fini = world_leave, .timeout = 60);

/* A folder that the command has listed, and one of its files that it has read. */
static void have_listed(void)
{
	make_folder("app");
	make_folder("app/sub");
	make_folder("other");
	save("app/before", "1");
	save("app/file", "1");
	save("other/file", "1");
	depend("app/file");
	depend("other/file");
	generations_list(generations, in_scratch("app"), use_of("app", DEPENDENCY_LISTED), false);
	expect_no_change("arrival");
}

/* While it runs, a scratch file in the folder of the script must not restart a server. */
Test(judgement_awaited, healthy)
{
	struct verdict verdict;

	have_listed();
	save("app/new", "1");
	verdict = judge();
	cr_assert(zero(u32, verdict.changed));
	cr_assert(verdict.stirred);
}

/* After a failure it may be what was lacking. */
Test(judgement_awaited, failed)
{
	have_listed();
	generations_fail(generations);
	save("app/made", "1");
	expect_changes(1, "made");
	cr_expect(eq(u32, told("changed", "app/made", "appeared"), 1));
	save("moved", "1");
	cr_assert(zero(int, rename("moved", "app/moved")));
	expect_changes(1, "moved to it");
	save("app/made", "22");
	expect_no_change("counted once");
	save("other/new", "1");
	expect_no_change("a folder that was not listed");
	save("app/.dot", "1");
	expect_no_change("a dot file");
	make_folder("app/folder");
	expect_changes(1, "a folder: it may be a package");
	save("app/sub/new", "1");
	expect_no_change("below a folder of it");
	cr_assert(zero(int, unlink("app/moved")));
	expect_no_change("gone again");
}

/* It counts when it is complete, and if it is more than a save of what was there before. */
Test(judgement_awaited, complete)
{
	int fd;

	have_listed();
	save("target", "1");
	generations_fail(generations);
	fd = open("app/made", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	cr_assert(fd >= 0 && write(fd, "1", 1) == 1);
	expect_no_change("made, and not closed");
	cr_assert(zero(int, close(fd)));
	expect_changes(1, "closed");
	/* As sed -i and many editors do: a name for a moment, then that which was there before. */
	save("app/sedXXXX", "1");
	cr_assert(zero(int, rename("app/sedXXXX", "app/file")));
	expect_changes(1, "the file that was read");
	cr_expect(zero(u32, told("changed", "app/sedXXXX", NULL)));
	save("app/before", "22");
	expect_no_change("it was there when the command failed, and is none of its files");
	cr_assert(zero(int, chmod("app/before", 0600)));
	expect_no_change("its mode");
	cr_assert(zero(int, mkfifo("app/fifo", 0600)));
	expect_no_change("no file at all");
	cr_assert(zero(int, link("target", "app/link")));
	expect_changes(1, "a hard link is complete");
	cr_assert(zero(int, symlink("../target", "app/symlink")));
	expect_changes(1, "a link, too");
}

/* Editor litter does not exist for us: the save that it belongs to is what counts. */
Test(judgement_awaited, litter)
{
	static const char *const names[] = {"app/4913", "app/file~", "app/#file#", "app/.file.swp",
					    "app/.#file"};

	have_listed();
	generations_fail(generations);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		save(names[i], "1");
		expect_no_change(names[i]);
	}
}

/* A new generation has listed nothing yet. */
Test(judgement_awaited, begins_anew)
{
	have_listed();
	generations_fail(generations);
	generations_begin(generations, false);
	depend("app/file");
	save("app/new", "1");
	expect_no_change("running");
	generations_list(generations, in_scratch("app"), use_of("app", DEPENDENCY_LISTED), false);
	save("app/other", "1");
	expect_no_change("running, and has listed it");
	generations_begin(generations, false);
	depend("app/file");
	generations_fail(generations);
	save("app/newer", "1");
	expect_no_change("failed, but has not listed it");
}

static bool is_wanted(const char *where, void *context)
{
	return strstr(where, context) != NULL;
}

/* Named with --watch: at any time, whoever made it but the command. */
Test(judgement_awaited, watched)
{
	have_listed();
	generations_set_watched(generations, is_wanted, "/wanted");
	save("app/wanted-1", "1");
	expect_changes(1, "wanted");
	cr_expect(eq(u32, told("changed", "app/wanted-1", "appeared"), 1));
	cr_expect(eq(u32, told("watching", "app/wanted-1", NULL), 1));
	save("app/unwanted", "1");
	expect_no_change("unwanted");
	generations_write(generations, in_scratch("app/wanted-2"));
	save("app/wanted-2", "1");
	expect_no_change("an output");
	save("app/wanted-3", "1");
	expect_changes(1, "another");
	cr_assert(zero(int, unlink("app/wanted-3")));
	expect_no_change("counted once in a burst");
	cr_expect(generations_unfinished(generations));
}

static void report_wanted(void)
{
	generations_write(generations, in_scratch("app/wanted"));
}

/* The command makes it, and its report is still in the pipe. */
Test(judgement_awaited, drained)
{
	have_listed();
	generations_set_watched(generations, is_wanted, "/wanted");
	in_pipe = report_wanted;
	save("app/wanted", "1");
	expect_no_change("the command's own");
	cr_expect(zero(u32, told("changed", NULL, NULL)));
	generations_fail(generations);
	in_pipe = report_wanted;
	save("app/wanted", "22");
	expect_no_change("still the command's own");
}
