/* SPDX-License-Identifier: MIT */
/* launcher/judgement: files that the command has open for writing, and may or may not write. */
#include "launcher/generations.h"

#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/unit/world.h"

static int to_child[2], from_child[2];
static pid_t child;

/* Opens each file for update, then writes to it when told; ends when nobody tells any more. */
static _Noreturn void hold_open(const char *const names[], size_t count)
{
	char which;
	int fds[8];

	(void)close(to_child[1]);
	for (size_t i = 0; i < count; i++) {
		fds[i] = open(names[i], O_RDWR | O_CLOEXEC);
	}
	do {
		if (write(from_child[1], "", 1) != 1 || read(to_child[0], &which, 1) != 1) {
			break;
		}
	} while (write(fds[(int)which], "22", 2) == 2);
	_exit(0);
}

static void start_child(const char *const names[], size_t count)
{
	char ready;

	cr_assert(zero(int, prctl(PR_SET_CHILD_SUBREAPER, 1)));
	cr_assert(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		hold_open(names, count);
	}
	cr_assert(child > 0 && read(from_child[0], &ready, 1) == 1);
}

/* The child has written to that file, and still has it open. */
static void let_child_write(char which)
{
	char ready;

	cr_assert(write(to_child[1], &which, 1) == 1 && read(from_child[0], &ready, 1) == 1);
}

static void enter(void)
{
	world_enter();
	child = -1;
}

static void leave(void)
{
	if (child > 0) {
		(void)close(to_child[1]);
		cr_assert(eq(int, waitpid(child, NULL, 0), child));
	}
	world_leave();
}

TestSuite(judgement_writers, .init = enter, .fini = leave, .timeout = 60);

static unsigned changes_at(const char *name)
{
	struct verdict verdict = {0};
	struct hint hint = {.kind = HINT_ENTRY, .mask = IN_CLOSE_WRITE};

	strcpy(hint.path, in_scratch(name));
	generations_judge(generations, &hint, &verdict);
	return verdict.changed;
}

/* Announced, opened for update, and then read: as for a lock, or by sqlite. */
Test(judgement_writers, opened_for_update)
{
	save("file", "1");
	generations_update(generations, in_scratch("file"), 1);
	depend("file");
	expect_no_change("opened for update is not changed");
	cr_expect(eq(u32, told("watching", "file", "read"), 1));
	cr_expect(zero(u32, told("changed", NULL, NULL)));
	save_by_rename("file", "22");
	expect_changes(1, "by somebody else: another file");
}

/* From the moment that it changes in the command's hands it is an output. */
Test(judgement_writers, written_by_who_holds_it)
{
	static const char *const names[] = {"file", "pinned", "not-announced"};

	for (size_t i = 0; i < 3; i++) {
		save(names[i], "1");
		depend(names[i]);
	}
	generations_pin(generations, in_scratch("pinned"), use_of("pinned", DEPENDENCY_WATCH));
	generations_update(generations, in_scratch("file"), 1);
	generations_update(generations, in_scratch("pinned"), 1);
	expect_no_change("arrival");
	start_child(names, 3);
	for (char which = 0; which < 3; which++) {
		let_child_write(which);
	}
	cr_expect(zero(u32, changes_at("file")), "an output");
	cr_expect(eq(u32, told("output", "file", NULL), 1));
	cr_expect(eq(u32, changes_at("pinned"), 1), "named by the user");
	cr_expect(eq(u32, changes_at("not-announced"), 1), "never opened for update, as we know");
	save("file", "333");
	expect_no_change("an output from then on");
}

/*
 * Changed in place, it is an output whoever holds it: the command may have closed it again. What
 * is replaced is somebody else's.
 */
Test(judgement_writers, closed_again)
{
	save("file", "1");
	save("replaced", "1");
	depend("file");
	depend("replaced");
	generations_update(generations, in_scratch("file"), 1);
	generations_update(generations, in_scratch("replaced"), 1);
	expect_no_change("arrival");
	save("file", "22");
	save_by_rename("replaced", "22");
	expect_changes(1, "replaced");
	cr_expect(eq(u32, told("changed", "replaced", "replaced"), 1));
	cr_expect(eq(u32, told("output", "file", NULL), 1));
	save("file", "333");
	expect_no_change("an output from then on");
}
