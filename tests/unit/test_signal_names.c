/* SPDX-License-Identifier: MIT */
/* launcher/signal_names: words to numbers and back. */
#include "launcher/signal_names.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

Test(signal_names, numbers)
{
	const struct {
		const char *text;
		int number;
	} cases[] = {
	    {"TERM", SIGTERM},
	    {"SIGTERM", SIGTERM},
	    {"sigterm", SIGTERM},
	    {"Term", SIGTERM},
	    {"15", 15},
	    {"1", 1},
	    {"009", 9},
	    {"HUP", SIGHUP},
	    {"usr1", SIGUSR1},
	    {"SIGUSR2", SIGUSR2},
	    {"INT", SIGINT},
	    {"QUIT", SIGQUIT},
	    {"KILL", SIGKILL},
	    {"IOT", SIGABRT},
	    {"CLD", SIGCHLD},
	    {"POLL", SIGIO},
	    {"WINCH", SIGWINCH},
	    {"RTMIN", SIGRTMIN},
	    {"SIGRTMIN+3", SIGRTMIN + 3},
	    {"sigrtmin+0", SIGRTMIN},
	    {"rtmax", SIGRTMAX},
	    {"SIGRTMAX-2", SIGRTMAX - 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, signal_number(cases[i].text), cases[i].number), "%zu: %s", i,
			  cases[i].text);
	}
}

Test(signal_names, refused)
{
	static const char *const cases[] = {
	    NULL,
	    "",
	    "SIG",
	    "0",
	    "-1",
	    "-15",
	    "+15",
	    "32",
	    "33",
	    "65",
	    "1000",
	    "4294967311",
	    "15 ",
	    " 15",
	    "TERM ",
	    "TERMINATE",
	    "SIGSIGTERM",
	    "SIG15",
	    "RTMIN-1",
	    "RTMAX+1",
	    "RTMIN+",
	    "RTMIN+99",
	    "RTMIN+-1",
	    "RTMAX-",
	    "RTMAX-99",
	    "RTMIN3",
	    "SIGRT",
	    "15.0",
	    "0x0f",
	    "RTMIN+9999999999999999999999",
	    "99999999999999999999999",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, signal_number(cases[i]), -1), "%zu: %s", i,
			  cases[i] != NULL ? cases[i] : "(null)");
	}
}

Test(signal_names, names)
{
	cr_assert(eq(str, (char *)signal_name(SIGTERM), "SIGTERM"));
	cr_assert(eq(str, (char *)signal_name(SIGSEGV), "SIGSEGV"));
	cr_assert(eq(str, (char *)signal_name(SIGABRT), "SIGABRT"));
	cr_assert(eq(str, (char *)signal_name(SIGCHLD), "SIGCHLD"));
	cr_assert(eq(str, (char *)signal_name(SIGIO), "SIGIO"));
	cr_assert(eq(str, (char *)signal_name(SIGRTMIN), "SIGRTMIN"));
	cr_assert(eq(str, (char *)signal_name(SIGRTMIN + 3), "SIGRTMIN+3"));
}

Test(signal_names, never_null)
{
	for (int number = -3; number < 300; number++) {
		cr_expect(signal_name(number) != NULL && *signal_name(number) != '\0', "%d",
			  number);
	}
	cr_assert(eq(str, (char *)signal_name(0), "an unknown signal"));
	cr_assert(eq(str, (char *)signal_name(SIGRTMAX + 1), "an unknown signal"));
}

Test(signal_names, every_signal_comes_back)
{
	int known = 0;

	for (int number = 1; number <= SIGRTMAX; number++) {
		char decimal[16];

		(void)snprintf(decimal, sizeof(decimal), "%d", number);
		if (number > 31 && number < SIGRTMIN) {
			cr_expect(eq(int, signal_number(decimal), -1), "%d is the libc's own",
				  number);
			continue;
		}
		cr_expect(eq(int, signal_number(decimal), number), "%d", number);
		cr_expect(eq(int, signal_number(signal_name(number)), number), "%s",
			  signal_name(number));
		cr_expect(eq(int, signal_number(signal_name(number) + 3), number), "%s",
			  signal_name(number) + 3);
		known++;
	}
	cr_assert(eq(int, known, 31 + SIGRTMAX - SIGRTMIN + 1));
}
