/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "launcher/options.h"

#include "launcher/duration.h"
#include "launcher/options_known.h"
#include "launcher/options_state.h"
#include "launcher/printable.h"
#include "launcher/signal_names.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* '+': the command's own options are not ours. ':': a missing argument is told apart. */
static const char short_options[] = "+:w:i:e:o:pcqvVh";

static const int64_t default_stop_timeout_ns = INT64_C(5000000000);
static const int64_t default_poll_ns = INT64_C(1000000000);
static const int64_t least_poll_ns = INT64_C(10000000);

static enum options_result misuse_unknown(struct options_complaint complaint, const char *word)
{
	char short_name[] = {'-', (char)optopt, '\0'};
	size_t length = strcspn(word, "=");
	int begin_so = 0;

	if (optopt != 0) {
		/* A known one with an argument that it does not take ("--quiet=1"), or a letter. */
		if (strncmp(word, "--", 2) == 0 && options_long_name(optopt) != NULL) {
			return options_misuse_option(complaint, optopt, " takes no argument");
		}
		return options_misuse(complaint, "unknown option ", short_name, "");
	}
	for (const struct option *known = options_known; known->name != NULL; known++) {
		if (length > 2 && strncmp(known->name, word + 2, length - 2) == 0) {
			begin_so++;
		}
	}
	return options_misuse(complaint, begin_so > 1 ? "ambiguous option " : "unknown option ",
			      word, "");
}

static enum options_result set_duration(struct options_complaint complaint, int option,
					const char *argument, int64_t *nanoseconds)
{
	char before[64];

	if (duration_parse(argument, nanoseconds)) {
		return OPTIONS_RUN;
	}
	(void)snprintf(before, sizeof(before), "--%s: ", options_long_name(option));
	return options_misuse(complaint, before, argument,
			      " is not a duration (write 250ms, 2s, 1.5s or 1m)");
}

static enum options_result set_poll(struct options_complaint complaint, const char *argument,
				    int64_t *nanoseconds)
{
	enum options_result result = set_duration(complaint, OPTION_POLL, argument, nanoseconds);

	if (result == OPTIONS_RUN && *nanoseconds < least_poll_ns) {
		return options_misuse(complaint, "--poll: ", argument,
				      " is too often (10ms at least)");
	}
	return result;
}

/* Anything but separators? */
static enum options_result add_extensions(struct options_complaint complaint, const char *argument,
					  struct options *options)
{
	if (argument[strspn(argument, ",;. *")] == '\0' || strchr(argument, '/') != NULL) {
		return options_misuse(complaint, "--ext: ", argument,
				      " is no list of file name extensions (write py,html)");
	}
	options->extensions[options->extension_count++] = argument;
	return OPTIONS_RUN;
}

static enum options_result set_signal(struct options_complaint complaint, const char *argument,
				      int *number)
{
	int found = signal_number(argument);

	if (found < 0) {
		return options_misuse(complaint, "--stop-signal: ", argument,
				      " is not a signal (write TERM, SIGTERM or 15)");
	}
	*number = found;
	return OPTIONS_RUN;
}

static enum options_result set_on_exit(struct options_complaint complaint, const char *argument,
				       enum supervisor_on_exit *on_exit)
{
	static const char *const words[] = {
	    [ON_EXIT_WAIT] = "wait", [ON_EXIT_STOP] = "stop", [ON_EXIT_RESTART] = "restart"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(argument, words[i]) == 0) {
			*on_exit = (enum supervisor_on_exit)i;
			return OPTIONS_RUN;
		}
	}
	return options_misuse(complaint, "--on-exit: ", argument,
			      " is none of wait, stop and restart");
}

static enum options_result set_restart_code(struct options_complaint complaint,
					    const char *argument, int *status)
{
	char *end;
	long number = strtol(argument, &end, 10);

	if (!isdigit((unsigned char)*argument) || *end != '\0' || number > 255) {
		return options_misuse(complaint, "--restart-code: ", argument,
				      " is no exit status (0 to 255)");
	}
	*status = (int)number;
	return OPTIONS_RUN;
}

/* OPTIONS_RUN: go on. */
static enum options_result apply_argument(struct options *options, int option, const char *argument,
					  struct options_complaint complaint)
{
	if (*argument == '\0') {
		return options_misuse_option(complaint, option,
					     " needs an argument that is not empty");
	}
	switch (option) {
	case 'w':
		options->watch[options->watch_count++] = argument;
		return OPTIONS_RUN;
	case 'i':
		options->ignore[options->ignore_count++] = argument;
		return OPTIONS_RUN;
	case 'e':
		return add_extensions(complaint, argument, options);
	case OPTION_POLL:
		return set_poll(complaint, argument, &options->poll_ns);
	case OPTION_SETTLE:
		return set_duration(complaint, option, argument, &options->supervisor.settle_ns);
	case OPTION_STOP_SIGNAL:
		return set_signal(complaint, argument, &options->stop_signal);
	case OPTION_STOP_TIMEOUT:
		return set_duration(complaint, option, argument,
				    &options->supervisor.stop_timeout_ns);
	case OPTION_ON_EXIT:
		return set_on_exit(complaint, argument, &options->supervisor.on_exit);
	case OPTION_RESTART_CODE:
		return set_restart_code(complaint, argument, &options->supervisor.restart_status);
	case OPTION_EVENTS:
		options->events = argument;
		return OPTIONS_RUN;
	default:
		return options_apply_trace(options, option, argument, complaint);
	}
}

