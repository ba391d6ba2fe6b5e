/* SPDX-License-Identifier: MIT */
/* The controlling terminal; see terminal.h. */
#include "launcher/terminal.h"

#include <fcntl.h>
#include <unistd.h>

void terminal_open(struct terminal *terminal)
{
	terminal->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	terminal->saved = terminal->fd >= 0 && tcgetattr(terminal->fd, &terminal->settings) == 0;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->fd >= 0) {
		close(terminal->fd);
	}
}

void terminal_restore(const struct terminal *terminal)
{
	if (terminal->saved && tcgetpgrp(terminal->fd) == getpgrp()) {
		(void)tcsetattr(terminal->fd, TCSADRAIN, &terminal->settings);
	}
}

bool terminal_is_canonical(const struct terminal *terminal)
{
	struct termios now;

	return terminal->fd < 0 || tcgetattr(terminal->fd, &now) != 0 ||
	       (now.c_lflag & ICANON) != 0;
}
