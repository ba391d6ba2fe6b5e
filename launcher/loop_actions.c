/* SPDX-License-Identifier: MIT */
/* The loop: what is to be done; see supervisor.h for what each action means. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "launcher/child.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/printable.h"

/* Gives the terminal back, after whoever has used it last. */
void loop_restore_terminal(struct loop *loop)
{
	struct kin ours = {0};

	/* What a traced command leaves behind, it leaves without us as well. */
	if (loop->parts.terminal->fd < 0 || loop->parts.trace != NULL) {
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

/* Compares what has become a dependency by other ways than a report. */
void loop_verify(struct loop *loop)
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

	loop_restore_terminal(loop);
	if (loop->parts.trace == NULL) {
		observer_end(loop->observer, (uint64_t)loop_now_ns());
	}
	if (loop->alone && words.after == ON_EXIT_WAIT &&
	    terminal_is_ours_to_read(loop->parts.terminal)) {
		terminal_forget_typed(loop->parts.terminal);
		words.enter = true;
	}
	journal_ended(loop->parts.journal, &words);
	loop->complete = !failed;
	if (failed) {
		generations_fail(loop->generations);
		loop_verify(loop);
	}
}

static void finish(struct loop *loop)
{
	bool died_of_key =
	    WIFSIGNALED(loop->wait_status) && WTERMSIG(loop->wait_status) == loop->key;

	loop_restore_terminal(loop);
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

	if (child_lacked_means(loop->start_error)) {
		message(MESSAGE_ERROR, "cannot run %s: %s, trying again", shown,
			strerror(loop->start_error));
	} else {
		message(MESSAGE_NORMAL, "waiting for %s: somebody is still writing it", shown);
	}
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
	    {ACTION_SAY_STOPPING, loop_tell_stopping},
	    {ACTION_STOP_MAIN, loop_stop_main},
	    {ACTION_STOP_REST, loop_stop_rest},
	    {ACTION_KILL, loop_kill_tree},
	    {ACTION_SAY_IGNORED, say_ignored},
	    {ACTION_SAY_LOCKED, say_locked},
	    {ACTION_SAY_BUSY, say_busy},
	    {ACTION_SAY_PAUSING, say_pausing},
	    {ACTION_POSTPONE, loop_postpone},
	    {ACTION_START, loop_start},
	    {ACTION_RETRY, loop_retry},
	    {ACTION_FINISH, finish},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if ((actions & table[i].action) != 0) {
			table[i].perform(loop);
		}
	}
}
