/* SPDX-License-Identifier: MIT */
/*
 * Real descendants: each tells its pid through a pipe when it is ready, and then waits until it is
 * killed, or until the test ends and the other end of a second pipe is closed.
 */
#ifndef TESTS_UNIT_FAMILY_H
#define TESTS_UNIT_FAMILY_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_pipe[2]; /* pids come here */
static int alive_pipe[2]; /* all descendants hold the second end of it */
static pid_t test_pid;

/* This process becomes what the launcher is: nobody can leave its tree. */
static inline void family_enter(void)
{
	cr_assert(zero(int, prctl(PR_SET_CHILD_SUBREAPER, 1)));
	cr_assert(pipe2(ready_pipe, O_CLOEXEC) == 0 && pipe2(alive_pipe, O_CLOEXEC) == 0);
	test_pid = getpid();
}

/* For a descendant: says that it is ready. */
static inline void tell_ready(void)
{
	pid_t pid = getpid();

	if (write(ready_pipe[1], &pid, sizeof(pid)) != (ssize_t)sizeof(pid)) {
		_exit(1);
	}
}

/* For a descendant: waits to be killed. */
static inline _Noreturn void wait_for_ever(void)
{
	tell_ready();
	for (;;) {
		(void)pause();
	}
}

/* For the test: the next that is ready. */
static inline pid_t await_ready(void)
{
	struct pollfd ready = {.fd = ready_pipe[0], .events = POLLIN};
	pid_t pid = 0;

	cr_assert(eq(int, poll(&ready, 1, 10000), 1), "nobody is ready");
	cr_assert(eq(i64, read(ready_pipe[0], &pid, sizeof(pid)), (ssize_t)sizeof(pid)));
	return pid;
}

/* A child that runs this, and is ready. */
static inline pid_t start(void (*run)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		run();
		_exit(0);
	}
	cr_assert(pid > 0);
	return pid;
}

/* For a descendant: a child of its own. */
static inline void beget(void (*run)(void))
{
	if (fork() == 0) {
		run();
		_exit(0);
	}
}

/* Waits for every child, the adopted too; how many there were, and how many died of that signal. */
static inline unsigned reap_all(int number, unsigned *died)
{
	unsigned count = 0;
	int status;

	*died = 0;
	while (waitpid(-1, &status, 0) > 0) {
		count++;
		*died += WIFSIGNALED(status) && WTERMSIG(status) == number;
	}
	cr_assert(eq(int, errno, ECHILD));
	return count;
}

/* Nobody is left who holds our pipe. */
static inline void expect_nobody(void)
{
	struct pollfd alive = {.fd = alive_pipe[0], .events = POLLIN};

	(void)close(alive_pipe[1]);
	alive_pipe[1] = -1;
	cr_expect(eq(int, poll(&alive, 1, 10000), 1), "somebody is left");
	cr_expect(eq(int, alive.revents &POLLHUP, POLLHUP));
}

#endif
