/* SPDX-License-Identifier: MIT */
/* The loop: how the command is started. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/descriptors.h"
#include "launcher/environment.h"
#include "launcher/executable.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/path.h"
#include "launcher/printable.h"

/* Before the start: what would hide it, and that the command can be told of it. */
static void take_changed(const char *path, void *context)
{
	struct loop *loop = context;

	observer_drop_caches(loop->observer, path);
	changes_add(&loop->changes, path);
}

/* What the user has redirected our output to, and so the command's. */
static void note_output(const struct descriptor *descriptor, void *context)
{
	const struct loop *loop = context;

	observer_output(loop->observer, descriptor->path);
}

/* What is known of the old generation goes, and what the new one is known by beforehand comes. */
static void begin_generation(struct loop *loop)
{
	struct verdict ignored = {0}; /* the new generation finds everything as it is now */

	loop_judge_hints(loop, &ignored);
	generations_each_changed(loop->generations, take_changed, loop);
	generations_begin(loop->generations, loop->complete);
	observer_begin(loop->observer);
	watchlist_begin(loop->watchlist);
	checkout_forget(&loop->checkout);
	lately_begin(loop->soon);
	loop->was_killed = false;
	loop->refused_told = false;
	loop->widened = false;
	loop->complete = false;
	loop->stopping_told = false;
	loop->tree_gone = false;
	loop->alone = false;
}

/*
 * The command's file as it is executed (relative, if it was named so: a script sees the name), and
 * the same from the root, for us.
 */
static bool find_command(const struct loop *loop, char found[PATH_MAX], char absolute[PATH_MAX])
{
	const char *name = loop->parts.options->command[0];

	/* Where it would be, if it is named by a path and not there. */
	if (strchr(name, '/') == NULL || !path_join(absolute, loop->parts.folder, name)) {
		absolute[0] = '\0';
	}
	if (executable_find(name, getenv("PATH"), found, PATH_MAX) != 0) {
		return false;
	}
	return path_join(absolute, loop->parts.folder, found);
}

/* Why it cannot be run, in words to follow its name. */
static void tell_failure(const struct loop *loop, const char *path, int error)
{
	char reason[PATH_MAX + 128];
	char *shown = printable_path(loop->parts.options->command[0]);
	bool waits = loop->supervisor.generation > 1 &&
		     loop->parts.options->supervisor.on_exit != ON_EXIT_STOP;

	executable_explain(loop->parts.options->command[0], path, error, reason, sizeof(reason));
	message(MESSAGE_ERROR, "cannot run %s: %s%s", shown, reason,
		waits ? ", waiting for a change" : "");
	free(shown);
}

/*
 * There is no process to be had, or no descriptor, which may be otherwise in a moment: nobody's
 * save would tell. Or its file is open for writing, or, if it could be executed before, has been
 * written and is not executable yet: a linker does the one after the other.
 */
static bool is_busy(const struct loop *loop, int error)
{
	int64_t since_ns = loop->supervisor.busy_ns;

	if (error == ETXTBSY) {
		return true;
	}
	if (child_lacked_means(error)) {
		return loop->supervisor.generation > 1;
	}
	return (error == EACCES || error == ENOEXEC) && loop->supervisor.generation > 1 &&
	       (since_ns == 0 || loop_now_ns() - since_ns < SETTLE_CAP_NS);
}

static void fail_to_start(struct loop *loop, const char *path, const char *absolute, int error)
{
	struct supervisor_event failure = {.kind = EVENT_START_FAILED};

	loop->start_error = error;
	if (is_busy(loop, error)) {
		failure.kind = EVENT_START_BUSY;
	} else {
		tell_failure(loop, path, error);
		if (absolute[0] != '\0') {
			observer_not_executed(loop->observer, absolute, (uint64_t)loop->started_ns);
		}
		generations_fail(loop->generations);
	}
	failure.status = child_exec_status(error);
	failure.now_ns = loop_now_ns();
	loop->tree_gone = true;
	loop_feed(loop, failure);
	loop_verify(loop);
}

