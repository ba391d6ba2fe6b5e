/* SPDX-License-Identifier: MIT */
/* Which options there are, and for what. */
#ifndef LAUNCHER_OPTIONS_KNOWN_H
#define LAUNCHER_OPTIONS_KNOWN_H

#include <getopt.h>

/* Of those without a letter. */
enum {
	OPTION_ALL = 256,
	OPTION_POLL,
	OPTION_CONTENT,
	OPTION_SETTLE,
	OPTION_STOP_SIGNAL,
	OPTION_STOP_TIMEOUT,
	OPTION_ON_EXIT,
	OPTION_RESTART_CODE,
	OPTION_KEEP_RUNNING,
	OPTION_EVENTS,
	OPTION_TRACE,
	OPTION_FORMAT,
	OPTION_DEPFILE_TARGET,
	OPTION_ONLY,
	OPTION_MISSING,
	OPTION_WHY,
	OPTION_RELATIVE,
};

enum option_mode {
	OPTION_OF_BOTH,
	OPTION_OF_RELOAD,  /* means nothing when tracing */
	OPTION_OF_TRACE,   /* means nothing when not */
	OPTION_ASKS_TRACE, /* asks for a trace by itself */
	OPTION_MODES,
};

/* For getopt_long(3). */
extern const struct option options_known[];

/* Without dashes; NULL: there is none. */
const char *options_long_name(int option);

enum option_mode options_mode(int option);

#endif
