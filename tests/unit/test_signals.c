/* SPDX-License-Identifier: MIT */
/* launcher/signals: what is read, what is left alone, and what is given back. */
#include "launcher/signals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/in_child.h"

static const int all_read[] = {SIGCHLD, SIGINT,	   SIGQUIT, SIGTERM,  SIGHUP,
			       SIGUSR1, SIGUSR2,   SIGCONT, SIGWINCH, SIGALRM,
			       SIGPROF, SIGVTALRM, SIGIO,   SIGURG,   SIGPWR};
static const int none_read[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS,
				SIGILL,	 SIGFPE,  SIGABRT, SIGTRAP, SIGSYS,  SIGXCPU};

enum {
	COUNT = sizeof(all_read) / sizeof(all_read[0]),
};

static struct signals signals;

/* The number of the next one, or 0. */
static int next(bool *from_kernel)
{
	struct signal_taken taken = {.number = 0};

	if (!signals_next(&signals, &taken)) {
		return 0;
	}
	*from_kernel = taken.from_kernel;
	return taken.number;
}

/* As a program finds them that was started from a terminal. */
static void enter(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++) {
		(void)signal(number, SIG_DFL);
	}
	sigemptyset(&none);
	cr_assert(zero(int, sigprocmask(SIG_SETMASK, &none, NULL)));
}

TestSuite(signals, .init = enter, .timeout = 60);

Test(signals, read)
{
	bool from_terminal = true;

	cr_assert(zero(int, signals_open(&signals)));
	cr_assert(zero(int, next(&from_terminal)));
	for (size_t i = 0; i < COUNT; i++) {
		from_terminal = true;
		cr_assert(zero(int, kill(getpid(), all_read[i])));
		cr_expect(eq(int, next(&from_terminal), all_read[i]));
		cr_expect(not(from_terminal), "%d", all_read[i]);
		cr_expect(zero(int, next(&from_terminal)));
	}
	/* Several at once; each is pending once. */
	cr_assert(kill(getpid(), SIGTERM) == 0 && kill(getpid(), SIGTERM) == 0);
	cr_assert(zero(int, kill(getpid(), SIGUSR1)));
	cr_expect(eq(int, next(&from_terminal) + next(&from_terminal), SIGTERM + SIGUSR1));
	cr_expect(zero(int, next(&from_terminal)));
	signals_close(&signals);
}

Test(signals, descriptor)
{
	struct pollfd ready = {.events = POLLIN};

	cr_assert(zero(int, signals_open(&signals)));
	ready.fd = signals.fd;
	cr_expect(zero(int, poll(&ready, 1, 0)));
	cr_assert(zero(int, kill(getpid(), SIGHUP)));
	cr_expect(eq(int, poll(&ready, 1, 10000), 1));
	cr_expect(eq(int, fcntl(signals.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC));
	signals_close(&signals);
	cr_expect(eq(int, fcntl(ready.fd, F_GETFD), -1));
}

/* nohup, or "&" in a script: it stays ignored, and is none of our business. */
Test(signals, inherited_as_ignored)
{
	static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGUSR1};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		struct sigaction action;
		sigset_t blocked;
		bool from_terminal;

		enter();
		(void)signal(ignored[i], SIG_IGN);
		cr_assert(zero(int, signals_open(&signals)));
		cr_assert(zero(int, kill(getpid(), ignored[i])));
		cr_expect(zero(int, next(&from_terminal)), "%d", ignored[i]);
		cr_assert(zero(int, sigaction(ignored[i], NULL, &action)));
		cr_expect(action.sa_handler == SIG_IGN, "%d", ignored[i]);
		cr_assert(zero(int, sigprocmask(SIG_BLOCK, NULL, &blocked)));
		cr_expect(zero(int, sigismember(&blocked, ignored[i])), "%d", ignored[i]);
		signals_close(&signals);
	}
}

/* To wait for children we cannot leave SIGCHLD ignored (waitpid(2)); the child finds it so. */
Test(signals, child_was_ignored)
{
	bool from_terminal;
	int status;
	pid_t pid;

	(void)signal(SIGCHLD, SIG_IGN);
	cr_assert(zero(int, signals_open(&signals)));
	cr_assert(signals.child_was_ignored);
	pid = fork();
	if (pid == 0) {
		struct sigaction action;

		signals_restore(&signals);
		(void)sigaction(SIGCHLD, NULL, &action);
		_exit(action.sa_handler == SIG_IGN ? 3 : 4);
	}
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(int, WEXITSTATUS(status), 3));
	cr_assert(eq(int, next(&from_terminal), SIGCHLD));
	signals_close(&signals);
}

