/* SPDX-License-Identifier: MIT */
/* The controlling terminal: its settings are the user's, and are given back. */
#ifndef LAUNCHER_TERMINAL_H
#define LAUNCHER_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct terminal {
	int fd; /* -1: we have none */
	bool saved;
	struct termios settings;
};

/* Opens it, and remembers its settings. Having none is no error. */
void terminal_open(struct terminal *terminal);
void terminal_close(struct terminal *terminal);

/*
 * Sets the settings back to what they were, if they are ours to set: from the background it would
 * wreck somebody else's screen (and stop us, tcsetattr(3)).
 */
void terminal_restore(const struct terminal *terminal);

/*
 * Does the terminal take lines, as when Ctrl-C is meant to end what runs? If not, a program has
 * made the keys its own: an editor, a REPL, a debugger.
 */
bool terminal_is_canonical(const struct terminal *terminal);

#endif
