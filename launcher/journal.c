/* SPDX-License-Identifier: MIT */
/* What happened, told to the user and to --events; see journal.h. */
#include "launcher/journal_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base64.h"
#include "launcher/clock.h"
#include "launcher/event_stream.h"
#include "launcher/memory.h"
#include "launcher/message.h"
#include "launcher/printable.h"
#include "launcher/signal_names.h"
#include "launcher/utf8.h"

struct journal *journal_open(const char *events, const char *base, const char *name)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL) {
		return NULL;
	}
	journal->base = strdup(base);
	journal->name = printable_path(name);
	if (journal->base != NULL && journal->name != NULL) {
		journal->events = events != NULL ? event_stream_open(events) : NULL;
		if (events == NULL || journal->events != NULL) {
			return journal;
		}
	}
	journal_close(journal);
	return NULL;
}

void journal_close(struct journal *journal)
{
	int saved_errno = errno;

	if (journal != NULL) {
		event_stream_close(journal->events);
		free(journal->base);
		free(journal->name);
		free(journal);
	}
	errno = saved_errno;
}

json_t *journal_path(const char *path)
{
	char *base64;
	json_t *bytes;

	if (utf8_valid(path, strlen(path))) {
		return json_string(path);
	}
	base64 = base64_encode(path, strlen(path));
	bytes = json_pack("{s:s}", "bytes", base64 != NULL ? base64 : "");
	free(base64);
	return bytes;
}

json_t *journal_new(const struct journal *journal, const char *name)
{
	json_t *event;

	if (journal->events == NULL || event_stream_has_ended(journal->events)) {
		return NULL;
	}
	event = json_pack("{s:s, s:f}", "event", name, "time",
			  (double)clock_now_ns(CLOCK_MONOTONIC) / 1e9);
	if (event == NULL) {
		memory_exhausted(); /* whoever waits for it would wait for ever */
	}
	return event;
}

void journal_write(struct journal *journal, json_t *event)
{
	size_t length;
	char *line;

	if (event == NULL) {
		return;
	}
	line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(event);
	if (line == NULL) {
		memory_exhausted();
	}
	length = strlen(line);
	line[length++] = '\n'; /* in place of its NUL */
	event_stream_add(journal->events, line, length);
	free(line);
}

bool journal_flush(struct journal *journal)
{
	return journal->events == NULL || event_stream_flush(journal->events);
}

void journal_started(struct journal *journal, unsigned generation, pid_t pid, int64_t now_ns)
{
	json_t *event = journal_new(journal, "started");

	journal->started_ns = now_ns;
	if (event != NULL) {
		json_object_set_new(event, "generation", json_integer(generation));
		json_object_set_new(event, "pid", json_integer(pid));
		journal_write(journal, event);
	}
}

char *journal_shown(const struct journal *journal, const char *path)
{
	return printable_relative(path, journal->base);
}

static const char *reason_in_words(const struct dependency *dependency)
{
	switch (dependency->reason) {
	case DEPENDENCY_READ:
		return "read by";
	case DEPENDENCY_STAT:
		return "looked at by";
	case DEPENDENCY_EXECUTED:
		return "executed by";
	case DEPENDENCY_LOADED:
		return "loaded by";
	case DEPENDENCY_CACHE:
		return "source of a cache read by";
	case DEPENDENCY_MISSING:
		return "not found by";
	case DEPENDENCY_LISTED:
		return "listed by";
	case DEPENDENCY_LINK:
		return "link followed by";
	case DEPENDENCY_WATCH:
		return "named with --watch, not used by";
	}
	return "used by";
}

static void tell_dependency(const struct journal *journal, enum message_level level,
			    const struct dependency *dependency, const char *program)
{
	char *path = journal_shown(journal, dependency->path);
	char *who = printable_path(program != NULL ? program : "?");
	int64_t after_ms = ((int64_t)dependency->time_ns - journal->started_ns) / 1000000;

	if (dependency->reason == DEPENDENCY_WATCH) {
		message(level, "%s: named with --watch", path);
	} else {
		message(level, "%s: %s %s (pid %d), %lld ms after start", path,
			reason_in_words(dependency), who, (int)dependency->pid,
			(long long)(after_ms > 0 ? after_ms : 0));
	}
	free(path);
	free(who);
}

void journal_watching(struct journal *journal, const struct dependency *dependency,
		      const char *program)
{
	json_t *event = journal_new(journal, "watching");

	if (event != NULL) {
		json_object_set_new(event, "path", journal_path(dependency->path));
		json_object_set_new(event, "reason",
				    json_string(dependency_reason_word(dependency->reason)));
		json_object_set_new(event, "pid", json_integer(dependency->pid));
		json_object_set_new(event, "program",
				    program != NULL ? journal_path(program) : json_null());
		journal_write(journal, event);
	}
	if (message_wanted(MESSAGE_DETAIL)) {
		tell_dependency(journal, MESSAGE_DETAIL, dependency, program);
	}
}