/*
 * The folder that we were started in is where its path leads now: it may have been made anew. If it
 * is gone, the command runs in what is left of it, and is started again when there is one.
 */
static void enter_folder(const struct loop *loop)
{
	const struct use use = {.reason = DEPENDENCY_MISSING, .pid = getpid()};

	if (chdir(loop->parts.folder) != 0 && errno == ENOENT) {
		generations_depend(loop->generations, loop->parts.folder, use);
	}
}

static pid_t spawn(const struct loop *loop, const char *path)
{
	const struct loop_parts *parts = &loop->parts;
	char **environment;
	pid_t pid = -1;
	int saved_errno;

	if (parts->trace != NULL) { /* it is to find everything as it is without us */
		return child_spawn(path, parts->options->command, parts->environment,
				   parts->signals);
	}
	environment = environment_of_generation(parts->environment, loop->supervisor.generation,
						loop->changes.text);
	if (environment != NULL) {
		pid = child_spawn(path, parts->options->command, environment, parts->signals);
	}
	saved_errno = errno;
	environment_free(environment);
	errno = saved_errno;
	return pid;
}

static void run_command(struct loop *loop)
{
	char path[PATH_MAX];
	char absolute[PATH_MAX];
	pid_t pid = -1;

	loop->started_ns = loop_now_ns();
	if (loop->parts.trace != NULL) {
		trace_begin(loop->parts.trace, loop->started_ns);
	}
	enter_folder(loop);
	if (find_command(loop, path, absolute)) {
		observer_execute(loop->observer, absolute, (uint64_t)loop->started_ns);
		pid = spawn(loop, path);
	}
	if (pid < 0) {
		fail_to_start(loop, path, absolute, errno);
		return;
	}
	loop->tree_gone = false;
	loop->main_pid = pid;
	guardian_set_main(loop->parts.guardian, pid);
	tree_set_main(&loop->tree, pid);
	journal_started(loop->parts.journal, loop->supervisor.generation, pid, loop->started_ns);
	if (loop->parts.trace == NULL) {
		descriptors_each_written(getpid(), note_output, loop);
	}
	observer_started(loop->observer, pid, absolute, (uint64_t)loop->started_ns);
	/* What is watched without being reported: the command itself, and --watch. */
	loop_verify(loop);
	generations_tidy(loop->generations);
}

/* What was said of the change is wiped away with all the rest, but whoever looks wants to know. */
static void clear_screen(const struct loop *loop)
{
	if (terminal_clear(loop->parts.terminal, loop->parts.options->clear > 1) &&
	    loop->changes.length > 0) {
		journal_cleared(loop->parts.journal, loop->changes.text);
	}
}

void loop_retry(struct loop *loop)
{
	begin_generation(loop);
	run_command(loop);
}

void loop_start(struct loop *loop)
{
	bool seen = true;

	if (loop->supervisor.generation > 1) {
		loop_restore_terminal(loop);
		seen = loop_renew_channel(loop);
	}
	terminal_begin(loop->parts.terminal);
	changes_free(&loop->changes);
	begin_generation(loop);
	if (!seen) {
		generations_inherit(loop->generations);
	}
	if (loop->parts.options->clear > 0) {
		clear_screen(loop);
	}
	run_command(loop);
}

/* Before the first start there is nothing to depend on but what the command line names. */
void loop_postpone(struct loop *loop)
{
	char path[PATH_MAX];
	char absolute[PATH_MAX];

	begin_generation(loop);
	loop->tree_gone = true;
	loop->alone = true;
	terminal_begin(loop->parts.terminal);
	if (find_command(loop, path, absolute)) {
		observer_execute(loop->observer, absolute, (uint64_t)loop_now_ns());
	}
	for (char **word = loop->parts.options->command + 1; *word != NULL; word++) {
		if (path_join(path, loop->parts.folder, *word)) {
			observer_named(loop->observer, path, (uint64_t)loop_now_ns());
		}
	}
	journal_postponed(loop->parts.journal, terminal_is_ours_to_read(loop->parts.terminal));
	loop_verify(loop);
}
