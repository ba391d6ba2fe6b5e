/* SPDX-License-Identifier: MIT */
/* The launcher's signals; see signals.h. */
#include "launcher/signals.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIBC_FIRST 32 /* up to SIGRTMIN */

/* Faults of ours, and limits; those that stop; those of the terminal's that would stop us, too. */
static const int left_alone[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS,
				 SIGILL,  SIGFPE,  SIGABRT, SIGTRAP, SIGSYS,  SIGXCPU};

static bool is_left_alone(int number)
{
	for (size_t i = 0; i < sizeof(left_alone) / sizeof(*left_alone); i++) {
		if (left_alone[i] == number) {
			return true;
		}
	}
	return number >= LIBC_FIRST && number < SIGRTMIN; /* the libc's own (signal(7)) */
}

/* Never read: a reader of ours that has gone, or a file that must not grow, is an error of
 * write(2), not our end. */
static bool is_of_writing(int number)
{
	return number == SIGPIPE || number == SIGXFSZ;
}

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* As the kernel has it: the libc's sigaction(2) does not speak of its own signals. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

void signals_note(struct signals *signals)
{
	for (int i = 0; i < 2; i++) {
		struct kernel_action action = {.handler = SIG_DFL};

		signals->libc_was_ignored[i] =
		    syscall(SYS_rt_sigaction, LIBC_FIRST + i, NULL, &action, sizeof(long)) == 0 &&
		    action.handler == SIG_IGN;
	}
}

int signals_open(struct signals *signals)
{
	sigset_t read_set;
	sigset_t blocked;

	sigemptyset(&read_set);
	signals->child_was_ignored = is_ignored(SIGCHLD);
	if (signals->child_was_ignored) {
		(void)signal(SIGCHLD, SIG_DFL);
	}
	for (int number = 1; number <= SIGRTMAX; number++) {
		if (!is_left_alone(number) && !is_of_writing(number) && !is_ignored(number)) {
			sigaddset(&read_set, number);
		}
	}
	blocked = read_set;
	sigaddset(&blocked, SIGPIPE);
	sigaddset(&blocked, SIGXFSZ);
	if (sigprocmask(SIG_BLOCK, &blocked, &signals->inherited_mask) != 0) {
		return -1;
	}
	signals->fd = signalfd(-1, &read_set, SFD_NONBLOCK | SFD_CLOEXEC);
	return signals->fd < 0 ? -1 : 0;
}

void signals_close(struct signals *signals)
{
	if (signals->fd >= 0) {
		close(signals->fd);
	}
}

void signals_restore(const struct signals *signals)
{
	static const struct kernel_action ignore = {.handler = SIG_IGN};

	if (signals->child_was_ignored) {
		(void)signal(SIGCHLD, SIG_IGN);
	}
	for (int i = 0; i < 2; i++) {
		if (signals->libc_was_ignored[i]) {
			(void)syscall(SYS_rt_sigaction, LIBC_FIRST + i, &ignore, NULL,
				      sizeof(long));
		}
	}
	sigprocmask(SIG_SETMASK, &signals->inherited_mask, NULL);
}

bool signals_next(const struct signals *signals, struct signal_taken *taken)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
		return false;
	}
	taken->number = (int)info.ssi_signo;
	taken->from_kernel = info.ssi_code == SI_KERNEL;
	return true;
}
