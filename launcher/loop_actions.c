/* SPDX-License-Identifier: MIT */
/* The loop: what is to be done; see supervisor.h for what each action means. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/descriptors.h"
#include "launcher/executable.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/path.h"
#include "launcher/printable.h"
#include "launcher/tree.h"

#define COMPLETE_NS 1000000000LL /* alive for so long, a generation counts as healthy */

static void tell_stopping(struct loop *loop)
{
	if (!loop->stopping_told) {
		loop->stopping_told = true;
		loop->complete |=
		    loop->main_pid != 0 && loop_now_ns() - loop->started_ns >= COMPLETE_NS;
		journal_stopping(loop->parts.journal, loop->supervisor.generation,
				 loop->parts.options->stop_signal);
	}
}

static void stop_main(struct loop *loop)
{
	tell_stopping(loop);
	if (loop->main_pid != 0) {
		/* Not yet waited for, so the pid is still its own. SIGCONT: it may be stopped. */
		kill(loop->main_pid, loop->parts.options->stop_signal);
		kill(loop->main_pid, SIGCONT);
	}
}

static void stop_rest(struct loop *loop)
{
	tell_stopping(loop);
	tree_signal(loop->parts.options->stop_signal, loop->main_pid);
}

static void kill_tree(struct loop *loop)
{
	tell_stopping(loop);
	tree_kill();
}

/* Compares what has become a dependency by other ways than a report. */
static void verify(struct loop *loop)
{
	struct verdict verdict = {0};

	generations_verify(loop->generations, &verdict);
	loop_feed_verdict(loop, &verdict);
}

static void say_exited(struct loop *loop)
{
	bool failed = child_status(loop->wait_status) != 0;

	terminal_restore(loop->parts.terminal);
	observer_end(loop->observer, (uint64_t)loop_now_ns());
	journal_waiting(loop->parts.journal, loop->wait_status);
	loop->complete = !failed;
	if (failed) {
		generations_fail(loop->generations);
		verify(loop);
	}
}

static void drop_cache(const char *path, void *context)
{
	const struct loop *loop = context;

	observer_drop_caches(loop->observer, path);
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
	generations_each_changed(loop->generations, drop_cache, loop);
	generations_begin(loop->generations, loop->complete);
	observer_begin(loop->observer);
	watchlist_begin(loop->watchlist);
	checkout_forget(&loop->checkout);
	lately_begin(loop->soon);
	loop->widened = false;
	loop->complete = false;
	loop->stopping_told = false;
	loop->tree_gone = false;
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

static void tell_failure(struct loop *loop, const char *path, const char *absolute, int error)
{
	struct supervisor_event failure = {.kind = EVENT_START_FAILED};
	struct executable executable = {.kind = EXECUTABLE_UNKNOWN};
	const char *reason = NULL;
	char *shown = printable_path(loop->parts.options->command[0]);

	if (error == ENOEXEC && executable_inspect(path, &executable) == 0) {
		reason = executable_reason(executable.kind);
	}
	message(MESSAGE_ERROR, "cannot run %s: %s%s%s", shown, reason != NULL ? "it " : "",
		reason != NULL ? reason : strerror(error),
		loop->supervisor.generation > 1 ? ", waiting for a change" : "");
	free(shown);
	if (absolute[0] != '\0') {
		observer_not_executed(loop->observer, absolute, (uint64_t)loop->started_ns);
	}
	generations_fail(loop->generations);
	failure.status = child_exec_status(error);
	failure.now_ns = loop_now_ns();
	loop->tree_gone = true;
	loop_feed(loop, failure);
	verify(loop);
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

static void start(struct loop *loop)
{
	const struct options *options = loop->parts.options;
	char path[PATH_MAX];
	char absolute[PATH_MAX];
	pid_t pid = -1;

	terminal_restore(loop->parts.terminal);
	begin_generation(loop);
	loop->started_ns = loop_now_ns();
	enter_folder(loop);
	if (find_command(loop, path, absolute)) {
		observer_execute(loop->observer, absolute, (uint64_t)loop->started_ns);
		pid = child_spawn(path, options->command, loop->parts.environment,
				  loop->parts.signals);
	}
	if (pid < 0) {
		tell_failure(loop, path, absolute, errno);
		return;
	}
	loop->main_pid = pid;
	journal_started(loop->parts.journal, loop->supervisor.generation, pid, loop->started_ns);
	descriptors_each_written(getpid(), note_output, loop);
	observer_started(loop->observer, pid, absolute);
	/* What is watched without being reported: the command itself, and --watch. */
	verify(loop);
	generations_tidy(loop->generations);
}

void loop_perform(struct loop *loop, unsigned actions)
{
	if ((actions & ACTION_STOP_MAIN) != 0) {
		stop_main(loop);
	}
	if ((actions & ACTION_STOP_REST) != 0) {
		stop_rest(loop);
	}
	if ((actions & ACTION_KILL) != 0) {
		kill_tree(loop);
	}
	if ((actions & ACTION_SAY_EXITED) != 0) {
		say_exited(loop);
	}
	if ((actions & ACTION_SAY_IGNORED) != 0) {
		message(MESSAGE_NORMAL, "still running; press Ctrl-C again to kill it");
	}
	if ((actions & ACTION_SAY_LOCKED) != 0) {
		journal_locked(loop->parts.journal, checkout_lock(&loop->checkout));
	}
	if ((actions & ACTION_START) != 0) {
		start(loop);
	}
	if ((actions & ACTION_FINISH) != 0) {
		loop->finished = true;
	}
}
