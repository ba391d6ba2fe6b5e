/* SPDX-License-Identifier: MIT */
/* The loop: signals that have come, and with SIGCHLD the ends and stops of children. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/loop_state.h"

#define KEY_NS 1000000000LL /* who dies of a key dies soon */

/* What one reading of the descriptor brings, to be taken in an order that is ours. */
struct signals_taken {
	bool child, continued;
};

static bool is_of_key(const struct loop *loop, int wait_status)
{
	return loop->key != 0 && WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == loop->key &&
	       loop->supervisor.state == SUPERVISOR_RUNNING &&
	       loop_now_ns() - loop->key_ns < KEY_NS;
}

static void take_main_exit(struct loop *loop, int wait_status)
{
	struct supervisor_event event = {
	    .kind = EVENT_MAIN_EXITED,
	    .status = child_status(wait_status),
	};

	loop_take_all_reports(loop); /* its last words */
	journal_exited(loop->parts.journal, loop->supervisor.generation, loop->main_pid,
		       wait_status);
	if (is_of_key(loop, wait_status)) {
		/* It had the keys, and has let this one end it. */
		loop_feed_end(loop, EVENT_INTERRUPT, loop->key);
	}
	loop->main_pid = 0;
	loop->main_stopped = false;
	loop->wait_status = wait_status;
	loop->dirty |= wait_status != 0;
	guardian_set_main(loop->parts.guardian, 0);
	tree_set_main(&loop->tree, 0);
	event.now_ns = loop_now_ns();
	loop_feed(loop, event);
}

/*
 * The main process has stopped itself, or was stopped by the terminal: then whoever waits for us (a
 * shell) is to have its prompt. In an orphaned process group nobody could wake us, and the kernel
 * does not stop us (setpgid(2)). A debugger's or another's SIGSTOP is not for us.
 */
static void stop_with_main(struct loop *loop, int number)
{
	loop->main_stopped = true;
	if (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) {
		journal_stopped(loop->parts.journal, number);
		(void)raise(number);
	}
}

static void continue_with_us(struct loop *loop)
{
	if (loop->main_stopped && loop->main_pid != 0) {
		kill(loop->main_pid, SIGCONT);
		journal_continued(loop->parts.journal);
	}
	loop->main_stopped = false;
}

/* What waiting for all children has brought. */
struct waited {
	bool main_ended;
	int main_status; /* wait(2) */
	int stopped_by;	 /* what has stopped the main process; 0: nothing */
};

static void take_child(struct loop *loop, pid_t pid, int wait_status, struct waited *waited)
{
	if (WIFSTOPPED(wait_status)) {
		waited->stopped_by =
		    pid == loop->main_pid ? WSTOPSIG(wait_status) : waited->stopped_by;
		return;
	}
	if (pid == loop->main_pid) {
		waited->main_ended = true;
		waited->main_status = wait_status;
	}
	tree_forget(&loop->tree, pid);
}

/* Whatever has ended: the command, and all that was orphaned to us (prctl(2)). */
static struct waited wait_for_all(struct loop *loop)
{
	struct waited waited = {.main_ended = false};
	int wait_status;
	pid_t pid;

	do {
		pid = waitpid(-1, &wait_status, WNOHANG | WUNTRACED);
		if (pid > 0) {
			take_child(loop, pid, wait_status, &waited);
		}
	} while (pid > 0 || (pid < 0 && errno == EINTR));
	loop->alone = pid < 0 || tree_is_empty(&loop->tree);
	return waited;
}

/* stops: those are news; not when we have just been woken ourselves, and the command is about to
 * be. */
static void reap(struct loop *loop, bool stops)
{
	struct waited waited = wait_for_all(loop);

	if (waited.main_ended) {
		take_main_exit(loop, waited.main_status);
	} else if (waited.stopped_by != 0 && stops) {
		stop_with_main(loop, waited.stopped_by);
	}
	if (loop->alone && !loop->tree_gone && loop->main_pid == 0) {
		loop->tree_gone = true;
		loop_take_all_reports(loop);
		loop_take_hints(loop); /* it may not be quiet at all */
		loop_feed_kind(loop, EVENT_TREE_GONE);
	}
}

static void take_end(struct loop *loop, struct signal_taken taken)
{
	bool again = loop->supervisor.ending && loop->supervisor.state != SUPERVISOR_INTERRUPTED &&
		     (taken.number == SIGINT || taken.number == SIGQUIT);

	/* A SIGHUP that comes beside SIGTERM is for shells (systemd.kill(5)); others may reload by
	 * it. */
	if (loop->end_signal == 0 ||
	    (taken.number == SIGTERM && loop->supervisor.state == SUPERVISOR_INTERRUPTED)) {
		loop->end_signal = taken.number;
	}
	/* A terminal that is closed tells the session's leader alone, which a shell would pass on.
	 */
	loop->by_terminal |= taken.from_kernel && (taken.number != SIGHUP || getsid(0) != getpid());
	loop_feed_end(loop, again ? EVENT_INTERRUPT : EVENT_TERMINATE, taken.number);
}

/*
 * A key has done it: the command has it, too, and may use it in its own way. Many a program has a
 * use for SIGQUIT that is no end (Java's dump of its threads).
 */
static void take_key(struct loop *loop, struct signal_taken taken)
{
	bool runs = loop->main_pid != 0;

	if (runs && !loop_is_in_our_group(loop)) {
		take_end(loop,
			 taken); /* it has made itself a group of its own, and knows nothing */
		return;
	}
	guardian_forget_signals(loop->parts.guardian);
	if (runs && taken.number == SIGQUIT && child_expects(loop->main_pid, SIGQUIT)) {
		return;
	}
	loop->key = taken.number;
	loop->key_ns = loop_now_ns();
	if (runs && !terminal_is_canonical(loop->parts.terminal)) {
		return;
	}
	loop->key_at_rest = !runs;
	loop_feed_end(loop, EVENT_INTERRUPT, taken.number);
}

/* Not ours, but for what a terminal tells all its processes. */
static void hand_on(const struct loop *loop, struct signal_taken taken)
{
	if (!taken.from_kernel && loop->main_pid != 0) {
		kill(loop->main_pid, taken.number);
	}
}

/* What is not known when nothing is watched is the command's. */
static void take_wish(struct loop *loop, struct signal_taken taken)
{
	if (loop->parts.trace != NULL) {
		hand_on(loop, taken);
	} else if (taken.number == SIGUSR1) {
		loop_feed_kind(loop, EVENT_RESTART);
	} else {
		loop_list(loop);
	}
}

static void take_signal(struct loop *loop, struct signal_taken taken, struct signals_taken *later)
{
	switch (taken.number) {
	case SIGCHLD:
		later->child = true;
		break;
	case SIGCONT:
		later->continued = true;
		break;
	case SIGINT:
	case SIGQUIT:
		if (taken.from_kernel) {
			take_key(loop, taken);
			break;
		}
		/* fallthrough */
	case SIGTERM:
	case SIGHUP:
		take_end(loop, taken);
		break;
	case SIGUSR1:
	case SIGUSR2:
		take_wish(loop, taken);
		break;
	default:
		hand_on(loop, taken);
		break;
	}
}

void loop_take_signals(struct loop *loop)
{
	struct signals_taken later = {false, false};
	struct signal_taken taken;

	while (signals_next(loop->parts.signals, &taken)) {
		take_signal(loop, taken, &later);
	}
	if (later.continued) {
		terminal_continue(loop->parts.terminal);
		continue_with_us(loop);
	}
	if (later.child) {
		reap(loop, !later.continued);
	}
}
