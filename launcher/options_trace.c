/* SPDX-License-Identifier: MIT */
/* The command line: the options of tracing, and which options go together. */
#include <string.h>

#include "launcher/options_known.h"
#include "launcher/options_state.h"

static enum options_result set_format(struct options_complaint complaint, const char *argument,
				      enum trace_format *format)
{
	static const char *const words[] = {[TRACE_TEXT] = "text",
					    [TRACE_JSON] = "json",
					    [TRACE_NUL] = "nul",
					    [TRACE_DEPFILE] = "depfile"};

	for (int i = 0; i < 4; i++) {
		if (strcmp(argument, words[i]) == 0) {
			*format = (enum trace_format)i;
			return OPTIONS_RUN;
		}
	}
	return options_misuse(complaint, "--format: ", argument,
			      " is none of text, json, nul and depfile");
}

static enum options_result add_kinds(struct options_complaint complaint, const char *argument,
				     unsigned *kinds)
{
	unsigned more = trace_kinds_named(argument);

	if (more == 0) {
		return options_misuse(
		    complaint, "--only: ", argument,
		    " is no list of facts (read,write,missing,stat,list,exec,load,"
		    "rename,link,remove,mkdir)");
	}
	*kinds |= more;
	return OPTIONS_RUN;
}

enum options_result options_apply_trace(struct options *options, int option, const char *argument,
					struct options_complaint complaint)
{
	struct trace_settings *trace = &options->trace;

	switch (option) {
	case 'o':
		trace->output = argument;
		return OPTIONS_RUN;
	case OPTION_FORMAT:
		return set_format(complaint, argument, &trace->format);
	case OPTION_ONLY:
		return add_kinds(complaint, argument, &trace->wishes.kinds);
	case OPTION_WHY:
		options->why[trace->wishes.why_count++] = argument;
		return OPTIONS_RUN;
	case OPTION_DEPFILE_TARGET:
		options->targets[trace->target_count++] = argument;
		return OPTIONS_RUN;
	default:
		return OPTIONS_MISUSE;
	}
}

void options_see(struct options_seen *seen, int option)
{
	int *first = &seen->first[options_mode(option)];

	*first = *first == 0 ? option : *first;
}

enum options_result options_choose_mode(struct options *options, const struct options_seen *seen,
					struct options_complaint complaint)
{
	options->tracing = seen->first[OPTION_ASKS_TRACE] != 0;
	if (options->tracing && seen->first[OPTION_OF_RELOAD] != 0) {
		return options_misuse_option(complaint, seen->first[OPTION_OF_RELOAD],
					     " has no meaning with --trace");
	}
	if (!options->tracing && seen->first[OPTION_OF_TRACE] != 0) {
		return options_misuse_option(complaint, seen->first[OPTION_OF_TRACE],
					     " needs --trace");
	}
	if (options->trace.target_count > 0 && options->trace.format != TRACE_DEPFILE) {
		return options_misuse_option(complaint, OPTION_DEPFILE_TARGET,
					     " needs --format depfile");
	}
	if (options->tracing) {
		options->supervisor.on_exit = ON_EXIT_LEAVE;
		options->all |= options->trace.wishes.why_count > 0;
		options->trace.wishes.hides_programs = options->trace.format == TRACE_DEPFILE;
		options->trace.detailed =
		    options->verbosity > 0 || options->trace.wishes.why_count > 0;
	}
	return OPTIONS_RUN;
}
