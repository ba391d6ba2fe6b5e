/* SPDX-License-Identifier: MIT */
/*
 * The controlling terminal: the command's while it runs, and given back as it was afterwards. From
 * the background nothing is ever written to it or set: it would wreck somebody else's screen (and
 * stop us, tcsetattr(3)).
 */
#ifndef LAUNCHER_TERMINAL_H
#define LAUNCHER_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "launcher/kin.h"

struct terminal {
	int fd; /* -1: we have none */
	bool saved;
	bool has_modes;	 /* it understands escape sequences (TERM) */
	bool is_stdin;	 /* and is where the command reads from */
	bool foreground; /* the generation was begun in the foreground */
	struct termios settings;
};

/* Opens it, and remembers its settings. Having none is no error. */
void terminal_open(struct terminal *terminal);
void terminal_close(struct terminal *terminal);

/* A generation begins. */
void terminal_begin(struct terminal *terminal);

/*
 * We go on after having been stopped (Ctrl-Z, fg): what the user has set meanwhile is what to
 * restore from now on. Not what the command may have set already.
 */
void terminal_continue(struct terminal *terminal);

/*
 * Sets the settings back to what they were, unless another reads the terminal as well (company.h):
 * what is there may be what it has set, and it may be drawing the screen. ours: who is no other. If
 * the foreground belongs to a process group of the command's that is no more (a shell's,
 * tcsetpgrp(3)), it is taken back.
 *
 * dirty: whoever used it may not have tidied up, so the cursor is shown, the alternate screen left
 * (with the cursor where it is, if there was none), and the reporting of the mouse, of the focus
 * and of pastes switched off.
 */
void terminal_restore(const struct terminal *terminal, bool dirty, const struct kin *ours);

/*
 * Does the terminal take lines, as when Ctrl-C is meant to end what runs? If not, a program has
 * made the keys its own: an editor, a REPL, a debugger.
 */
bool terminal_is_canonical(const struct terminal *terminal);

/* Clears stdout, if that is a terminal, and tells. history: what has scrolled away, too. */
bool terminal_clear(const struct terminal *terminal, bool history);

/*
 * While nothing runs: are typed lines for us? They are if stdin is the terminal, we are in the
 * foreground, and it takes lines.
 */
bool terminal_is_ours_to_read(const struct terminal *terminal);

/* Throws away what has been typed up to now: it was meant for the command. */
void terminal_forget_typed(const struct terminal *terminal);

/* Reads what has been typed; true if a line has. Never blocks. */
bool terminal_take_line(const struct terminal *terminal);

#endif
