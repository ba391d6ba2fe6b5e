/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "launcher/options.h"

#include "launcher/duration.h"
#include "launcher/printable.h"
#include "launcher/signal_names.h"

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
};

/* '+': the command's own options are not ours. ':': a missing argument is told apart. */
static const char short_options[] = "+:w:i:e:pcqvVh";

static const struct option long_options[] = {
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
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const int64_t default_stop_timeout_ns = INT64_C(5000000000);
static const int64_t default_poll_ns = INT64_C(1000000000);
static const int64_t least_poll_ns = INT64_C(10000000);

/* The line that says what is wrong. */
struct complaint {
	char *text;
	size_t size;
};

static enum options_result misuse(struct complaint complaint, const char *before, const char *word,
				  const char *after)
{
	/* The words are the user's, or a script's: they must not drive the terminal. */
	char *printable = printable_path(word);

	(void)snprintf(complaint.text, complaint.size, "%s'%s'%s", before,
		       printable != NULL ? printable : "?", after);
	free(printable);
	return OPTIONS_MISUSE;
}

static const char *long_name(int option)
{
	for (const struct option *known = long_options; known->name != NULL; known++) {
		if (known->val == option) {
			return known->name;
		}
	}
	return NULL;
}

/* Says about an option by its full name what cannot be said about a word that was typed. */
static enum options_result misuse_option(struct complaint complaint, int option,
					 const char *problem)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "--%s", long_name(option));
	return misuse(complaint, "option ", name, problem);
}

static enum options_result misuse_unknown(struct complaint complaint, const char *word)
{
	char short_name[] = {'-', (char)optopt, '\0'};
	size_t length = strcspn(word, "=");
	int begin_so = 0;

	if (optopt != 0) {
		/* A known one with an argument that it does not take ("--quiet=1"), or a letter. */
		if (strncmp(word, "--", 2) == 0 && long_name(optopt) != NULL) {
			return misuse_option(complaint, optopt, " takes no argument");
		}
		return misuse(complaint, "unknown option ", short_name, " (--help lists them)");
	}
	for (const struct option *known = long_options; known->name != NULL; known++) {
		if (length > 2 && strncmp(known->name, word + 2, length - 2) == 0) {
			begin_so++;
		}
	}
	return misuse(complaint, begin_so > 1 ? "ambiguous option " : "unknown option ", word,
		      " (--help lists them)");
}

static enum options_result set_duration(struct complaint complaint, int option,
					const char *argument, int64_t *nanoseconds)
{
	char before[64];

	if (duration_parse(argument, nanoseconds)) {
		return OPTIONS_RUN;
	}
	(void)snprintf(before, sizeof(before), "--%s: ", long_name(option));
	return misuse(complaint, before, argument,
		      " is not a duration (write 250ms, 2s, 1.5s or 1m)");
}

static enum options_result set_poll(struct complaint complaint, const char *argument,
				    int64_t *nanoseconds)
{
	enum options_result result = set_duration(complaint, OPTION_POLL, argument, nanoseconds);

	if (result == OPTIONS_RUN && *nanoseconds < least_poll_ns) {
		return misuse(complaint, "--poll: ", argument, " is too often (10ms at least)");
	}
	return result;
}

/* Anything but separators? */
static enum options_result add_extensions(struct complaint complaint, const char *argument,
					  struct options *options)
{
	if (argument[strspn(argument, ",;. *")] == '\0' || strchr(argument, '/') != NULL) {
		return misuse(complaint, "--ext: ", argument,
			      " is no list of file name extensions (write py,html)");
	}
	options->extensions[options->extension_count++] = argument;
	return OPTIONS_RUN;
}

static enum options_result set_signal(struct complaint complaint, const char *argument, int *number)
{
	int found = signal_number(argument);

	if (found < 0) {
		return misuse(complaint, "--stop-signal: ", argument,
			      " is not a signal (write TERM, SIGTERM or 15)");
	}
	*number = found;
	return OPTIONS_RUN;
}

static enum options_result set_on_exit(struct complaint complaint, const char *argument,
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
	return misuse(complaint, "--on-exit: ", argument, " is none of wait, stop and restart");
}

