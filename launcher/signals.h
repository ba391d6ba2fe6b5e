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
	bool child_was_ignored;	  /* SIGCHLD: to wait for children, we cannot leave it so */
	bool libc_was_ignored[2]; /* the two that the libc keeps for its threads (nptl(7)) */
};

/*
 * To be called before there are threads: for them the libc takes its two signals, which who was
 * started by posix_spawn(3), as by make, finds ignored.
 */
void signals_note(struct signals *signals);

/* One that has come. */
struct signal_taken {
	int number;
	bool from_kernel; /* a key or a terminal did it: the command has got it, too */
};

/*
 * Blocks what we read: all but those that tell of our own faults, that cannot be blocked, and that
 * stop (Ctrl-Z stops us like the command). What we inherited as ignored (nohup, "&" in a script)
 * stays so and is not read. 0 or -1 with errno. To be called before anything is started.
 */
int signals_open(struct signals *signals);
void signals_close(struct signals *signals);

/* In a forked child, before its exec: everything as it was. Async-signal-safe. */
void signals_restore(const struct signals *signals);

/* The next one; false if there is none. Never blocks. */
bool signals_next(const struct signals *signals, struct signal_taken *taken);

#endif
