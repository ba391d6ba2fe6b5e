/* SPDX-License-Identifier: MIT */
/* What happened, told to the user and to --events; see journal.h. */
#include "launcher/journal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base64.h"
#include "launcher/clock.h"
#include "launcher/message.h"
#include "launcher/printable.h"
#include "launcher/signal_names.h"
#include "launcher/utf8.h"

struct journal {
	int events; /* -1: nobody reads them */
	char *base;
	char *name;
	int64_t started_ns; /* of the generation */
};

/* A number is a descriptor that we were given: the command must not get it, too. */
static int open_events(const char *events)
{
	char *end;
	long number = strtol(events, &end, 10);

	if (isdigit((unsigned char)events[0]) && *end == '\0' && number <= INT_MAX) {
		return fcntl((int)number, F_SETFD, FD_CLOEXEC) == 0 ? (int)number : -1;
	}
	return open(events, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
}

struct journal *journal_open(const char *events, const char *base, const char *name)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL) {
		return NULL;
	}
	journal->events = -1;
	journal->base = strdup(base);
	journal->name = printable_path(name);
	if (journal->base != NULL && journal->name != NULL) {
		journal->events = events != NULL ? open_events(events) : -1;
		if (events == NULL || journal->events >= 0) {
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
		if (journal->events >= 0) {
			close(journal->events);
		}
		free(journal->base);
		free(journal->name);
		free(journal);
	}
	errno = saved_errno;
}

/* A path as JSON: a string, or, where JSON has no string for it, its bytes. */
static json_t *json_path(const char *path)
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

static json_t *new_event(const struct journal *journal, const char *name)
{
	if (journal->events < 0) {
		return NULL;
	}
	return json_pack("{s:s, s:f}", "event", name, "time",
			 (double)clock_now_ns(CLOCK_MONOTONIC) / 1e9);
}

/* Writes the whole line, or gives up on a reader that has gone. Takes the event. */
static void write_event(struct journal *journal, json_t *event)
{
	char *line =
	    event != NULL ? json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	size_t length = line != NULL ? strlen(line) : 0;

	json_decref(event);
	if (line == NULL) {
		return;
	}
	line[length++] = '\n'; /* in place of its NUL */
	for (size_t at = 0; at < length;) {
		ssize_t written = write(journal->events, line + at, length - at);

		if (written < 0 && errno == EAGAIN) {
			struct pollfd full = {.fd = journal->events, .events = POLLOUT};

			poll(&full, 1, -1);
		} else if (written < 0 && errno != EINTR) {
			if (errno != EPIPE) { /* a reader that has had enough is no trouble */
				message(MESSAGE_ERROR,
					"cannot write to --events: %s; no more are written",
					strerror(errno));
			}
			close(journal->events);
			journal->events = -1;
			break;
		}
		at += written > 0 ? (size_t)written : 0;
	}
	free(line);
}

void journal_started(struct journal *journal, unsigned generation, pid_t pid, int64_t now_ns)
{
	json_t *event = new_event(journal, "started");

	journal->started_ns = now_ns;
	if (event != NULL) {
		json_object_set_new(event, "generation", json_integer(generation));
		json_object_set_new(event, "pid", json_integer(pid));
		write_event(journal, event);
	}
}

static char *shown(const struct journal *journal, const char *path)
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

void journal_watching(struct journal *journal, const struct dependency *dependency,
		      const char *program)
{
	json_t *event = new_event(journal, "watching");

	if (event != NULL) {
		json_object_set_new(event, "path", json_path(dependency->path));
		json_object_set_new(event, "reason",
				    json_string(dependency_reason_word(dependency->reason)));
		json_object_set_new(event, "pid", json_integer(dependency->pid));
		json_object_set_new(event, "program",
				    program != NULL ? json_path(program) : json_null());
		write_event(journal, event);
	}
	if (message_wanted(MESSAGE_DETAIL)) {
		char *path = shown(journal, dependency->path);
		char *who = printable_path(program != NULL ? program : "?");
		int64_t after_ms = ((int64_t)dependency->time_ns - journal->started_ns) / 1000000;

		if (dependency->reason == DEPENDENCY_WATCH) {
			message(MESSAGE_DETAIL, "%s: named with --watch", path);
		} else {
			message(MESSAGE_DETAIL, "%s: %s %s (pid %d), %lld ms after start", path,
				reason_in_words(dependency), who, (int)dependency->pid,
				(long long)(after_ms > 0 ? after_ms : 0));
		}
		free(path);
		free(who);
	}
}

/* An event that tells a path and nothing else. */
static void write_path_event(struct journal *journal, const char *name, const char *path,
			     const char *reason)
{
	json_t *event = new_event(journal, name);

	if (event != NULL) {
		json_object_set_new(event, "path", json_path(path));
		if (reason != NULL) {
			json_object_set_new(event, "reason", json_string(reason));
		}
		write_event(journal, event);
	}
}

