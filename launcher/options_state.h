/* SPDX-License-Identifier: MIT */
/* What the files of the command line share, and nobody else has to know. */
#ifndef LAUNCHER_OPTIONS_STATE_H
#define LAUNCHER_OPTIONS_STATE_H

#include "launcher/options.h"
#include "launcher/options_known.h"

/* The line that says what is wrong. */
struct options_complaint {
	char *text;
	size_t size;
};

/* Puts it together, with the word in quotes in the middle. Returns OPTIONS_MISUSE. */
enum options_result options_misuse(struct options_complaint complaint, const char *before,
				   const char *word, const char *after);

/* Says about an option by its full name what cannot be said about a word that was typed. */
enum options_result options_misuse_option(struct options_complaint complaint, int option,
					  const char *problem);

/* An option of tracing with its argument. OPTIONS_RUN: go on. */
enum options_result options_apply_trace(struct options *options, int option, const char *argument,
					struct options_complaint complaint);

/* The first option of each mode; 0: none. */
struct options_seen {
	int first[OPTION_MODES];
};

void options_see(struct options_seen *seen, int option);

/* Reload or trace? And does every option mean something then? OPTIONS_RUN: yes. */
enum options_result options_choose_mode(struct options *options, const struct options_seen *seen,
					struct options_complaint complaint);

#endif
