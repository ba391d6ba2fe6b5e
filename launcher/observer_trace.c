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
	    .life = process->life,
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
	if (fact.error == ENOENT && (report->header.flags & REPORT_SEARCHED) != 0) {
		fact.kind = TRACE_MISSING;
		fact.how = TRACE_PATH;
		fact.error = 0;
	} else {
		set_words(&fact, report);
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

/* The words as they were passed: the kernel has put those of the first line in front (execve(2)).
 */
static void drop_words_of_line(struct trace_fact *fact, const struct executable *script)
{
	unsigned count = script->argument[0] != '\0' ? 2 : 1;

	for (unsigned i = 0; i < count && fact->words_length > 0; i++) {
		size_t length = strnlen(fact->words, fact->words_length - 1) + 1;

		fact->words += length;
		fact->words_length -= length;
	}
}

/* Of a script, and of the interpreter that its first line names: two files are executed. */
static void tell_script(struct trace *trace, struct trace_fact fact,
			const struct executable *script, const char *interpreter)
{
	struct trace_fact second = fact;

	drop_words_of_line(&fact, script);
	trace_tell(trace, &fact);
	second.path = interpreter;
	second.how = TRACE_INTERPRETER;
	trace_tell(trace, &second);
}

/* Is it a script? Then its interpreter is put into `called`, as it names it, or as the image. */
static bool is_script(const char *named, const char *image, struct executable *script,
		      char called[PATH_MAX])
{
	if (executable_inspect(named, script) != 0 || script->kind != EXECUTABLE_SCRIPT) {
		return false;
	}
	return path_copy(
	    called, identity_same_file(script->interpreter, image) ? script->interpreter : image);
}

void observer_trace_image(struct observer *observer, const struct process *process,
			  const struct report *report, const char *named, char called[PATH_MAX])
{
	struct trace_fact fact = begin_of_report(observer, process, report);
	const char *image = report->first;
	struct executable script;

	(void)path_copy(called, image);
	if (named == NULL && image[0] == '\0') {
		return; /* the same image, in another root */
	}
	fact.kind = TRACE_EXEC;
	fact.path = named != NULL ? named : image;
	set_words(&fact, report);
	if (named == NULL || image[0] != '/' || process->foreign) {
		trace_tell(observer->trace, &fact);
		return;
	}
	if (identity_same_file(named, image)) {
		(void)path_copy(called, named);
	} else if (is_script(named, image, &script, called)) {
		tell_script(observer->trace, fact, &script, called);
		return;
	} else {
		fact.path = image; /* what was named, in another folder (posix_spawn(3)) */
	}
	trace_tell(observer->trace, &fact);
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
	process_set_program(observer->processes, process, path, NULL);
}

void observer_trace_pending(struct observer *observer, pid_t pid, const struct process *process,
			    uint64_t now_ns)
{
	struct trace_fact fact = begin(observer, pid, process, now_ns);

	fact.kind = TRACE_EXEC;
	fact.path = process->pending;
	trace_tell(observer->trace, &fact);
}
