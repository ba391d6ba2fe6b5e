/* SPDX-License-Identifier: MIT */
/* Tracing; see trace.h. */
#include "launcher/trace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/clock.h"
#include "launcher/message.h"
#include "launcher/path_set.h"
#include "launcher/printable.h"
#include "launcher/trace_depfile.h"
#include "launcher/trace_fold.h"
#include "launcher/trace_json.h"
#include "launcher/trace_output.h"
#include "launcher/trace_path.h"
#include "launcher/trace_summary.h"
#include "launcher/trace_text.h"

#define STATUS_OURS 125
#define STUCK_MS    500
#define TOLD_MAX    ((size_t)10 << 20) /* further paths may be told twice */

struct trace {
	const struct trace_settings *settings;
	const char *folder; /* the working directory */
	struct trace_filter *filter;
	struct trace_fold *fold;
	struct trace_output *output;
	struct trace_summary *summary;
	struct path_set *told;	       /* NUL: each path once */
	struct trace_depfile *depfile; /* DEPFILE */
	int64_t started_ns;
	uint64_t lost;
	bool incomplete; /* some were lost, of which lost is a part */
	bool failure_told;
	bool hurried;
};

struct trace *trace_open(const struct trace_settings *settings, const struct policy *policy)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int error;

	if (trace == NULL) {
		return NULL;
	}
	trace->settings = settings;
	trace->folder = policy->folder;
	trace->filter = trace_filter_new(&settings->wishes, policy);
	trace->fold = trace_fold_new();
	trace->summary = trace_summary_new();
	trace->told = path_set_new(TOLD_MAX);
	trace->depfile = trace_depfile_new();
	if (trace->filter != NULL && trace->fold != NULL && trace->summary != NULL &&
	    trace->told != NULL && trace->depfile != NULL) {
		/* A rule stays until there is a new one. */
		trace->output = settings->format == TRACE_DEPFILE
				    ? trace_output_open_later(settings->output)
				    : trace_output_open(settings->output);
	}
	if (trace->output != NULL) {
		return trace;
	}
	error = errno;
	trace_close(trace);
	errno = error;
	return NULL;
}

void trace_close(struct trace *trace)
{
	if (trace != NULL) {
		trace_filter_free(trace->filter);
		trace_fold_free(trace->fold);
		trace_output_close(trace->output);
		trace_summary_free(trace->summary);
		path_set_free(trace->told);
		trace_depfile_free(trace->depfile);
		free(trace);
	}
}

void trace_begin(struct trace *trace, int64_t now_ns)
{
	trace->started_ns = now_ns;
}

static void tell_once(struct trace *trace, const char *path)
{
	if (path != NULL && path[0] != '\0' && path_set_add(trace->told, 0, path)) {
		trace_output_add(trace->output, path, strlen(path) + 1);
	}
}

static void tell_in_format(struct trace *trace, const struct trace_fact *fact)
{
	switch (trace->settings->format) {
	case TRACE_TEXT:
		trace_text_tell(trace->output, fact, trace->settings->detailed);
		break;
	case TRACE_JSON:
		trace_json_tell(trace->output, fact);
		break;
	case TRACE_NUL:
		tell_once(trace, fact->path);
		tell_once(trace, fact->kind == TRACE_RENAME ? fact->to : NULL);
		break;
	case TRACE_DEPFILE:
		trace->incomplete = !trace_depfile_tell(trace->depfile, fact) || trace->incomplete;
		break;
	}
}

/* As the user sees it. */
static const char *seen(const struct trace *trace, const char *path)
{
	return trace->settings->relative && path[0] == '/'
		   ? trace_path_relative(path, trace->folder)
		   : path;
}

void trace_tell(struct trace *trace, const struct trace_fact *reported)
{
	struct trace_fact fact = *reported;
	char path[PATH_MAX];
	char to[PATH_MAX];
	bool repeats;

	fact.path = trace_path_clean(fact.path, path);
	if (fact.to != NULL && fact.to[0] == '/') {
		fact.to = trace_path_clean(fact.to, to);
	}
	if (!trace_filter_concerns(trace->filter, &fact)) {
		return;
	}
	trace_summary_count(trace->summary, &fact);
	/* What is not told may yet have changed a name. */
	repeats = trace_fold_repeats(trace->fold, &fact);
	if (repeats || !trace_filter_wants(trace->filter, &fact)) {
		return;
	}
	if (fact.kind == TRACE_LOST) {
		trace->lost += fact.count;
		trace->incomplete = true;
	}
	fact.time_ns -= trace->started_ns;
	fact.path = seen(trace, fact.path);
	fact.to = fact.to != NULL ? seen(trace, fact.to) : NULL;
	tell_in_format(trace, &fact);
}

