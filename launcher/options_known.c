/* SPDX-License-Identifier: MIT */
/* Which options there are, and for what. */
#include "launcher/options_known.h"

#include <stddef.h>

const struct option options_known[] = {
    {"watch", required_argument, NULL, 'w'},
    {"ignore", required_argument, NULL, 'i'},
    {"ext", required_argument, NULL, 'e'},
    {"all", no_argument, NULL, OPTION_ALL},
    {"poll", optional_argument, NULL, OPTION_POLL},
    {"content", no_argument, NULL, OPTION_CONTENT},
    {"settle", required_argument, NULL, OPTION_SETTLE},
    {"stop-signal", required_argument, NULL, OPTION_STOP_SIGNAL},
    {"stop-timeout", required_argument, NULL, OPTION_STOP_TIMEOUT},
    {"on-exit", required_argument, NULL, OPTION_ON_EXIT},
    {"restart-code", required_argument, NULL, OPTION_RESTART_CODE},
    {"keep-running", no_argument, NULL, OPTION_KEEP_RUNNING},
    {"postpone", no_argument, NULL, 'p'},
    {"clear", no_argument, NULL, 'c'},
    {"events", required_argument, NULL, OPTION_EVENTS},
    {"trace", no_argument, NULL, OPTION_TRACE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"output", required_argument, NULL, 'o'},
    {"depfile-target", required_argument, NULL, OPTION_DEPFILE_TARGET},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"missing", no_argument, NULL, OPTION_MISSING},
    {"why", required_argument, NULL, OPTION_WHY},
    {"relative", no_argument, NULL, OPTION_RELATIVE},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

const char *options_long_name(int option)
{
	for (const struct option *known = options_known; known->name != NULL; known++) {
		if (known->val == option) {
			return known->name;
		}
	}
	return NULL;
}

enum option_mode options_mode(int option)
{
	switch (option) {
	case 'w':
	case 'p':
	case 'c':
	case OPTION_POLL:
	case OPTION_CONTENT:
	case OPTION_SETTLE:
	case OPTION_ON_EXIT:
	case OPTION_RESTART_CODE:
		return OPTION_OF_RELOAD;
	case 'o':
	case OPTION_FORMAT:
	case OPTION_DEPFILE_TARGET:
	case OPTION_ONLY:
	case OPTION_RELATIVE:
		return OPTION_OF_TRACE;
	case OPTION_TRACE:
	case OPTION_MISSING:
	case OPTION_WHY:
		return OPTION_ASKS_TRACE;
	default:
		return OPTION_OF_BOTH;
	}
}
