/* SPDX-License-Identifier: MIT */
/* Lines to the user, on stderr. */
#include "launcher/message.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ROOM_MS 100 /* how long a message may wait until it is left out */

static int current_verbosity;
static bool left_out; /* the last one: then the next does not wait, either */

void message_set_verbosity(int verbosity)
{
	current_verbosity = verbosity;
}

int message_wanted(enum message_level level)
{
	return (int)level <= current_verbosity + 1;
}

/* A program that draws the screen itself has switched off that a new line begins on the left. */
static bool is_raw(void)
{
	struct termios settings;

	return tcgetattr(STDERR_FILENO, &settings) == 0 && (settings.c_oflag & OPOST) == 0;
}

/* no-color.org has it that a value that is not empty forbids it. */
static bool is_coloured(void)
{
	const char *forbidden = getenv("NO_COLOR");
	const char *type = getenv("TERM");

	return (forbidden == NULL || forbidden[0] == '\0') && type != NULL && type[0] != '\0' &&
	       strcmp(type, "dumb") != 0 && isatty(STDERR_FILENO);
}

void message(enum message_level level, const char *format, ...)
{
	int saved_errno = errno;
	char *line = NULL;
	char *sentence = NULL;
	const char *on = "";
	const char *off = "";
	va_list list;

	if (!message_wanted(level)) {
		return;
	}
	va_start(list, format);
	if (vasprintf(&sentence, format, list) < 0) {
		sentence = NULL;
	}
	va_end(list);
	if (is_coloured()) {
		on = level == MESSAGE_ERROR ? "\033[31m" : "\033[36m";
		off = "\033[0m";
	}
	if (sentence != NULL && asprintf(&line, "%sautoreload-run:%s %s%s\n", on, off, sentence,
					 is_raw() ? "\r" : "") > 0) {
		/* Nobody could be told that nobody can be told. */
		struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
		ssize_t written = -1;

		/* A terminal that is stopped (Ctrl-S), or a pipe that nobody empties, must not stop
		 * us. */
		left_out = poll(&room, 1, left_out ? 0 : ROOM_MS) <= 0;
		if (!left_out) {
			written = write(STDERR_FILENO, line, strlen(line));
		}
		(void)written;
		free(line);
	}
	free(sentence);
	errno = saved_errno;
}
