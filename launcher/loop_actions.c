/* SPDX-License-Identifier: MIT */
/* The loop: what is to be done; see supervisor.h for what each action means. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/child.h"
#include "launcher/executable.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/python_cache.h"
#include "launcher/tree.h"
#include "launcher/tree_files.h"

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

static void say_exited(struct loop *loop)
{
	struct verdict verdict = {0};
	bool failed = child_status(loop->wait_status) != 0;

	terminal_restore(loop->parts.terminal);
	observer_end(loop->observer, (uint64_t)loop_now_ns());
	journal_waiting(loop->parts.journal, loop->wait_status);
	loop->complete = !failed;
	if (failed) {
		generations_fail(loop->generations);
		generations_verify(loop->generations, &verdict);
		loop_feed_verdict(loop, &verdict);
	}
}

static void drop_cache(const char *path, void *context)
{
	const struct loop *loop = context;

	python_cache_drop(path, loop->parts.cache_prefix);
}

static void note_output(const char *path, void *context)
{
	const struct loop *loop = context;

	observer_output(loop->observer, path);
}

/* What is known of the old generation goes, and what the new one is known by beforehand comes. */
static void begin_generation(struct loop *loop)
{
	char found[PATH_MAX];
	struct verdict ignored = {0}; /* the new generation finds everything as it is now */

	loop_judge_hints(loop, &ignored);
	generations_each_changed(loop->generations, drop_cache, loop);
	generations_begin(loop->generations, loop->complete);
	observer_begin(loop->observer);
	tree_files_own(note_output, loop);
	watchlist_begin(loop->watchlist);
	if (executable_find(loop->parts.options->command[0], getenv("PATH"), found,
			    sizeof(found)) == 0) {
		char whole[PATH_MAX];

		if (realpath(found, whole) != NULL) {
			observer_executed(loop->observer, found[0] == '/' ? found : whole,
					  (uint64_t)loop_now_ns());
		}
	}
	loop->complete = false;
	loop->stopping_told = false;
	loop->tree_gone = false;
}

static void start(struct loop *loop)
{
	const struct options *options = loop->parts.options;
	struct supervisor_event failure = {.kind = EVENT_START_FAILED};
	pid_t pid;

	terminal_restore(loop->parts.terminal);
	begin_generation(loop);
	loop->started_ns = loop_now_ns();
	pid = child_spawn(options->command, loop->parts.environment, loop->parts.signals);
	if (pid > 0) {
		loop->main_pid = pid;
		journal_started(loop->parts.journal, loop->supervisor.generation, pid,
				loop->started_ns);
		return;
	}
	failure.status = child_exec_status(errno);
	message(MESSAGE_ERROR, "cannot run %s: %s%s", options->command[0], strerror(errno),
		loop->supervisor.generation > 1 ? ", waiting for a change" : "");
	failure.now_ns = loop_now_ns();
	loop->tree_gone = true;
	loop_feed(loop, failure);
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
	if ((actions & ACTION_START) != 0) {
		start(loop);
	}
	if ((actions & ACTION_FINISH) != 0) {
		loop->finished = true;
	}
}
