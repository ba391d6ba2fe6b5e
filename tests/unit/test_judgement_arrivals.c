/* SPDX-License-Identifier: MIT */
/* launcher/judgement: what arrives in another version than we see. */
#include "launcher/generations.h"

#include <sys/inotify.h>

#include "tests/unit/world.h"

TestSuite(judgement_arrivals, .init = world_enter, .fini = world_leave, .timeout = 60);

/* As for a command whose inodes are others than ours: another root, a mount of its own. */
static void depend_on_another(const char *name)
{
	struct use use = use_of(name, DEPENDENCY_READ);
	struct identity other = *use.identity;

	other.inode++;
	use.identity = &other;
	generations_depend(generations, in_scratch(name), use);
}

/* The loop's order: what arrives, what was heard, and then what is to be told. */
static struct verdict arrive(const char *name)
{
	struct verdict verdict;

	depend_on_another(name);
	verdict = judge();
	generations_tell_unsteady(generations);
	return verdict;
}

/* In two generations running: taken for what the command has. */
static void have_adopted(void)
{
	save("file", "1");
	cr_assert(eq(u32, arrive("file").changed, 1));
	generations_begin(generations, false);
	cr_assert(zero(u32, arrive("file").changed));
}

Test(judgement_arrivals, told_once)
{
	save("file", "1");
	save("other", "1");
	cr_expect(eq(u32, arrive("file").changed, 1), "it may have been an edit");
	cr_expect(zero(u32, told("unsteady", NULL, NULL)));
	for (int i = 0; i < 4; i++) {
		generations_begin(generations, i % 2 == 0);
		cr_expect(zero(u32, arrive("file").changed), "%d", i);
		cr_expect(eq(u32, told("unsteady", "file", NULL), 1), "%d", i);
		cr_expect(eq(u32, told("unsteady", NULL, NULL), 1), "%d", i);
	}
	cr_expect(eq(u32, arrive("other").changed, 1), "each path by itself");
	generations_begin(generations, false);
	cr_expect(zero(u32, arrive("other").changed));
	cr_expect(eq(u32, told("unsteady", "other", NULL), 1));
	cr_expect(eq(u32, told("changed", NULL, NULL), 2));
}

/* Two edits, each just before its arrival, with a generation between them that was steady. */
Test(judgement_arrivals, not_running)
{
	save("file", "1");
	cr_expect(eq(u32, arrive("file").changed, 1));
	generations_begin(generations, true);
	depend("file");
	expect_no_change("steady");
	generations_begin(generations, true);
	cr_expect(eq(u32, arrive("file").changed, 1));
	cr_expect(zero(u32, told("unsteady", NULL, NULL)));
}

/* Any event counts from now on, though nothing that we know differs. */
Test(judgement_arrivals, event_counts)
{
	int fd;

	have_adopted();
	cr_assert(zero(int, chmod("file", 0600)));
	expect_no_change("its mode");
	fd = open("file", O_WRONLY | O_CLOEXEC);
	cr_assert(fd >= 0 && close(fd) == 0);
	expect_changes(1, "opened for writing, and closed");
	cr_expect(eq(u32, told("changed", "file", "written"), 1));
}

Test(judgement_arrivals, edits_count)
{
	have_adopted();
	save("file", "22");
	expect_changes(1, "saved");
	generations_begin(generations, true);
	cr_expect(zero(u32, arrive("file").changed));
	save_by_rename("file", "333");
	expect_changes(1, "renamed");
	generations_begin(generations, true);
	cr_expect(zero(u32, arrive("file").changed));
	touch("file");
	expect_changes(1, "touched");
}

Test(judgement_arrivals, removal_counts)
{
	have_adopted();
	cr_assert(zero(int, unlink("file")));
	expect_changes(1, "removed");
	cr_expect(eq(u32, told("changed", "file", "removed"), 1));
	cr_expect(generations_unfinished(generations));
}

