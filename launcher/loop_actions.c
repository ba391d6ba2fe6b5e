/* SPDX-License-Identifier: MIT */
/* The loop: what is to be done; see supervisor.h for what each action means. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/descriptors.h"
#include "launcher/environment.h"
#include "launcher/executable.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/path.h"
#include "launcher/printable.h"

#define COMPLETE_NS 1000000000LL /* alive for so long, a generation counts as healthy */

/* What has ended us is what ends it; how a restart asks, and SIGTERM, is for the user to say. */
static int stop_signal(const struct loop *loop)
{
	return loop->end_signal == 0 || loop->end_signal == SIGTERM
		   ? loop->parts.options->stop_signal
		   : loop->end_signal;
}

static void tell_stopping(struct loop *loop)
{
	if (!loop->stopping_told) {
		loop->stopping_told = true;
		loop->complete |=
		    loop->main_pid != 0 && loop_now_ns() - loop->started_ns >= COMPLETE_NS;
		journal_stopping(loop->parts.journal, loop->supervisor.generation,
				 stop_signal(loop));
	}
}

static void stop_main(struct loop *loop)
{
	tell_stopping(loop);
	if (loop->main_pid != 0) {
		/* Not yet waited for, so the pid is still its own. SIGCONT: it may be stopped. */
		kill(loop->main_pid, stop_signal(loop));
		kill(loop->main_pid, SIGCONT);
	}
}

static void stop_rest(struct loop *loop)
{
	if (!loop->alone && tree_signal(&loop->tree, stop_signal(loop), loop->main_pid) > 0) {
		tell_stopping(loop);
	}
}

/* Gives the terminal back, after whoever has used it last. */
static void restore_terminal(struct loop *loop)
{
	struct kin ours = {0};

	if (loop->parts.terminal->fd < 0) {
		return;
	}
	if (!loop->alone) {
		(void)tree_find(&loop->tree, &ours);
	}
	kin_add_ancestors(&ours);
	terminal_restore(loop->parts.terminal, loop->dirty, &ours);
	loop->dirty = false;
	kin_free(&ours);
}

static void kill_tree(struct loop *loop)
{
	pid_t refused = 0;
	int count;

	tell_stopping(loop);
	/* The first time plainly: what is frozen is seen to be by its parents. */
	count = tree_kill(&loop->tree, loop->was_killed, &refused);
	loop->was_killed = true;
	loop->dirty = true;
	if (refused != 0 && !loop->refused_told) {
		loop->refused_told = true;
		journal_left(loop->parts.journal, refused, loop->supervisor.ending);
	}
	if (refused != 0 && count > 0) {
		loop_feed_kind(loop, EVENT_TREE_LEFT);
	}
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
	struct ending_words words = {.wait_status = loop->wait_status,
				     .after = loop->supervisor.after_exit};

	restore_terminal(loop);
	observer_end(loop->observer, (uint64_t)loop_now_ns());
	if (loop->alone && words.after == ON_EXIT_WAIT &&
	    terminal_is_ours_to_read(loop->parts.terminal)) {
		terminal_forget_typed(loop->parts.terminal);
		words.enter = true;
	}
	journal_ended(loop->parts.journal, &words);
	loop->complete = !failed;
	if (failed) {
		generations_fail(loop->generations);
		verify(loop);
	}
}

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
 * Its file is open for writing, or, if it could be executed before, has been written and is not
 * executable yet: a linker does the one after the other.
 */
static bool is_busy(const struct loop *loop, int error)
{
	int64_t since_ns = loop->supervisor.busy_ns;

	if (error == ETXTBSY) {
		return true;
	}
	return (error == EACCES || error == ENOEXEC) && loop->supervisor.generation > 1 &&
	       (since_ns == 0 || loop_now_ns() - since_ns < SETTLE_CAP_NS);
}

static void fail_to_start(struct loop *loop, const char *path, const char *absolute, int error)
{
	struct supervisor_event failure = {.kind = EVENT_START_FAILED};

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

static pid_t spawn(const struct loop *loop, const char *path)
{
	const struct loop_parts *parts = &loop->parts;
	char **environment = environment_of_generation(
	    parts->environment, loop->supervisor.generation, loop->changes.text);
	pid_t pid = -1;
	int saved_errno;

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
	descriptors_each_written(getpid(), note_output, loop);
	observer_started(loop->observer, pid, absolute);
	/* What is watched without being reported: the command itself, and --watch. */
	verify(loop);
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

static void retry(struct loop *loop)
{
	begin_generation(loop);
	run_command(loop);
}

static void start(struct loop *loop)
{
	if (loop->supervisor.generation > 1) {
		restore_terminal(loop);
	}
	terminal_begin(loop->parts.terminal);
	changes_free(&loop->changes);
	begin_generation(loop);
	if (loop->parts.options->clear > 0) {
		clear_screen(loop);
	}
	run_command(loop);
}

/* Before the first start there is nothing to depend on but what the command line names. */
static void postpone(struct loop *loop)
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
	verify(loop);
}

static void finish(struct loop *loop)
{
	bool died_of_key =
	    WIFSIGNALED(loop->wait_status) && WTERMSIG(loop->wait_status) == loop->key;

	restore_terminal(loop);
	/* A shell goes by this: its loop ends as well. */
	loop->by_key = loop->key != 0 && (died_of_key || loop->key_at_rest);
	loop->finished = true;
}

static void say_ignored(struct loop *loop)
{
	(void)loop;
	message(MESSAGE_NORMAL, "still running; press Ctrl-C again to kill it");
}

static void say_locked(struct loop *loop)
{
	journal_locked(loop->parts.journal, checkout_lock(&loop->checkout));
}

static void say_busy(struct loop *loop)
{
	char *shown = printable_path(loop->parts.options->command[0]);

	message(MESSAGE_NORMAL, "waiting for %s: somebody is still writing it", shown);
	free(shown);
}

static void say_pausing(struct loop *loop)
{
	journal_pausing(loop->parts.journal, loop->supervisor.pause_ns,
			loop->supervisor.at_once == 2);
}

void loop_perform(struct loop *loop, unsigned actions)
{
	static const struct {
		enum supervisor_action action;
		void (*perform)(struct loop *loop);
	} table[] = {
	    {ACTION_SAY_EXITED, say_exited},
	    {ACTION_STOP_MAIN, stop_main},
	    {ACTION_STOP_REST, stop_rest},
	    {ACTION_KILL, kill_tree},
	    {ACTION_SAY_IGNORED, say_ignored},
	    {ACTION_SAY_LOCKED, say_locked},
	    {ACTION_SAY_BUSY, say_busy},
	    {ACTION_SAY_PAUSING, say_pausing},
	    {ACTION_POSTPONE, postpone},
	    {ACTION_START, start},
	    {ACTION_RETRY, retry},
	    {ACTION_FINISH, finish},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if ((actions & table[i].action) != 0) {
			table[i].perform(loop);
		}
	}
}
