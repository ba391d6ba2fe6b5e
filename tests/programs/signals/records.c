/* SPDX-License-Identifier: MIT */
/*
 * Writes a line for each signal that it gets, SIGCHLD and SIGCONT apart.
 *
 *   records keeps|ends|waits [PREFIX]
 *
 * keeps: goes on whatever it gets. ends: ends with status 7 after the first one that asks for an
 * end. waits: reads a byte from stdin before it does so, and tells what has come in the meantime.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *prefix = "";

/* In one write: others have the same output. */
static void say(const char *text)
{
	char line[128];
	int length = snprintf(line, sizeof(line), "%s%s\n", prefix, text);

	if (length < 0 || write(STDOUT_FILENO, line, (size_t)length) != length) {
		exit(1);
	}
}

static void say_signal(int number)
{
	char text[32];

	if (number >= SIGRTMIN) {
		(void)snprintf(text, sizeof(text), "RTMIN+%d", number - SIGRTMIN);
		say(text);
	} else {
		const char *name = sigabbrev_np(number);

		say(name != NULL ? name : "?");
	}
}

static int asks_for_an_end(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "keeps";
	sigset_t all;

	if (argc > 2) {
		prefix = argv[2];
	}
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	sigdelset(&all, SIGCONT);
	sigprocmask(SIG_BLOCK, &all, NULL);
	say("ready");
	for (;;) {
		int number = sigwaitinfo(&all, NULL);

		if (number < 0) {
			continue;
		}
		say_signal(number);
		if (strcmp(how, "keeps") == 0 || !asks_for_an_end(number)) {
			continue;
		}
		if (strcmp(how, "waits") == 0) {
			const struct timespec at_once = {0};
			char byte;

			if (read(STDIN_FILENO, &byte, 1) != 1) {
				say("no stdin");
			}
			while ((number = sigtimedwait(&all, NULL, &at_once)) > 0) {
				say_signal(number);
			}
			say("ends");
		}
		return 7;
	}
}