/* It is there for the command and not for us: that it is away is no event. */
Test(judgement_arrivals, not_there_for_us)
{
	struct identity identity = {1, 2, 3, 4, 5};
	struct use use = {.reason = DEPENDENCY_READ, .identity = &identity};

	for (int i = 0; i < 3; i++) {
		generations_begin(generations, false);
		generations_depend(generations, in_scratch("file"), use);
		cr_expect(eq(u32, judge().changed, i == 0), "%d", i);
		generations_tell_unsteady(generations);
	}
	cr_expect(eq(u32, told("unsteady", "file", NULL), 1));
	save("file", "1");
	cr_assert(zero(int, unlink("file")));
	expect_changes(1, "made, and removed again");
	generations_begin(generations, false);
	generations_depend(generations, in_scratch("file"), use);
	expect_no_change("arrival");
	save("file", "1");
	expect_changes(1, "appeared");
}

/* Twice in a row just before its arrival: the event is in the queue still. */
Test(judgement_arrivals, edited_in_both)
{
	for (int i = 0; i < 3; i++) {
		save("file", "1");
		generations_begin(generations, true);
		depend("file");
		save("file", i % 2 == 0 ? "22" : "333");
		cr_expect(eq(u32, judge_until(1).changed, 1), "%d", i);
		generations_tell_unsteady(generations);
	}
	cr_expect(zero(u32, told("unsteady", NULL, NULL)));
}

/* Two processes have read two versions: one of them has the older one. */
Test(judgement_arrivals, two_versions)
{
	struct identity versions[2];
	struct use use = {.reason = DEPENDENCY_READ, .pid = 1};

	save("file", "1");
	cr_assert(identity_of_path(in_scratch("file"), &versions[0]));
	save("file", "22");
	cr_assert(identity_of_path(in_scratch("file"), &versions[1]));
	for (int first = 0; first < 2; first++) {
		generations_begin(generations, true);
		generations_begin(generations, true); /* ends each row */
		drop_hints();
		for (int i = 0; i < 2; i++) {
			use.identity = &versions[i ^ first];
			generations_depend(generations, in_scratch("file"), use);
		}
		cr_expect(eq(u32, judge().changed, 1), "%d", first);
	}
	/* Known when the other one comes. */
	generations_begin(generations, true);
	generations_begin(generations, true);
	depend("file");
	expect_no_change("the same");
	depend("file");
	expect_no_change("the same again");
	use.identity = &versions[0];
	generations_depend(generations, in_scratch("file"), use);
	cr_expect(eq(u32, judge().changed, 1), "the older one, later");
	/* Not there for the one, and there for the other. */
	generations_begin(generations, true);
	generations_begin(generations, true);
	depend("file");
	use.identity = NULL;
	use.reason = DEPENDENCY_MISSING;
	generations_depend(generations, in_scratch("file"), use);
	cr_expect(eq(u32, judge().changed, 1), "missing, and there");
}

/* What the command writes itself may well have two versions. */
Test(judgement_arrivals, two_versions_of_an_output)
{
	save("file", "1");
	depend("file");
	expect_no_change("arrival");
	generations_write(generations, in_scratch("file"));
	save("file", "22");
	depend("file");
	expect_no_change("its own");
	cr_expect(zero(u32, told("changed", NULL, NULL)));
}

/* A cache that hides the change, and comes back whatever we do: longer, but not for ever. */
Test(judgement_arrivals, outdated)
{
	save("file", "1");
	for (int i = 0; i < 8; i++) {
		generations_begin(generations, false);
		generations_outdate(generations, in_scratch("file"),
				    use_of("file", DEPENDENCY_CACHE));
		cr_expect(eq(u32, judge().changed, i < 5), "%d", i);
		generations_tell_unsteady(generations);
	}
	cr_expect(eq(u32, told("unsteady", "file", NULL), 1));
}