/* The libc's two, as a program finds them that was started by posix_spawn(3). */
Test(signals, libc_was_ignored)
{
	static const struct {
		void (*handler)(int);
		unsigned long others[3];
	} ignore = {.handler = SIG_IGN}, plain = {.handler = SIG_DFL};

	for (int number = 32; number < 34; number++) {
		int status;
		pid_t pid;

		for (int i = 32; i < 34; i++) {
			cr_assert(zero(i64, syscall(SYS_rt_sigaction, i,
						    i == number ? &ignore : &plain, NULL, 8)));
		}
		signals_note(&signals);
		cr_assert(eq(int, signals.libc_was_ignored[number - 32], true));
		cr_assert(eq(int, signals.libc_was_ignored[33 - number], false));
		pid = fork();
		if (pid == 0) {
			struct {
				void (*handler)(int);
				unsigned long others[3];
			} action = {.handler = NULL};

			(void)syscall(SYS_rt_sigaction, number, &plain, NULL, 8);
			signals_restore(&signals);
			(void)syscall(SYS_rt_sigaction, number, NULL, &action, 8);
			_exit(action.handler == SIG_IGN ? 3 : 4);
		}
		cr_assert(eq(int, waitpid(pid, &status, 0), pid));
		cr_assert(eq(int, WEXITSTATUS(status), 3));
	}
}

/* Ctrl-Z stops us like the command; a reader that has gone is no reason to die. */
Test(signals, left_alone)
{
	sigset_t blocked;
	bool from_terminal;
	int ends[2];

	cr_assert(zero(int, signals_open(&signals)));
	cr_assert(zero(int, sigprocmask(SIG_BLOCK, NULL, &blocked)));
	for (int number = 1; number < NSIG; number++) {
		bool is_read = number < 32 || number >= SIGRTMIN;

		for (size_t i = 0; i < sizeof(none_read) / sizeof(none_read[0]); i++) {
			is_read &= number != none_read[i];
		}
		cr_expect(eq(int, sigismember(&blocked, number) == 1, is_read), "%d", number);
	}
	cr_assert(pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0);
	cr_assert(eq(i64, write(ends[1], "", 1), -1));
	cr_assert(eq(int, errno, EPIPE));
	cr_assert(zero(int, next(&from_terminal)));
	signals_close(&signals);
}

Test(signals, restored)
{
	sigset_t before, after;

	sigemptyset(&before);
	sigaddset(&before, SIGTERM);
	sigaddset(&before, SIGWINCH);
	cr_assert(zero(int, sigprocmask(SIG_SETMASK, &before, NULL)));
	cr_assert(zero(int, signals_open(&signals)));
	signals_restore(&signals);
	cr_assert(zero(int, sigprocmask(SIG_BLOCK, NULL, &after)));
	for (int number = 1; number < NSIG; number++) {
		cr_expect(eq(int, sigismember(&after, number), sigismember(&before, number)), "%d",
			  number);
	}
	signals_close(&signals);
}

/* A process with a terminal of its own, at which Ctrl-C and Ctrl-\ are pressed. */
static int check_terminal(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct pollfd ready = {.events = POLLIN};
	static const char keys[] = {3, 28};
	static const int numbers[] = {SIGINT, SIGQUIT};
	int other;

	if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0 || setsid() < 0) {
		return NOT_PERMITTED;
	}
	other = open(ptsname(terminal), O_RDWR | O_CLOEXEC);
	if (other < 0 || ioctl(other, TIOCSCTTY, 0) != 0 || signals_open(&signals) != 0) {
		return NOT_PERMITTED;
	}
	ready.fd = signals.fd;
	for (int i = 0; i < 2; i++) {
		bool from_terminal = false;

		if (write(terminal, &keys[i], 1) != 1 || poll(&ready, 1, 10000) != 1) {
			return 1;
		}
		if (next(&from_terminal) != numbers[i] || !from_terminal) {
			return 2;
		}
	}
	return FINE;
}

Test(signals, from_terminal)
{
	int status = in_child(check_terminal);

	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}
