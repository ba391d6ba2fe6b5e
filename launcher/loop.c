/* SPDX-License-Identifier: MIT */
/* The loop; see loop.h. */
#include "launcher/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/executable.h"
#include "launcher/message.h"
#include "launcher/python_cache.h"
#include "launcher/supervisor.h"
#include "launcher/tree.h"
#include "launcher/tree_files.h"

#define COMPLETE_NS 1000000000LL /* alive for so long, a generation counts as healthy */

struct loop {
	struct loop_parts parts;
	struct supervisor supervisor;
	struct generations *generations;
	struct observer *observer;
	struct watchlist *watchlist;
	int epoll;
	int timer;
	int64_t timer_ns; /* what the timer is set to */
	pid_t main_pid;	  /* 0: none, or waited for */
	int wait_status;
	int64_t started_ns;
	bool complete; /* the generation that ends was healthy */
	bool stopping_told;
	bool tree_gone;
	bool finished;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void feed(struct loop *loop, struct supervisor_event event);

static void feed_kind(struct loop *loop, enum supervisor_event_kind kind)
{
	feed(loop, (struct supervisor_event){.kind = kind, .now_ns = now_ns()});
}

/* --- what comes in --- */

static void drain_channel(void *context)
{
	struct loop *loop = context;
	struct report report;

	while (channel_next(loop->parts.channel, &report) == 1) {
		observer_take(loop->observer, &report);
	}
}

static void feed_verdict(struct loop *loop, const struct verdict *verdict)
{
	struct supervisor_event event = {
	    .kind = EVENT_STIRRED,
	    .now_ns = now_ns(),
	    .unfinished = generations_unfinished(loop->generations),
	};

	for (unsigned i = 0; i < verdict->changed; i++) {
		event.kind = EVENT_CHANGED;
		feed(loop, event);
	}
	if (verdict->changed == 0 && verdict->stirred) {
		feed(loop, event);
	}
}

static void take_reports(struct loop *loop)
{
	struct verdict verdict = {0};

	drain_channel(loop);
	generations_verify(loop->generations, &verdict);
	feed_verdict(loop, &verdict);
}

/* Reports first: one of them may say that the command itself is the writer. */
static void judge_hints(struct loop *loop, struct verdict *verdict)
{
	struct hint hint;

	drain_channel(loop);
	while (watcher_next(loop->parts.watcher, &hint) == 1) {
		generations_judge(loop->generations, &hint, verdict);
	}
	generations_verify(loop->generations, verdict);
}

static void take_hints(struct loop *loop)
{
	struct verdict verdict = {0};

	judge_hints(loop, &verdict);
	feed_verdict(loop, &verdict);
}

static void take_main_exit(struct loop *loop, int wait_status)
{
	struct supervisor_event event = {
	    .kind = EVENT_MAIN_EXITED,
	    .status = child_status(wait_status),
	};

	take_reports(loop); /* its last words */
	journal_exited(loop->parts.journal, loop->supervisor.generation, loop->main_pid,
		       wait_status);
	loop->main_pid = 0;
	loop->wait_status = wait_status;
	event.now_ns = now_ns();
	feed(loop, event);
}

/* Waits for whatever has ended: the command, and all that was orphaned to us (prctl(2)). */
static void reap(struct loop *loop)
{
	int wait_status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &wait_status, WNOHANG);
		if (pid < 0 && errno == EINTR) {
			continue;
		}
		if (pid <= 0) {
			break;
		}
		if (pid == loop->main_pid) {
			take_main_exit(loop, wait_status);
		}
	}
	if (pid < 0 && !loop->tree_gone && loop->main_pid == 0) {
		loop->tree_gone = true;
		take_reports(loop);
		feed_kind(loop, EVENT_TREE_GONE);
	}
}

static void take_signal(struct loop *loop, int number, bool from_terminal)
{
	switch (number) {
	case SIGCHLD:
		reap(loop);
		break;
	case SIGINT:
	case SIGQUIT:
		if (!from_terminal) {
			feed_kind(loop, EVENT_TERMINATE);
		} else if (loop->main_pid == 0 || terminal_is_canonical(loop->parts.terminal)) {
			feed_kind(loop, EVENT_INTERRUPT);
		}
		break;
	case SIGTERM:
	case SIGHUP:
		feed_kind(loop, EVENT_TERMINATE);
		break;
	case SIGUSR1:
		feed_kind(loop, EVENT_RESTART);
		break;
	default:
		break;
	}
}

