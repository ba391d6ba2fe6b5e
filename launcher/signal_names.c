/* SPDX-License-Identifier: MIT */
/* Signals by name. */
#include "launcher/signal_names.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* A table of our own: sigabbrev_np(3) is newer than many a glibc, and musl has none. */
static const struct named_signal {
	int number;
	const char *name;
} names[] = {
    {SIGHUP, "SIGHUP"},
    {SIGINT, "SIGINT"},
    {SIGQUIT, "SIGQUIT"},
    {SIGILL, "SIGILL"},
    {SIGTRAP, "SIGTRAP"},
    {SIGABRT, "SIGABRT"},
    {SIGBUS, "SIGBUS"},
    {SIGFPE, "SIGFPE"},
    {SIGKILL, "SIGKILL"},
    {SIGUSR1, "SIGUSR1"},
    {SIGSEGV, "SIGSEGV"},
    {SIGUSR2, "SIGUSR2"},
    {SIGPIPE, "SIGPIPE"},
    {SIGALRM, "SIGALRM"},
    {SIGTERM, "SIGTERM"},
    {SIGCHLD, "SIGCHLD"},
    {SIGCONT, "SIGCONT"},
    {SIGSTOP, "SIGSTOP"},
    {SIGTSTP, "SIGTSTP"},
    {SIGTTIN, "SIGTTIN"},
    {SIGTTOU, "SIGTTOU"},
    {SIGURG, "SIGURG"},
    {SIGXCPU, "SIGXCPU"},
    {SIGXFSZ, "SIGXFSZ"},
    {SIGVTALRM, "SIGVTALRM"},
    {SIGPROF, "SIGPROF"},
    {SIGWINCH, "SIGWINCH"},
    {SIGIO, "SIGIO"},
    {SIGPWR, "SIGPWR"},
    {SIGSYS, "SIGSYS"},
#ifdef SIGSTKFLT
    {SIGSTKFLT, "SIGSTKFLT"},
#endif
    /* Second names: found by name, never given. */
    {SIGABRT, "SIGIOT"},
    {SIGCHLD, "SIGCLD"},
    {SIGIO, "SIGPOLL"},
};

static const char *const realtime_names[] = {
    "SIGRTMIN",	   "SIGRTMIN+1",  "SIGRTMIN+2",	 "SIGRTMIN+3",	"SIGRTMIN+4",  "SIGRTMIN+5",
    "SIGRTMIN+6",  "SIGRTMIN+7",  "SIGRTMIN+8",	 "SIGRTMIN+9",	"SIGRTMIN+10", "SIGRTMIN+11",
    "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14", "SIGRTMIN+15", "SIGRTMIN+16", "SIGRTMIN+17",
    "SIGRTMIN+18", "SIGRTMIN+19", "SIGRTMIN+20", "SIGRTMIN+21", "SIGRTMIN+22", "SIGRTMIN+23",
    "SIGRTMIN+24", "SIGRTMIN+25", "SIGRTMIN+26", "SIGRTMIN+27", "SIGRTMIN+28", "SIGRTMIN+29",
    "SIGRTMIN+30",
};

/* A small number without a sign, or -1. */
static int small_number(const char *text)
{
	int number = 0;

	if (*text == '\0') {
		return -1;
	}
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || number > 1000) {
			return -1;
		}
		number = number * 10 + (*text - '0');
	}
	return number;
}

static bool is_signal(int number)
{
	if (number >= SIGRTMIN && number <= SIGRTMAX) {
		return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == number) {
			return true;
		}
	}
	return false;
}

/* text is what follows "SIG". */
static int realtime_number(const char *text)
{
	bool from_top = strncasecmp(text, "RTMAX", 5) == 0;
	int base = from_top ? SIGRTMAX : SIGRTMIN;
	int distance, number;

	if (!from_top && strncasecmp(text, "RTMIN", 5) != 0) {
		return -1;
	}
	text += 5;
	if (*text == '\0') {
		return base;
	}
	if (*text != (from_top ? '-' : '+')) {
		return -1;
	}
	distance = small_number(text + 1);
	if (distance < 0) {
		return -1;
	}
	number = from_top ? base - distance : base + distance;
	return number >= SIGRTMIN && number <= SIGRTMAX ? number : -1;
}

int signal_number(const char *text)
{
	int number;

	if (text == NULL) {
		return -1;
	}
	number = small_number(text);
	if (number >= 0) {
		return is_signal(number) ? number : -1;
	}
	if (strncasecmp(text, "SIG", 3) == 0) {
		text += 3;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(text, names[i].name + 3) == 0) {
			return names[i].number;
		}
	}
	return realtime_number(text);
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == number) {
			return names[i].name;
		}
	}
	if (number >= SIGRTMIN && number <= SIGRTMAX &&
	    (size_t)(number - SIGRTMIN) < sizeof(realtime_names) / sizeof(realtime_names[0])) {
		return realtime_names[number - SIGRTMIN];
	}
	return "an unknown signal";
}
