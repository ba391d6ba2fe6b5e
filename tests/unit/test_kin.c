/* SPDX-License-Identifier: MIT */
/* launcher/kin: who is whose child, and under which number. */
#include "launcher/kin.h"

#include <sched.h>
#include <string.h>

#include "tests/unit/family.h"
#include "tests/unit/in_child.h"

TestSuite(kin, .init = family_enter, .timeout = 60);

Test(kin, set)
{
	struct kin kin = {0};

	for (pid_t pid = 1; pid <= 1000; pid++) {
		kin_add(&kin, pid);
		kin_add(&kin, pid);
	}
	cr_assert(eq(sz, kin.count, 1000));
	cr_assert(kin_contains(&kin, 1000));
	kin_remove(&kin, 500);
	kin_remove(&kin, 5000);
	cr_assert(eq(sz, kin.count, 999));
	cr_assert(not(kin_contains(&kin, 500)));
	cr_assert(eq(int, kin.pids[499], 501), "the order stays");
	kin_free(&kin);
	cr_assert(zero(sz, kin.count));
}

Test(kin, ourselves)
{
	cr_assert(eq(int, kin_self(), getpid()));
	cr_assert(eq(int, kin_parent(getpid()), getppid()));
	cr_assert(eq(int, kin_own(4711), 4711));
	cr_assert(eq(int, kin_listed(4711), 4711));
	cr_assert(eq(int, kin_parent(0x7fffffff), -1));
}

static void with_children(void)
{
	beget(wait_for_ever);
	beget(wait_for_ever);
	wait_for_ever();
}

Test(kin, descendants)
{
	struct kin kin = {0};
	pid_t pid = start(with_children);
	unsigned died;

	for (int i = 0; i < 3; i++) {
		(void)await_ready();
	}
	cr_assert(kin_add_own_children(&kin));
	cr_assert(eq(sz, kin.count, 1));
	cr_assert(eq(int, kin.pids[0], pid));
	kin_add_descendants(&kin);
	cr_assert(eq(sz, kin.count, 3));
	cr_expect(eq(int, kin_parent(kin.pids[1]), pid));
	for (size_t i = 0; i < kin.count; i++) {
		(void)kill(kin.pids[i], SIGKILL);
	}
	kin_free(&kin);
	(void)reap_all(SIGKILL, &died);
}

Test(kin, paths)
{
	char path[64];

	kin_path(path, sizeof(path), getpid(), "fd");
	cr_assert(eq(str, path, "/proc/self/fd"));
	kin_path(path, sizeof(path), 4711, "fd");
	cr_assert(eq(str, path, "/proc/4711/fd"));
	kin_path(path, sizeof(path), 4711, "");
	cr_assert(eq(str, path, "/proc/4711/"));
}

/* The first process of a new pid namespace, with the old one's /proc. */
static int check_foreign(void)
{
	struct kin kin = {0};
	char path[64];
	pid_t child = fork();
	pid_t listed;

	if (child == 0) {
		for (;;) {
			(void)pause();
		}
	}
	if (getpid() != 1 || child != 2) {
		return 1;
	}
	if (kin_self() == 1 || !kin_add_own_children(&kin) || kin.count != 1) {
		return 2;
	}
	listed = kin.pids[0];
	kin_path(path, sizeof(path), child, "fd");
	if (kin_own(listed) != child || kin_listed(child) != listed ||
	    kin_parent(listed) != kin_self()) {
		return 3;
	}
	if (kin_own(getppid() + 1) > 0 && kin_own(1) != -1) {
		return 4; /* who is outside has no number here */
	}
	return strcmp(path, "/proc/0/fd") == 0 ? FINE : 5;
}

static int check_in_namespace(void)
{
	return unshare(CLONE_NEWPID) != 0 ? NOT_PERMITTED : in_child(check_foreign);
}

Test(kin, foreign_proc)
{
	int status = in_child(check_in_namespace);

	cr_assert(status == FINE || (status == NOT_PERMITTED && geteuid() != 0), "%d", status);
}
