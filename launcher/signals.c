/* SPDX-License-Identifier: MIT */
/* The launcher's signals; see signals.h. */
#include "launcher/signals.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Those that mean something to us. SIGTSTP is not among them: Ctrl-Z stops us like the command. */
static const int read_signals[] = {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1};

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
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
	for (size_t i = 0; i < sizeof(read_signals) / sizeof(*read_signals); i++) {
		if (!is_ignored(read_signals[i])) {
			sigaddset(&read_set, read_signals[i]);
		}
	}
	blocked = read_set;
	/* Never read: a reader of ours that has gone is an error of write(2), not our end. */
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &signals->inherited_mask) != 0) {
		return -1;
	}
	signals->fd = signalfd(-1, &read_set, SFD_NONBLOCK | SFD_CLOEXEC);
	return signals->fd < 0 ? -1 : 0;
}

void signals_close(struct signals *signals)
{
	close(signals->fd);
}

void signals_restore(const struct signals *signals)
{
	if (signals->child_was_ignored) {
		(void)signal(SIGCHLD, SIG_IGN);
	}
	sigprocmask(SIG_SETMASK, &signals->inherited_mask, NULL);
}

int signals_next(const struct signals *signals, bool *from_terminal)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
		return 0;
	}
	*from_terminal = info.ssi_code == SI_KERNEL;
	return (int)info.ssi_signo;
}
