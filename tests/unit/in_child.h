/* SPDX-License-Identifier: MIT */
/* Checks in a process of their own, which may change what it is. */
#ifndef TESTS_UNIT_IN_CHILD_H
#define TESTS_UNIT_IN_CHILD_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FINE = 0,
	NOT_PERMITTED = 77, /* to set the check up, here */
};

/* The check's result. It must not use Criterion. */
static inline int in_child(int (*check)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(check());
	}
	cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