/* The same for one that stands alone. */
static enum options_result apply(struct options *options, int option,
				 struct options_complaint complaint)
{
	switch (option) {
	case OPTION_ALL:
		options->all = true;
		return OPTIONS_RUN;
	case OPTION_POLL:
		options->poll_ns = default_poll_ns;
		return OPTIONS_RUN;
	case OPTION_CONTENT:
		options->by_content = true;
		return OPTIONS_RUN;
	case OPTION_KEEP_RUNNING:
		options->keep_running = true;
		return OPTIONS_RUN;
	case OPTION_TRACE:
		return OPTIONS_RUN;
	case OPTION_MISSING:
		options->trace.wishes.kinds |= 1u << TRACE_MISSING;
		return OPTIONS_RUN;
	case OPTION_RELATIVE:
		options->trace.relative = true;
		return OPTIONS_RUN;
	case 'p':
		options->supervisor.postpone = true;
		return OPTIONS_RUN;
	case 'c':
		options->clear++;
		return OPTIONS_RUN;
	case 'q':
		options->verbosity = -1;
		return OPTIONS_RUN;
	case 'v':
		options->verbosity = 1;
		return OPTIONS_RUN;
	case 'h':
		return OPTIONS_HELP;
	case 'V':
		return OPTIONS_VERSION;
	case ':':
		return options_misuse_option(complaint, optopt, " needs an argument");
	default:
		return OPTIONS_MISUSE;
	}
}

/* False when memory is short. Room for every word of the command line is room enough. */
static bool prepare(struct options *options, size_t words)
{
	*options = (struct options){
	    .watch = calloc(words + 1, sizeof(*options->watch)),
	    .ignore = calloc(words + 1, sizeof(*options->ignore)),
	    .extensions = calloc(words + 1, sizeof(*options->extensions)),
	    .why = calloc(words + 1, sizeof(*options->why)),
	    .targets = calloc(words + 1, sizeof(*options->targets)),
	    .poll_ns = -1,
	    .stop_signal = SIGTERM,
	    .supervisor = {.settle_ns = -1,
			   .stop_timeout_ns = default_stop_timeout_ns,
			   .on_exit = ON_EXIT_WAIT,
			   .restart_status = -1},
	};
	options->trace.wishes.why = options->why;
	options->trace.targets = options->targets;
	return options->watch != NULL && options->ignore != NULL && options->extensions != NULL &&
	       options->why != NULL && options->targets != NULL;
}

enum options_result options_parse(int argc, char **argv, struct options *options, char *message,
				  size_t message_size)
{
	static const char usage[] = "write: autoreload-run [options] <command> [argument...]";
	struct options_complaint complaint = {.text = message, .size = message_size};
	enum options_result result = OPTIONS_RUN;
	struct options_seen seen = {{0}};

	if (!prepare(options, (size_t)argc)) {
		(void)snprintf(message, message_size, "out of memory");
		return OPTIONS_MISUSE;
	}
	opterr = 0;
	optind = 0; /* not 1: also forget a half-read word of an earlier call */
	while (result == OPTIONS_RUN) {
		/* Where the word stood: optind moves on when it has been read to its end. */
		int at = optind > 0 ? optind : 1;
		int option = getopt_long(argc, argv, short_options, options_known, NULL);

		if (option == -1) {
			break;
		}
		if (option == '?') {
			result = misuse_unknown(complaint, argv[at]);
		} else if (optarg != NULL) {
			result = apply_argument(options, option, optarg, complaint);
		} else {
			result = apply(options, option, complaint);
		}
		options_see(&seen, option);
	}
	if (result != OPTIONS_RUN) {
		return result;
	}
	result = options_choose_mode(options, &seen, complaint);
	if (result != OPTIONS_RUN) {
		return result;
	}
	if (optind >= argc) {
		(void)snprintf(message, message_size, "no command given (%s)", usage);
		return OPTIONS_MISUSE;
	}
	if (*argv[optind] == '\0') {
		(void)snprintf(message, message_size, "the command '' is an empty word (%s)",
			       usage);
		return OPTIONS_MISUSE;
	}
	options->command = argv + optind;
	return OPTIONS_RUN;
}

void options_free(struct options *options)
{
	free(options->watch);
	free(options->ignore);
	free(options->extensions);
	free(options->why);
	free(options->targets);
	*options = (struct options){.command = NULL};
}