void trace_lose(struct trace *trace)
{
	trace->incomplete = true;
}

void trace_hurry(struct trace *trace)
{
	trace->hurried = true;
}

bool trace_is_for_builds(const struct trace *trace)
{
	return trace->settings->format == TRACE_DEPFILE;
}

bool trace_is_crowded(const struct trace *trace)
{
	return trace_output_is_crowded(trace->output);
}

/* Once; a reader that has had enough is no failure. */
static void tell_failure(struct trace *trace, int error)
{
	const char *path = trace->settings->output;
	char *shown = printable_path(path != NULL ? path : "stderr");

	if (error != EPIPE && !trace->failure_told) {
		trace->failure_told = true;
		message(MESSAGE_ERROR, "cannot write the trace to %s: %s", shown, strerror(error));
	}
	free(shown);
}

bool trace_flush(struct trace *trace)
{
	bool done = trace_output_flush(trace->output);
	int error = trace_output_error(trace->output);

	if (error != 0) {
		tell_failure(trace, error);
	}
	return done;
}

int trace_fd(const struct trace *trace)
{
	return trace_output_fd(trace->output);
}

/* Has somebody asked us to end? */
static bool is_over(const struct signals *signals)
{
	struct signal_taken taken;
	bool over = false;

	while (signals_next(signals, &taken)) {
		over |= taken.number == SIGINT || taken.number == SIGTERM ||
			taken.number == SIGHUP || taken.number == SIGQUIT;
	}
	return over;
}

static void write_all(struct trace *trace, const struct signals *signals)
{
	struct pollfd waited[] = {{.fd = trace_fd(trace), .events = POLLOUT},
				  {.fd = signals->fd, .events = POLLIN}};
	bool goes_on = true;

	/* Who has been told to end waits for nobody who does not read. */
	while (!trace_flush(trace) && !is_over(signals) && goes_on) {
		goes_on = poll(waited, 2, trace->hurried ? STUCK_MS : -1) > 0;
	}
}

/* False, and said, if there can be no rule. */
static bool write_rule(struct trace *trace, int status)
{
	const struct trace_settings *settings = trace->settings;

	if (status != 0) {
		message(MESSAGE_NORMAL, "no depfile is written, as the command has failed");
		return true;
	}
	if (trace->incomplete) {
		message(MESSAGE_ERROR, "no depfile is written, as it would not be complete");
		return false;
	}
	if (!trace_depfile_write(trace->depfile, settings->targets, settings->target_count,
				 trace->output)) {
		message(MESSAGE_ERROR, "no depfile is written, as the command has written no file "
				       "(name its target with --depfile-target)");
		return false;
	}
	if (trace_output_commit(trace->output) != 0) {
		tell_failure(trace, errno);
		return false;
	}
	return true;
}

/* Who has lost them could not even say how many. */
static void tell_unknown(struct trace *trace)
{
	const struct trace_fact fact = {
	    .kind = TRACE_LOST,
	    .path = "",
	    .count = 1,
	    .program = "?",
	    .parent_program = "?",
	    .time_ns = clock_now_ns(CLOCK_MONOTONIC),
	};

	if (trace->incomplete && trace->lost == 0) {
		trace_tell(trace, &fact);
	}
}

int trace_end(struct trace *trace, int status, const struct signals *signals)
{
	bool ruled = true;
	int error;

	tell_unknown(trace);
	if (trace->settings->format == TRACE_DEPFILE) {
		ruled = write_rule(trace, status);
	}
	write_all(trace, signals);
	error = trace_output_error(trace->output);
	if (trace->incomplete) {
		message(MESSAGE_ERROR,
			"facts are missing, %llu or more: a process could not tell them",
			(unsigned long long)trace->lost);
	}
	trace_summary_say(trace->summary);
	return status == 0 && (!ruled || (error != 0 && error != EPIPE)) ? STATUS_OURS : status;
}
