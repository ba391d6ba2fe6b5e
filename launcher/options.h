/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef LAUNCHER_OPTIONS_H
#define LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "launcher/supervisor.h"
#include "launcher/trace.h"

enum options_result {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_MISUSE,
};

/* All words point into argv; only the arrays are allocated. */
struct options {
	char **command;	    /* NULL-terminated; at least one word, and that is not empty */
	const char **watch; /* files, directories or globs, none empty */
	size_t watch_count;
	const char **ignore; /* lines for patterns_add(), none empty */
	size_t ignore_count;
	const char **extensions; /* lists as in "py,html", none empty */
	size_t extension_count;
	bool all;	 /* the system's files, too */
	bool by_content; /* a save that changes nothing is no change */
	int64_t poll_ns; /* -1: only where it is needed */
	struct supervisor_settings supervisor;
	int stop_signal;   /* SIGTERM unless given */
	bool keep_running; /* the command, when we are killed */
	unsigned
	    clear; /* the screen before each start: 1; what has scrolled away, too: 2 and more */
	const char *events; /* the number of an open fd, or a path; NULL: none */
	int verbosity;	    /* -1 quiet, 0, 1 verbose; the last one given counts */
	bool tracing;	    /* nothing is restarted: trace is what is wanted */
	struct trace_settings trace;
	const char **why;     /* what trace.wishes.why points to, none empty */
	const char **targets; /* what trace.targets points to, none empty */
};

/*
 * Reads the command line into *options, which is valid after every result and is released with
 * options_free(). Options end at the first word that is none, or at "--"; --help and --version end
 * them too, whatever follows. argv is not reordered, but must live as long as *options.
 *
 * After OPTIONS_MISUSE (also when memory is short) message holds one line, safe for a terminal,
 * with neither prefix nor newline: what is wrong, in which word, what would be right. Prints
 * nothing; uses getopt_long(3) and with it the process's optind.
 */
enum options_result options_parse(int argc, char **argv, struct options *options, char *message,
				  size_t message_size);

/* Releases what options_parse() allocated; the struct may be parsed into again. */
void options_free(struct options *options);

/* Prints the help text to the stream, whose error indicator tells whether that failed. */
void options_usage(FILE *stream);

#endif
