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

#define ROOM_MS	   100 /* how long a message may wait until it is left out */
#define USUAL_SIZE 2048
#define END_SIZE   3 /* "\r\n" */

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

/*
 * A terminal that is stopped (Ctrl-S), or a pipe that nobody empties, must not stop us. Nobody
 * could be told that nobody can be told.
 */
static void write_line(const char *line, size_t length)
{
	struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t written = 0;
	int ready;

	do {
		ready = poll(&room, 1, left_out ? 0 : ROOM_MS);
	} while (ready < 0 && errno == EINTR);
	left_out = ready <= 0;
	while (!left_out && length > 0 && written >= 0) {
		written = write(STDERR_FILENO, line, length);
		if (written < 0 && errno == EINTR) {
			written = 0;
		}
		line += written > 0 ? written : 0;
		length -= written > 0 ? (size_t)written : 0;
	}
}

/* "autoreload-run: ", as far as it fits. Returns its length. */
static size_t begin_line(char *line, size_t size, enum message_level level)
{
	const char *on = "";
	const char *off = "";

	if (is_coloured()) {
		on = level == MESSAGE_ERROR ? "\033[31m" : "\033[36m";
		off = "\033[0m";
	}
	return (size_t)snprintf(line, size, "%sautoreload-run:%s ", on, off);
}

void message(enum message_level level, const char *format, ...)
{
	int saved_errno = errno;
	char usual[USUAL_SIZE];
	char *longer = NULL;
	char *line;
	size_t begun, needed, length;
	va_list list;
	va_list again;

	if (!message_wanted(level)) {
		return;
	}
	begun = begin_line(usual, sizeof(usual), level);
	va_start(list, format);
	va_copy(again, list);
	errno = saved_errno; /* for %m */
	needed = begun +
		 (size_t)vsnprintf(usual + begun, sizeof(usual) - begun - END_SIZE, format, list);
	if (needed + END_SIZE >= sizeof(usual)) { /* without memory it is cut, not left out */
		longer = malloc(needed + END_SIZE + 1);
	}
	if (longer != NULL) {
		memcpy(longer, usual, begun);
		errno = saved_errno;
		(void)vsnprintf(longer + begun, needed - begun + 1, format, again);
	}
	va_end(again);
	va_end(list);
	line = longer != NULL ? longer : usual;
	length = strlen(line);
	memcpy(line + length, is_raw() ? "\r\n" : "\n\0", END_SIZE);
	write_line(line, strlen(line));
	free(longer);
	errno = saved_errno;
}
