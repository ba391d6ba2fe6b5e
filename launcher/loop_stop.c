/* SPDX-License-Identifier: MIT */
/* The loop: how the command is stopped; see supervisor.h for the order. */
#include <signal.h>

#include "launcher/loop_state.h"

#define COMPLETE_NS 1000000000LL /* alive for so long, a generation counts as healthy */

/* What has ended us is what ends it; how a restart asks, and SIGTERM, is for the user to say. */
static int stop_signal(const struct loop *loop)
{
	return loop->end_signal == 0 || loop->end_signal == SIGTERM
		   ? loop->parts.options->stop_signal
		   : loop->end_signal;
}

void loop_tell_stopping(struct loop *loop)
{
	if (!loop->stopping_told) {
		loop->stopping_told = true;
		loop->complete |=
		    loop->main_pid != 0 && loop_now_ns() - loop->started_ns >= COMPLETE_NS;
		journal_stopping(loop->parts.journal, loop->supervisor.generation,
				 loop->parts.options->supervisor.stop_timeout_ns == 0
				     ? SIGKILL
				     : stop_signal(loop));
	}
}

void loop_stop_main(struct loop *loop)
{
	loop_tell_stopping(loop);
	if (loop->main_pid != 0) {
		/* Not yet waited for, so the pid is still its own. SIGCONT: it may be stopped. */
		kill(loop->main_pid, stop_signal(loop));
		kill(loop->main_pid, SIGCONT);
	}
}

void loop_stop_rest(struct loop *loop)
{
	if (!loop->alone && tree_signal(&loop->tree, stop_signal(loop), loop->main_pid) > 0) {
		loop_tell_stopping(loop);
	}
}

void loop_kill_tree(struct loop *loop)
{
	pid_t refused = 0;
	int count;

	loop_tell_stopping(loop);
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
