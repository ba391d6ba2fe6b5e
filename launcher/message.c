/* SPDX-License-Identifier: MIT */
/* Lines to the user, on stderr. */
#include "launcher/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int current_verbosity;

void message_set_verbosity(int verbosity)
{
	current_verbosity = verbosity;
}

int message_wanted(enum message_level level)
{
	return (int)level <= current_verbosity + 1;
}

void message(enum message_level level, const char *format, ...)
{
	int saved_errno = errno;
	char *line = NULL;
	char *sentence = NULL;
	va_list list;

	if (!message_wanted(level)) {
		return;
	}
	va_start(list, format);
	if (vasprintf(&sentence, format, list) < 0) {
		sentence = NULL;
	}
	va_end(list);
	if (sentence != NULL && asprintf(&line, "autoreload-run: %s\n", sentence) > 0) {
		/* Nobody could be told that nobody can be told. */
		ssize_t written = write(STDERR_FILENO, line, strlen(line));

		(void)written;
		free(line);
	}
	free(sentence);
	errno = saved_errno;
}
