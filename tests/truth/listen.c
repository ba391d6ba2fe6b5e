/* SPDX-License-Identifier: MIT */
/*
 * What the library reports of a command, with nothing of what the launcher makes of it:
 *
 *   listen [--reload] OUTPUT COMMAND [ARGUMENT...]
 *
 * Runs the command with the library in it and writes each report to the file OUTPUT, as a line of
 * JSON, until the command and all that it has started have gone. Reports on the system's own paths
 * are among them, unless --reload asks for what a reload wants. A path that is not UTF-8 is written
 * as {"bytes": BASE64}, one whose folder nobody knows any more as it came, without a "/" in front.
 *
 * Exits with the command's status (128 + N for a signal), 126 or 127 if it cannot be executed, and
 * 125 if something failed here, or if what arrived was not all reports.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base64.h"
#include "launcher/channel.h"
#include "launcher/child.h"
#include "launcher/environment.h"
#include "launcher/library.h"
#include "launcher/utf8.h"
#include "preload/guest.h"

#define STATUS_OURS 125

/* By number; one that is not here is written as a number. */
static const char *const kinds[] = {
    [REPORT_HELLO] = "hello",	  [REPORT_FORKED] = "forked",	[REPORT_READ] = "read",
    [REPORT_WRITE] = "write",	  [REPORT_MISSING] = "missing", [REPORT_STAT] = "stat",
    [REPORT_LIST] = "list",	  [REPORT_EXEC] = "exec",	[REPORT_RENAME] = "rename",
    [REPORT_LINK] = "link",	  [REPORT_REMOVE] = "remove",	[REPORT_MKDIR] = "mkdir",
    [REPORT_LOST] = "lost",	  [REPORT_LOAD] = "load",	[REPORT_READLINK] = "readlink",
    [REPORT_SANDBOX] = "sandbox",
};

/* By bit. */
static const char *const flags[] = {
    "identity", "truncated", "created", "append", "searched", "failed", "unreachable", "spawned",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static json_t *name_or_number(const char *const *names, size_t count, unsigned number)
{
	if (number < count && names[number] != NULL) {
		return json_string(names[number]);
	}
	return json_integer(number);
}

static json_t *json_flags(unsigned set)
{
	json_t *list = json_array();

	for (unsigned bit = 0; set >> bit != 0; bit++) {
		if ((set >> bit & 1u) != 0) {
			json_array_append_new(list, name_or_number(flags, COUNT(flags), bit));
		}
	}
	return list;
}

static json_t *json_bytes(const char *bytes)
{
	char *base64;
	json_t *object;

	if (utf8_valid(bytes, strlen(bytes))) {
		return json_string(bytes);
	}
	base64 = base64_encode(bytes, strlen(bytes));
	object = json_pack("{s:s}", "bytes", base64 != NULL ? base64 : "");
	free(base64);
	return object;
}

static json_t *json_words(const struct report *report)
{
	const char *end = report->text + report->header.text_length;
	json_t *list = json_array();

	for (const char *word = report->text; word < end; word += strlen(word) + 1) {
		json_array_append_new(list, json_bytes(word));
	}
	return list;
}

static json_t *json_report(const struct report *report)
{
	const struct report_header *header = &report->header;
	json_t *line = json_object();

	json_object_set_new(line, "kind", name_or_number(kinds, COUNT(kinds), header->kind));
	json_object_set_new(line, "flags", json_flags(header->flags));
	json_object_set_new(line, "pid", json_integer(header->pid));
	json_object_set_new(line, "error", json_integer(header->error));
	if (header->first_length != 0) {
		json_object_set_new(line, "first", json_bytes(report->first));
	}
	if (header->second_length != 0) {
		json_object_set_new(line, "second", json_bytes(report->second));
	}
	if (header->text_length != 0) {
		json_object_set_new(line, "text", json_words(report));
	}
	if (header->kind == REPORT_LOST) {
		json_object_set_new(line, "count", json_integer((json_int_t)header->count));
	}
	return line;
}

/* Writes what has come; -1 with errno if reading or writing fails. */
static int drain(struct channel *channel, FILE *output)
{
	struct report report;
	int result;

	while ((result = channel_next(channel, &report)) > 0) {
		json_t *line = json_report(&report);
		bool written = json_dumpf(line, output, JSON_COMPACT) == 0;

		json_decref(line);
		if (!written || fputc('\n', output) == EOF) {
			return -1;
		}
	}
	return result;
}

/* Takes the end of every process that has ended; true if there is none left. */
static bool all_have_gone(pid_t command, int *status)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (pid == command) {
			*status = child_status(wait_status);
		}
	}
	return pid < 0 && errno == ECHILD;
}

