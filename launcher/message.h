/* SPDX-License-Identifier: MIT */
/* Lines to the user, on stderr: "autoreload-run: " and one sentence. */
#ifndef LAUNCHER_MESSAGE_H
#define LAUNCHER_MESSAGE_H

enum message_level {
	MESSAGE_ANSWER = -1, /* to a question, even with -q */
	MESSAGE_ERROR = 0,   /* even with -q */
	MESSAGE_NORMAL,	     /* what changed, what restarts, how it ended */
	MESSAGE_DETAIL,	     /* -v: decisions and their reasons */
};

/* verbosity: -1 (-q), 0, 1 (-v). Holds for the whole process: who may be heard is one thing. */
void message_set_verbosity(int verbosity);

/* Would it be heard? For those who would have to work for a message. */
int message_wanted(enum message_level level);

/*
 * Prints one line, in one write, so that it does not mix with the program's. Keeps errno, so %m
 * works. Paths must have been made printable.
 */
__attribute__((format(printf, 2, 3))) void message(enum message_level level, const char *format,
						   ...);

#endif
