/* SPDX-License-Identifier: MIT */
/* The controlling terminal; see terminal.h. */
#include "launcher/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/company.h"

/*
 * To be sent whatever the program has done: each of these (xterm's control sequences) changes
 * nothing where it is so already. 1049 brings the cursor back to where it was when the alternate
 * screen was entered, which may be long ago: so it is entered once more, which saves it, unless we
 * are there.
 */
static const char tidy[] = "\033[?1049h\033[?1049l"			  /* the normal screen */
			   "\033[?1000l\033[?1002l\033[?1003l\033[?1006l" /* the mouse */
			   "\033[?1004l"				  /* the focus */
			   "\033[?2004l"				  /* pastes */
			   "\033[?1l\033>"				  /* cursor keys, keypad */
			   "\033[0m"					  /* colours */
			   "\033[?25h";					  /* the cursor */

/* Not if the terminal has been stopped (Ctrl-S). */
static bool send(int fd, const char *sequence)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return poll(&room, 1, 0) > 0 && write(fd, sequence, strlen(sequence)) > 0;
}

static bool is_controlling(int fd)
{
	return isatty(fd) && tcgetsid(fd) == getsid(0);
}

static bool is_plain(const struct termios *settings)
{
	return (settings->c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

void terminal_open(struct terminal *terminal)
{
	const char *type = getenv("TERM");

	terminal->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	/* What is plain is the user's; anything else, another's who is using the terminal now. */
	terminal->saved = terminal->fd >= 0 && tcgetattr(terminal->fd, &terminal->settings) == 0 &&
			  is_plain(&terminal->settings);
	terminal->has_modes = type != NULL && type[0] != '\0' && strcmp(type, "dumb") != 0;
	terminal->is_stdin = terminal->fd >= 0 && is_controlling(STDIN_FILENO);
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->fd >= 0) {
		close(terminal->fd);
	}
}

static bool in_foreground(const struct terminal *terminal)
{
	return terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp();
}

void terminal_begin(struct terminal *terminal)
{
	terminal->foreground = in_foreground(terminal);
}

void terminal_continue(struct terminal *terminal)
{
	struct termios now;

	if (in_foreground(terminal) && tcgetattr(terminal->fd, &now) == 0 && is_plain(&now)) {
		terminal->settings = now;
		terminal->saved = true;
	}
}

/* From the background this would stop us, but for the blocked signal (tcsetpgrp(3)). */
static void take_foreground(const struct terminal *terminal)
{
	sigset_t stop;
	sigset_t before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	(void)tcsetpgrp(terminal->fd, getpgrp());
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void reclaim(const struct terminal *terminal)
{
	pid_t owner = terminal->foreground ? tcgetpgrp(terminal->fd) : -1;

	if (owner > 0 && owner != getpgrp() && kill(-owner, 0) != 0 && errno == ESRCH) {
		take_foreground(terminal);
	}
}

void terminal_restore(const struct terminal *terminal, bool dirty, const struct kin *ours)
{
	if (terminal->fd < 0) {
		return;
	}
	reclaim(terminal);
	if (!in_foreground(terminal) || company_reads_terminal(ours)) {
		return;
	}
	if (terminal->saved) {
		/* Now: to wait until it has shown all may be for ever (Ctrl-S). */
		(void)tcsetattr(terminal->fd, TCSANOW, &terminal->settings);
	}
	if (dirty && terminal->has_modes) {
		(void)send(terminal->fd, tidy);
	}
}

bool terminal_is_canonical(const struct terminal *terminal)
{
	struct termios now;

	return terminal->fd < 0 || tcgetattr(terminal->fd, &now) != 0 ||
	       (now.c_lflag & ICANON) != 0;
}

bool terminal_clear(const struct terminal *terminal, bool history)
{
	if (!isatty(STDOUT_FILENO) || !terminal->has_modes ||
	    (is_controlling(STDOUT_FILENO) && !in_foreground(terminal))) {
		return false;
	}
	return send(STDOUT_FILENO, history ? "\033[H\033[2J\033[3J" : "\033[H\033[2J");
}

bool terminal_is_ours_to_read(const struct terminal *terminal)
{
	return terminal->is_stdin && in_foreground(terminal) && terminal_is_canonical(terminal);
}

void terminal_forget_typed(const struct terminal *terminal)
{
	(void)tcflush(terminal->fd, TCIFLUSH);
}

bool terminal_take_line(const struct terminal *terminal)
{
	char typed[256];
	bool line = false;
	ssize_t size;

	while ((size = read(terminal->fd, typed, sizeof(typed))) > 0) {
		line = line || memchr(typed, '\n', (size_t)size) != NULL;
	}
	return line;
}
