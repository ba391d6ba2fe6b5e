/* SPDX-License-Identifier: MIT */
/* launcher/tree: all descendants, wherever they are, and none that is not one. */
#include "launcher/tree.h"

#include <pthread.h>

#include "tests/unit/family.h"

static struct tree tree;
static pid_t refused;

/* Whatever a test leaves, even one that fails. */
static void leave(void)
{
	(void)tree_kill(&tree, false, &refused);
	while (waitpid(-1, NULL, 0) > 0) {
	}
}

TestSuite(tree, .init = family_enter, .fini = leave, .timeout = 60);

/* The tree is made of these. */
static void expect_tree(const pid_t *pids, size_t count)
{
	/* Signal 0 is sent to nobody, and counted all the same (kill(2)). */
	cr_expect(eq(int, tree_signal(&tree, 0, 0), (int)count));
	for (size_t i = 0; i < count; i++) {
		cr_expect(zero(int, kill(pids[i], 0)), "%zu of %zu", i, count);
	}
}

static void beget_two(void)
{
	beget(wait_for_ever);
	beget(wait_for_ever);
	wait_for_ever();
}

static void beget_generations(void)
{
	beget(beget_two);
	wait_for_ever();
}

Test(tree, found)
{
	pid_t pids[5] = {0};

	expect_tree(pids, 0);
	(void)start(beget_generations);
	(void)start(wait_for_ever);
	for (size_t i = 0; i < 5; i++) {
		pids[i] = await_ready();
	}
	expect_tree(pids, 5);
}

static void leave_an_orphan(void)
{
	beget(beget_two);
}

static void become_a_daemon(void)
{
	(void)setsid();
	beget(wait_for_ever);
}

/* Orphans and daemons, in sessions of their own, become our children. */
Test(tree, orphans_and_daemons)
{
	pid_t pids[4];

	cr_assert(eq(int, waitpid(start(leave_an_orphan), NULL, 0) > 0, 1));
	cr_assert(eq(int, waitpid(start(become_a_daemon), NULL, 0) > 0, 1));
	for (size_t i = 0; i < 4; i++) {
		pids[i] = await_ready();
	}
	expect_tree(pids, 4);
}

static void *beget_in_thread(void *context)
{
	beget(wait_for_ever);
	return context;
}

static void beget_by_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, beget_in_thread, NULL) != 0 ||
	    pthread_detach(thread) != 0) {
		_exit(1);
	}
	(void)prctl(PR_SET_NAME, ") R 1 (\n");
	wait_for_ever();
}

/* The kernel lists children by thread (proc(5)); a name may hold what separates other fields. */
Test(tree, children_of_threads)
{
	pid_t pids[2];

	(void)start(beget_by_thread);
	pids[0] = await_ready();
	pids[1] = await_ready();
	expect_tree(pids, 2);
	cr_assert(eq(int, tree_signal(&tree, SIGTERM, 0), 2));
	cr_assert(eq(int, waitpid(-1, NULL, 0) > 0, 1));
}

static void take_term(int number)
{
	(void)number;
	tell_ready();
}

static void count_terms(void)
{
	struct sigaction action = {.sa_handler = take_term};

	(void)sigaction(SIGTERM, &action, NULL);
	wait_for_ever();
}

static void count_terms_twice(void)
{
	beget(count_terms);
	count_terms();
}

/* Each once but the exception, whose children are none. */
Test(tree, signal)
{
	pid_t main_pid = start(count_terms_twice);
	pid_t pids[3], got[2];

	(void)start(count_terms);
	for (size_t i = 0; i < 3; i++) {
		pids[i] = await_ready();
	}
	cr_assert(eq(int, tree_signal(&tree, SIGTERM, main_pid), 3));
	for (size_t i = 0; i < 2; i++) {
		got[i] = await_ready();
		cr_expect(ne(int, got[i], main_pid));
	}
	cr_expect(ne(int, got[0], got[1]));
	/* Nobody is excepted: and by now the first would have told, had it got one. */
	cr_assert(eq(int, tree_signal(&tree, SIGTERM, 0), 3));
	for (size_t i = 0; i < 3; i++) {
		pids[i] = await_ready();
	}
	cr_expect(
	    eq(int, (pids[0] == main_pid) + (pids[1] == main_pid) + (pids[2] == main_pid), 1));
}

static void stop_itself(void)
{
	tell_ready();
	(void)raise(SIGSTOP);
	wait_for_ever();
}

/* Stopped, by Ctrl-Z say, it would never see the signal. */
Test(tree, stopped)
{
	pid_t pid = start(stop_itself);
	int status;

	cr_assert(eq(int, await_ready(), pid));
	cr_assert(eq(int, waitpid(pid, &status, WUNTRACED), pid));
	cr_assert(eq(int, WIFSTOPPED(status), 1));
	cr_assert(eq(int, tree_signal(&tree, SIGTERM, 0), 1));
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(int, WIFSIGNALED(status), 1));
	cr_assert(eq(int, WTERMSIG(status), SIGTERM));
}

static void ignore_all(void)
{
	for (int number = 1; number < NSIG; number++) {
		(void)signal(number, number == SIGCHLD ? SIG_DFL : SIG_IGN);
	}
	(void)setsid();
	beget(stop_itself);
	beget(wait_for_ever);
	wait_for_ever();
}

/* Ignoring signals, stopped, in sessions of their own, orphaned: none is left. */
Test(tree, kill)
{
	unsigned died, killed = 0;

	for (int i = 0; i < 5; i++) {
		(void)start(ignore_all);
		cr_assert(gt(int, waitpid(start(become_a_daemon), NULL, 0), 0));
	}
	for (int i = 0; i < 20; i++) {
		(void)await_ready();
	}
	killed = (unsigned)tree_kill(&tree, false, &refused);
	cr_expect(eq(u32, killed, 20));
	cr_expect(eq(u32, reap_all(SIGKILL, &died), 20));
	cr_expect(eq(u32, died, 20));
	expect_nobody();
	cr_expect(zero(int, tree_kill(&tree, false, &refused)));
	cr_expect(zero(int, tree_signal(&tree, SIGTERM, 0)));
}

static void multiply(void)
{
	tell_ready();
	for (int i = 0; i < 500; i++) {
		if (fork() == 0) {
			for (;;) {
				(void)pause();
			}
		}
	}
	wait_for_ever();
}

/* One that forks while it is being killed: what was forked meanwhile dies by a further call. */
Test(tree, kill_while_it_forks)
{
	int status = 0;
	pid_t pid = 0;

	for (int i = 0; i < 3; i++) {
		(void)start(multiply);
		(void)await_ready();
	}
	while (pid >= 0) {
		(void)tree_kill(&tree, false, &refused);
		do {
			pid = waitpid(-1, &status, WNOHANG);
			cr_assert(pid <= 0 || WIFSIGNALED(status));
		} while (pid > 0);
	}
	cr_assert(eq(int, errno, ECHILD));
	expect_nobody();
}

/* A pid that is none of ours is not touched: a parent, a child of somebody else. */
Test(tree, strangers)
{
	int status;
	pid_t stranger = start(wait_for_ever), child;

	(void)await_ready();
	/* Seen from a process beside it, it is no descendant. */
	child = fork();
	if (child == 0) {
		_exit(tree_signal(&tree, SIGKILL, 0) == 0 && tree_kill(&tree, false, &refused) == 0
			  ? 0
			  : 1);
	}
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	cr_assert(zero(int, status));
	cr_assert(zero(int, waitpid(stranger, NULL, WNOHANG)));
}