static enum options_result set_restart_code(struct complaint complaint, const char *argument,
					    int *status)
{
	char *end;
	long number = strtol(argument, &end, 10);

	if (!isdigit((unsigned char)*argument) || *end != '\0' || number > 255) {
		return misuse(complaint, "--restart-code: ", argument,
			      " is no exit status (0 to 255)");
	}
	*status = (int)number;
	return OPTIONS_RUN;
}

/* OPTIONS_RUN: go on. */
static enum options_result apply_argument(struct options *options, int option, const char *argument,
					  struct complaint complaint)
{
	if (*argument == '\0') {
		return misuse_option(complaint, option, " needs an argument that is not empty");
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
		return OPTIONS_MISUSE;
	}
}

/* The same for one that stands alone. */
static enum options_result apply(struct options *options, int option, struct complaint complaint)
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
		return misuse_option(complaint, optopt, " needs an argument (--help shows which)");
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
	    .poll_ns = -1,
	    .stop_signal = SIGTERM,
	    .supervisor = {.settle_ns = -1,
			   .stop_timeout_ns = default_stop_timeout_ns,
			   .on_exit = ON_EXIT_WAIT,
			   .restart_status = -1},
	};
	return options->watch != NULL && options->ignore != NULL && options->extensions != NULL;
}

enum options_result options_parse(int argc, char **argv, struct options *options, char *message,
				  size_t message_size)
{
	static const char usage[] = "write: autoreload-run [options] <command> [argument...]";
	struct complaint complaint = {.text = message, .size = message_size};
	enum options_result result = OPTIONS_RUN;

	if (!prepare(options, (size_t)argc)) {
		(void)snprintf(message, message_size, "out of memory");
		return OPTIONS_MISUSE;
	}
	opterr = 0;
	optind = 0; /* not 1: also forget a half-read word of an earlier call */
	while (result == OPTIONS_RUN) {
		/* Where the word stood: optind moves on when it has been read to its end. */
		int at = optind > 0 ? optind : 1;
		int option = getopt_long(argc, argv, short_options, long_options, NULL);

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
	}
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
	options->watch = options->ignore = options->extensions = NULL;
	options->watch_count = options->ignore_count = options->extension_count = 0;
}

void options_usage(FILE *stream)
{
	(void)fputs(
	    "\n"
	    "Usage:\n"
	    " autoreload-run [options] <command> [<argument>...]\n"
	    "\n"
	    "Run a command, and restart it when a file that it opened changes.\n"
	    "\n"
	    "Options:\n"
	    " -w, --watch <path>         restart also for this file, directory or glob\n"
	    " -i, --ignore <glob>        never restart for these, as in .gitignore\n"
	    " -e, --ext <list>           of what is opened, only files like these: py,html\n"
	    "     --all                  the system's files, too: /usr, /etc ...\n"
	    "     --content              not for a save that changes nothing in the file\n"
	    "     --poll[=<duration>]    look at the files so often (default: 1s), and do not\n"
	    "                            rely on the kernel to tell of changes\n"
	    "     --settle <duration>    wait until nothing has changed for so long\n"
	    "     --stop-signal <signal> how to ask the command to end (default: TERM)\n"
	    "     --stop-timeout <duration>\n"
	    "                            then kill it (default: 5s)\n"
	    "     --on-exit <what>       when the command ends by itself: wait for a change\n"
	    "                            (default), stop, or restart\n"
	    "     --restart-code <n>     restart it when it exits with this status\n"
	    "     --keep-running         leave it alone when autoreload-run is killed\n"
	    " -p, --postpone             do not start it before the first change\n"
	    " -c, --clear                clear the screen before each start (-cc: and what\n"
	    "                            has scrolled away)\n"
	    "     --events <fd|file>     write what happens as JSON Lines\n"
	    " -q, --quiet                print nothing but errors\n"
	    " -v, --verbose              print what is watched, and why\n"
	    "\n"
	    " -h, --help                 display this help\n"
	    " -V, --version              display version\n"
	    "\n"
	    "A duration is 250ms, 2s, 1.5s or 1m; a bare number is in seconds.\n"
	    "\n"
	    "Exit status: the command's own; 128+n when signal n killed it; 127 when it was\n"
	    "not found, 126 when it cannot be run, 125 when autoreload-run failed.\n",
	    stream);
}
