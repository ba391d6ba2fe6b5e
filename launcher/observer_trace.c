/* SPDX-License-Identifier: MIT */
/* Reports -> facts of a trace; see observer_state.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/identity.h"
#include "launcher/observer_state.h"
#include "launcher/path.h"

static const char ours[] = "autoreload-run";

static const char *program_of(const struct observer *observer, pid_t pid)
{
	const struct process *process;

	if (pid == getpid()) {
		return ours;
	}
	process = pid > 0 ? processes_find(observer->processes, pid) : NULL;
	return process != NULL && process->program != NULL ? process->program : "?";
}

/* Who and when. */
static struct trace_fact begin(const struct observer *observer, pid_t pid,
			       const struct process *process, uint64_t now_ns)
{
	struct trace_fact fact = {
	    .pid = pid,
	    .parent = process->parent,
	    .program =
		process->program != NULL ? process->program : program_of(observer, process->parent),
	    .parent_program = program_of(observer, process->parent),
	    .time_ns = (int64_t)now_ns,
	};

	return fact;
}

static struct trace_fact begin_of_report(const struct observer *observer,
					 const struct process *process, const struct report *report)
{
	return begin(observer, report->header.pid, process, report->header.time_ns);
}

static void set_words(struct trace_fact *fact, const struct report *report)
{
	fact->words = report->text;
	fact->words_length = report->header.text_length;
}

void observer_trace_fact(struct observer *observer, const struct process *process,
			 const struct report *report)
{
	struct trace_fact fact;

	if (process == NULL) {
		return;
	}
	fact = begin_of_report(observer, process, report);
	if (report->header.kind == REPORT_LOST) {
		fact.kind = TRACE_LOST;
		fact.path = "";
		fact.count = report->header.count;
		journal_lost(observer->journal, report->header.count);
	} else if (!trace_fact_of_report(report, &fact)) {
		return;
	}
	trace_tell(observer->trace, &fact);
}

void observer_trace_failure(struct observer *observer, const struct process *process,
			    const struct report *report)
{
	struct trace_fact fact = begin_of_report(observer, process, report);

	fact.kind = TRACE_EXEC;
	fact.path = report->first;
	fact.error = report->header.error;
	set_words(&fact, report);
	if (fact.error == ENOENT && (report->header.flags & REPORT_SEARCHED) != 0) {
		fact.kind = TRACE_MISSING;
		fact.how = TRACE_PATH;
		fact.error = 0;
	}
	trace_tell(observer->trace, &fact);
}

void observer_trace_unobserved(struct observer *observer, const struct process *process,
			       const struct report *report, const char *path, const char *reason)
{
	struct trace_fact fact = begin_of_report(observer, process, report);

	fact.kind = TRACE_EXEC;
	fact.path = path;
	fact.unobserved = reason;
	set_words(&fact, report);
	trace_tell(observer->trace, &fact);
}

/* As the script itself names it, or else the image. */
static const char *interpreter_of(const char *named, const char *image, struct executable *script)
{
	return executable_inspect(named, script) == 0 && script->kind == EXECUTABLE_SCRIPT &&
		       script->interpreter[0] == '/' &&
		       identity_same_file(script->interpreter, image)
		   ? script->interpreter
		   : image;
}

void observer_trace_image(struct observer *observer, const struct process *process,
			  const struct report *report, const char *named)
{
	struct trace_fact fact = begin_of_report(observer, process, report);
	const char *image = report->first;
	struct executable script;

	if (named == NULL && image[0] == '\0') {
		return; /* the same image, in another root */
	}
	fact.kind = TRACE_EXEC;
	fact.path = named != NULL ? named : image;
	set_words(&fact, report);
	trace_tell(observer->trace, &fact);
	/* The kernel has found it in the first line of what was named. */
	if (named != NULL && image[0] == '/' && !process->foreign &&
	    !identity_same_file(named, image)) {
		fact.path = interpreter_of(named, image, &script);
		fact.how = TRACE_INTERPRETER;
		trace_tell(observer->trace, &fact);
	}
}

/* The command's words, a NUL behind each; to be freed. */
static char *join_words(char *const *command, size_t *length)
{
	char *words;
	char *to;

	*length = 0;
	for (char *const *word = command; *word != NULL; word++) {
		*length += strlen(*word) + 1;
	}
	words = malloc(*length + 1);
	to = words;
	for (char *const *word = command; words != NULL && *word != NULL; word++) {
		to = stpcpy(to, *word) + 1;
	}
	*length = words != NULL ? *length : 0;
	return words;
}

void observer_trace_started(struct observer *observer, pid_t pid, const char *path,
			    const char *reason, uint64_t now_ns)
{
	struct process *process = processes_enter(observer->processes, pid);
	struct trace_fact fact;
	char *words;

	if (process == NULL) {
		return;
	}
	process->parent = getpid();
	if (reason == NULL) { /* it will say hello */
		process_set_pending(process, path, now_ns);
		return;
	}
	fact = begin(observer, pid, process, now_ns);
	words = join_words(observer->command, &fact.words_length);
	fact.kind = TRACE_EXEC;
	fact.path = path;
	fact.unobserved = reason;
	fact.words = words;
	trace_tell(observer->trace, &fact);
	free(words);
	process_set_program(observer->processes, process, path);
}

void observer_trace_pending(struct observer *observer, pid_t pid, const struct process *process,
			    uint64_t now_ns)
{
	struct trace_fact fact = begin(observer, pid, process, now_ns);

	fact.kind = TRACE_EXEC;
	fact.path = process->pending;
	trace_tell(observer->trace, &fact);
}