static void take_signals(struct loop *loop)
{
	bool from_terminal = false;
	int number;

	while ((number = signals_next(loop->parts.signals, &from_terminal)) != 0) {
		take_signal(loop, number, from_terminal);
	}
}

/* --- what is to be done --- */

static void tell_stopping(struct loop *loop)
{
	if (!loop->stopping_told) {
		loop->stopping_told = true;
		loop->complete |= loop->main_pid != 0 && now_ns() - loop->started_ns >= COMPLETE_NS;
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
	observer_end(loop->observer, (uint64_t)now_ns());
	journal_waiting(loop->parts.journal, loop->wait_status);
	loop->complete = !failed;
	if (failed) {
		generations_fail(loop->generations);
		generations_verify(loop->generations, &verdict);
		feed_verdict(loop, &verdict);
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

	judge_hints(loop, &ignored);
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
					  (uint64_t)now_ns());
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
	loop->started_ns = now_ns();
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
	failure.now_ns = now_ns();
	loop->tree_gone = true;
	feed(loop, failure);
}

static void perform(struct loop *loop, unsigned actions)
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

static void feed(struct loop *loop, struct supervisor_event event)
{
	perform(loop, supervisor_step(&loop->supervisor, event));
}

/* --- the loop itself --- */

static void set_timer(struct loop *loop)
{
	struct itimerspec at = {0};
	int64_t deadline_ns = loop->supervisor.deadline_ns;

	if (deadline_ns == loop->timer_ns) {
		return;
	}
	loop->timer_ns = deadline_ns;
	if (deadline_ns != SUPERVISOR_NEVER) {
		at.it_value.tv_sec = deadline_ns / 1000000000;
		at.it_value.tv_nsec = deadline_ns % 1000000000;
	}
	timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void take_timer(struct loop *loop)
{
	uint64_t count;

	if (read(loop->timer, &count, sizeof(count)) == (ssize_t)sizeof(count)) {
		loop->timer_ns = SUPERVISOR_NEVER;
		feed_kind(loop, EVENT_DEADLINE);
	}
}

static int add_source(struct loop *loop, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_loop(struct loop *loop)
{
	const struct loop_parts *parts = &loop->parts;

	loop->timer_ns = SUPERVISOR_NEVER;
	supervisor_init(&loop->supervisor, parts->options->settle_ns,
			parts->options->stop_timeout_ns);
	loop->generations = generations_new(parts->watcher, parts->journal, drain_channel, loop);
	if (loop->generations == NULL) {
		return -1;
	}
	loop->observer =
	    observer_new(parts->policy, loop->generations, parts->journal, parts->cache_prefix);
	loop->watchlist = watchlist_new(parts->options->watch, parts->options->watch_count,
					parts->folder, parts->policy, loop->generations);
	if (loop->observer == NULL || loop->watchlist == NULL) {
		return -1;
	}
	generations_set_watched(loop->generations, watchlist_covers, loop->watchlist);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->epoll < 0 || loop->timer < 0 || add_source(loop, loop->timer) != 0 ||
	    add_source(loop, channel_fd(parts->channel)) != 0 ||
	    add_source(loop, watcher_fd(parts->watcher)) != 0 ||
	    add_source(loop, parts->signals->fd) != 0) {
		return -1;
	}
	return 0;
}

static void close_loop(struct loop *loop)
{
	if (loop->epoll >= 0) {
		close(loop->epoll);
	}
	if (loop->timer >= 0) {
		close(loop->timer);
	}
	watchlist_free(loop->watchlist);
	observer_free(loop->observer);
	generations_free(loop->generations);
}

int loop_run(const struct loop_parts *parts)
{
	struct loop loop = {.parts = *parts, .epoll = -1, .timer = -1};
	struct epoll_event ready;
	int status = 125;

	if (open_loop(&loop) == 0) {
		feed_kind(&loop, EVENT_BEGIN);
		while (!loop.finished) {
			set_timer(&loop);
			if (epoll_wait(loop.epoll, &ready, 1, -1) < 0 && errno != EINTR) {
				break;
			}
			/* All of them, in this order, whichever woke us: each is quick when empty.
			 */
			take_reports(&loop);
			take_hints(&loop);
			take_signals(&loop);
			take_timer(&loop);
		}
		terminal_restore(parts->terminal);
		status = loop.supervisor.status;
	} else {
		message(MESSAGE_ERROR, "cannot begin: %s", strerror(errno));
	}
	close_loop(&loop);
	return status;
}