void journal_output(struct journal *journal, const char *path, bool used)
{
	write_path_event(journal, "output", path, NULL);
	if (used && message_wanted(MESSAGE_DETAIL)) {
		char *text = shown(journal, path);

		message(MESSAGE_DETAIL,
			"%s: used and also written by the command, so its changes are ignored",
			text);
		free(text);
	}
}

void journal_changed(struct journal *journal, const char *path, enum dependency_change change,
		     bool first)
{
	char *text = shown(journal, path);

	write_path_event(journal, "changed", path, dependency_change_word(change));
	/* "removed" would frighten whoever has just saved: many editors move the old file away. */
	message(first ? MESSAGE_NORMAL : MESSAGE_DETAIL, first ? "%s %s, restarting" : "%s %s",
		text, change == CHANGE_APPEARED ? "appeared" : "changed");
	free(text);
}

void journal_stopping(struct journal *journal, unsigned generation, int signal)
{
	json_t *event = new_event(journal, "stopping");

	if (event != NULL) {
		json_object_set_new(event, "generation", json_integer(generation));
		json_object_set_new(event, "signal", json_string(signal_name(signal)));
		write_event(journal, event);
	}
}

void journal_exited(struct journal *journal, unsigned generation, pid_t pid, int wait_status)
{
	json_t *event = new_event(journal, "exited");

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
	write_event(journal, event);
}

void journal_waiting(struct journal *journal, int wait_status)
{
	write_event(journal, new_event(journal, "waiting"));
	if (WIFSIGNALED(wait_status)) {
		message(MESSAGE_NORMAL, "%s was killed by %s, waiting for a change", journal->name,
			signal_name(WTERMSIG(wait_status)));
	} else {
		message(MESSAGE_NORMAL, "%s exited with status %d, waiting for a change",
			journal->name, WEXITSTATUS(wait_status));
	}
}

void journal_unobserved(struct journal *journal, pid_t pid, const char *exe, const char *reason)
{
	json_t *event = new_event(journal, "unobserved");
	char *text = shown(journal, exe);

	if (event != NULL) {
		json_object_set_new(event, "pid", json_integer(pid));
		json_object_set_new(event, "exe", json_path(exe));
		json_object_set_new(event, "reason", json_string(reason));
		write_event(journal, event);
	}
	message(MESSAGE_NORMAL,
		"%s %s: the files that it opens cannot be seen; name them with --watch PATH", text,
		reason);
	free(text);
}

/* fs.inotify.max_user_watches and its like, as proc(5) has them; -1: not to be read. */
static long limit_now(const char *file)
{
	char text[32] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	long limit = -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0) {
			limit = strtol(text, NULL, 10);
		}
		close(fd);
	}
	return limit;
}

void journal_limited(struct journal *journal, const char *path, int error)
{
	char *text = shown(journal, path);

	write_path_event(journal, "limited", path, strerror(error));
	if (error == ENOSPC) {
		message(MESSAGE_ERROR,
			"cannot watch %s: fs.inotify.max_user_watches (%ld) is used up; looking at "
			"such files every second instead (raise it with sysctl)",
			text, limit_now("/proc/sys/user/max_inotify_watches"));
	} else if (error == EMFILE) {
		message(MESSAGE_ERROR,
			"cannot watch %s: fs.inotify.max_user_instances (%ld) is used up, or open "
			"files are (ulimit -n); looking at all files every second instead",
			text, limit_now("/proc/sys/user/max_inotify_instances"));
	} else {
		message(MESSAGE_ERROR, "cannot watch %s: %s; looking at it every second instead",
			text, strerror(error));
	}
	free(text);
}

void journal_unsteady(struct journal *journal, const char *path)
{
	char *text = shown(journal, path);

	write_path_event(journal, "unsteady", path, NULL);
	message(MESSAGE_NORMAL,
		"%s is another file for the command than from here (another root, a mount?): only "
		"what changes from now on counts",
		text);
	free(text);
}

void journal_endless(struct journal *journal, const char *path)
{
	char *text = shown(journal, path);

	write_path_event(journal, "endless", path, NULL);
	message(
	    MESSAGE_NORMAL,
	    "%s changes soon after each start, so there are pauses from now on (if the command has "
	    "it written, leave it out with --ignore)",
	    text);
	free(text);
}

void journal_locked(struct journal *journal, const char *lock)
{
	char *text;

	if (lock == NULL) {
		return;
	}
	text = shown(journal, lock);
	write_path_event(journal, "locked", lock, NULL);
	message(MESSAGE_NORMAL,
		"waiting for %s to go (if nothing is changing the checkout, remove it)", text);
	free(text);
}

void journal_lost(struct journal *journal, uint64_t count)
{
	json_t *event = new_event(journal, "lost");

	if (event != NULL) {
		json_object_set_new(event, "count", json_integer((json_int_t)count));
		write_event(journal, event);
	}
}

void journal_incomplete(struct journal *journal)
{
	json_t *event = new_event(journal, "incomplete");

	if (event != NULL) {
		write_event(journal, event);
	}
	message(MESSAGE_NORMAL,
		"not all files that were opened are known (reports were lost): until the next "
		"restart, the project's folders in use are watched whole");
}