/* A signal that asks us to end is the command's: we end when it does. */
static void take_signals(int signals, pid_t command)
{
	struct signalfd_siginfo signal;

	while (read(signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
		if (signal.ssi_signo != SIGCHLD) {
			kill(command, (int)signal.ssi_signo);
		}
	}
}

static int listen_until_the_end(struct channel *channel, int signals, pid_t command, FILE *output)
{
	struct pollfd polled[] = {{.fd = channel_fd(channel), .events = POLLIN},
				  {.fd = signals, .events = POLLIN}};
	int status = STATUS_OURS;

	while (!all_have_gone(command, &status)) {
		if (poll(polled, COUNT(polled), -1) < 0 && errno != EINTR) {
			return -1;
		}
		take_signals(signals, command);
		if (drain(channel, output) < 0) {
			return -1;
		}
	}
	/* What they sent before they went. */
	return drain(channel, output) < 0 ? -1 : status;
}

static pid_t spawn(char *const command[], char *const environment[], const sigset_t *mask)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		sigprocmask(SIG_SETMASK, mask, NULL);
		execvpe(command[0], command, environment);
		status = child_exec_status(errno);
		perror(command[0]);
		_exit(status);
	}
	return pid;
}

/* -1: errno tells what failed. */
static int run(struct channel *channel, char *const environment[], char *const command[],
	       FILE *output)
{
	sigset_t ours;
	sigset_t theirs;
	int signals;
	int status = -1;
	pid_t pid;

	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, &theirs);
	signals = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
	/* Orphans become our children: so that the last of them is known. */
	if (signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
		return -1;
	}
	pid = spawn(command, environment, &theirs);
	if (pid >= 0) {
		status = listen_until_the_end(channel, signals, pid, output);
	}
	close(signals);
	return status;
}

static int misused(void)
{
	(void)fputs("usage: listen [--reload] OUTPUT COMMAND [ARGUMENT...]\n", stderr);
	return STATUS_OURS;
}

int main(int argc, char *argv[])
{
	bool reload = argc > 1 && strcmp(argv[1], "--reload") == 0;
	char **words = argv + (reload ? 2 : 1);
	char library[PATH_MAX];
	struct channel *channel = NULL;
	char **environment = NULL;
	FILE *output;
	int status = -1;

	if (argc - (words - argv) < 2) {
		return misused();
	}
	output = fopen(words[0], "we");
	if (output != NULL && library_find(library) == 0) {
		channel = channel_open(library);
	}
	if (channel != NULL) {
		environment = environment_with_preload(environ, channel_folder(channel),
						       reload ? GUEST_RELOAD : GUEST_EVERYTHING);
	}
	if (environment != NULL) {
		status = run(channel, environment, words + 1, output);
	}
	if (status >= 0 && fclose(output) != 0) {
		status = -1;
	}
	if (status < 0) {
		perror("listen");
		status = STATUS_OURS;
	} else if (channel_malformed(channel) != 0) {
		(void)fputs("listen: not all that arrived were reports\n", stderr);
		status = STATUS_OURS;
	}
	environment_free(environment);
	channel_close(channel);
	return status;
}