void journal_write_path(struct journal *journal, const char *name, const char *path,
			const char *reason)
{
	json_t *event = journal_new(journal, name);

	if (event != NULL) {
		json_object_set_new(event, "path", journal_path(path));
		if (reason != NULL) {
			json_object_set_new(event, "reason", json_string(reason));
		}
		journal_write(journal, event);
	}
}

void journal_output(struct journal *journal, const char *path, bool used)
{
	journal_write_path(journal, "output", path, NULL);
	if (used && message_wanted(MESSAGE_DETAIL)) {
		char *text = journal_shown(journal, path);

		message(MESSAGE_DETAIL,
			"%s: used and also written by the command, so its changes are ignored",
			text);
		free(text);
	}
}

void journal_changed(struct journal *journal, const char *path, enum dependency_change change,
		     bool first)
{
	char *text = journal_shown(journal, path);

	journal_write_path(journal, "changed", path, dependency_change_word(change));
	/* "removed" would frighten whoever has just saved: many editors move the old file away. */
	message(first ? MESSAGE_NORMAL : MESSAGE_DETAIL, first ? "%s %s, restarting" : "%s %s",
		text, change == CHANGE_APPEARED ? "appeared" : "changed");
	free(text);
}

void journal_cleared(struct journal *journal, const char *changes)
{
	char *first = strndup(changes, strcspn(changes, "\n"));
	char *text = first != NULL ? journal_shown(journal, first) : NULL;

	if (text != NULL) {
		message(MESSAGE_NORMAL, "%s changed, restarting", text);
	}
	free(text);
	free(first);
}

void journal_stopping(struct journal *journal, unsigned generation, int signal)
{
	json_t *event = journal_new(journal, "stopping");

	if (event != NULL) {
		json_object_set_new(event, "generation", json_integer(generation));
		json_object_set_new(event, "signal", json_string(signal_name(signal)));
		journal_write(journal, event);
	}
}

void journal_exited(struct journal *journal, unsigned generation, pid_t pid, int wait_status)
{
	json_t *event = journal_new(journal, "exited");

	if (event == NULL) {
		return;
	}
	json_object_set_new(event, "generation", json_integer(generation));
	json_object_set_new(event, "pid", json_integer(pid));
	if (WIFSIGNALED(wait_status)) {
		json_object_set_new(event, "signal",
				    json_string(signal_name(WTERMSIG(wait_status))));
	} else {
		json_object_set_new(event, "status", json_integer(WEXITSTATUS(wait_status)));
	}
	journal_write(journal, event);
}

static const char *const follow_ups[] = {
    [ON_EXIT_WAIT] = ", waiting for a change",
    [ON_EXIT_STOP] = "",
    [ON_EXIT_RESTART] = ", restarting",
    [ON_EXIT_LEAVE] = "",
};

void journal_ended(struct journal *journal, const struct ending_words *words)
{
	const char *follow_up = follow_ups[words->after];
	const char *enter = words->enter ? " or Enter" : "";
	int status = words->wait_status;

	if (words->after == ON_EXIT_WAIT) {
		journal_write(journal, journal_new(journal, "waiting"));
	}
	if (words->after == ON_EXIT_LEAVE) {
		return; /* whoever sees its status sees the command's */
	}
	if (WIFSIGNALED(status)) {
		message(MESSAGE_NORMAL, "%s was killed by %s%s%s", journal->name,
			signal_name(WTERMSIG(status)), follow_up, enter);
	} else if (words->after != ON_EXIT_STOP || WEXITSTATUS(status) != 0) {
		message(MESSAGE_NORMAL, "%s exited with status %d%s%s", journal->name,
			WEXITSTATUS(status), follow_up, enter);
	}
}

void journal_postponed(struct journal *journal, bool enter)
{
	journal_write(journal, journal_new(journal, "waiting"));
	message(MESSAGE_NORMAL, "waiting for a change%s before %s is started",
		enter ? " or Enter" : "", journal->name);
}

void journal_pausing(struct journal *journal, int64_t pause_ns, bool first)
{
	json_t *event = journal_new(journal, "pausing");

	if (event != NULL) {
		json_object_set_new(event, "seconds", json_real((double)pause_ns / 1e9));
		journal_write(journal, event);
	}
	if (first) {
		message(MESSAGE_NORMAL,
			"%s ends soon after each start, so there are pauses from now on",
			journal->name);
	}
}

void journal_stopped(struct journal *journal, int signal)
{
	json_t *event = journal_new(journal, "stopped");

	if (event != NULL) {
		json_object_set_new(event, "signal", json_string(signal_name(signal)));
		journal_write(journal, event);
	}
}

void journal_continued(struct journal *journal)
{
	journal_write(journal, journal_new(journal, "continued"));
}

void journal_list(struct journal *journal, size_t count)
{
	message(MESSAGE_ANSWER, "%zu %s of %s %s watched", count, count == 1 ? "path" : "paths",
		journal->name, count == 1 ? "is" : "are");
}

void journal_listed(struct journal *journal, const struct dependency *dependency,
		    const char *program)
{
	tell_dependency(journal, MESSAGE_ANSWER, dependency, program);
}
