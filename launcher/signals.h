/* SPDX-License-Identifier: MIT */
/*
 * The launcher's signals: read from a descriptor (signalfd(2)) instead of being delivered; and what
 * the command is to find them as: as we found them.
 */
#ifndef LAUNCHER_SIGNALS_H
#define LAUNCHER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
	int fd;
	sigset_t inherited_mask;
	bool child_was_ignored; /* SIGCHLD: to wait for children, we cannot leave it so */
};

/*
 * Blocks what we read; what we inherited as ignored (nohup, "&" in a script) stays so and is not
 * read. 0 or -1 with errno. To be called before anything is started.
 */
int signals_open(struct signals *signals);
void signals_close(struct signals *signals);

/* In a forked child, before its exec: everything as it was. Async-signal-safe. */
void signals_restore(const struct signals *signals);

/*
 * The next signal that has come, or 0. *from_terminal: a key did it, so the command has got it,
 * too. Never blocks.
 */
int signals_next(const struct signals *signals, bool *from_terminal);

#endif
