/* SPDX-License-Identifier: MIT */
/* The loop: what comes in; see loop.h. What is to be done: loop_actions.c. */
#include "launcher/loop.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/child.h"
#include "launcher/clock.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/widening.h"

#define SOON_NS		   1000000000LL /* after a start */
#define RESTARTS_MOST	   50		/* in a row, each because of the same path and soon */
#define FIRST_PAUSE_NS	   100000000LL
#define PAUSE_MOST_NS	   5000000000LL
#define REPORTS_AT_THE_END 20000
#define REPORTS_AT_ONCE	   512 /* then they are judged, and signals have their turn */

int64_t loop_now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

void loop_feed(struct loop *loop, struct supervisor_event event)
{
	loop_perform(loop, supervisor_step(&loop->supervisor, event));
}

static void feed_kind(struct loop *loop, enum supervisor_event_kind kind)
{
	loop_feed(loop, (struct supervisor_event){
			    .kind = kind,
			    .now_ns = loop_now_ns(),
			    .locked = checkout_lock(&loop->checkout) != NULL,
			});
}

/* What a process could not report is not known: so more is watched than is known to be used. */
static void widen(struct loop *loop)
{
	bool lost = channel_take_alarm(loop->parts.channel);

	lost = observer_take_lost(loop->observer) || lost;
	lost = channel_malformed(loop->parts.channel) != loop->malformed || lost;
	loop->malformed = channel_malformed(loop->parts.channel);
	if (lost && !loop->widened) {
		loop->widened = true;
		journal_incomplete(loop->parts.journal);
		widening_apply(loop->parts.policy, loop->generations, loop->watchlist);
	}
}

/*
 * Takes in what is in the pipe now, or `most` reports of it: who writes faster than we read must
 * not keep us from everything else. Returns how many.
 */
static int take_in(struct loop *loop, int most)
{
	struct channel *channel = loop->parts.channel;
	uint64_t end = channel_gather(channel);
	struct report report;
	int count = 0;

	while (count < most && channel_taken(channel) < end &&
	       channel_next(channel, &report) == 1) {
		observer_take(loop->observer, &report);
		count++;
	}
	widen(loop);
	return count;
}

static void drain_channel(void *context)
{
	(void)take_in(context, INT_MAX);
}

/*
 * What changes soon after each start, again and again, is not saved by a person but made by a
 * program that we cannot see, because of the start. Nothing is missed by waiting longer and longer.
 */
static void slow_down(struct loop *loop, const char *path)
{
	int64_t pause_ns = FIRST_PAUSE_NS;
	unsigned running;

	if (loop_now_ns() - loop->started_ns >= SOON_NS) {
		return;
	}
	running = lately_note(loop->soon, path);
	if (running <= RESTARTS_MOST) {
		return;
	}
	for (unsigned i = RESTARTS_MOST + 1; i < running && pause_ns < PAUSE_MOST_NS; i++) {
		pause_ns *= 2;
	}
	pause_ns = pause_ns < PAUSE_MOST_NS ? pause_ns : PAUSE_MOST_NS;
	if (pause_ns > loop->supervisor.pause_ns) {
		loop->supervisor.pause_ns = pause_ns;
	}
	if (running == RESTARTS_MOST + 1) {
		journal_endless(loop->parts.journal, path);
	}
}

static void note_change(const char *path, void *context)
{
	struct loop *loop = context;

	checkout_note(&loop->checkout, path);
	slow_down(loop, path);
}

void loop_feed_verdict(struct loop *loop, const struct verdict *verdict)
{
	struct supervisor_event event = {
	    .kind = EVENT_STIRRED,
	    .now_ns = loop_now_ns(),
	    .unfinished = generations_unfinished(loop->generations),
	    .locked = checkout_lock(&loop->checkout) != NULL,
	};

	for (unsigned i = 0; i < verdict->changed; i++) {
		event.kind = EVENT_CHANGED;
		loop_feed(loop, event);
	}
	if (verdict->changed == 0 && verdict->stirred) {
		loop_feed(loop, event);
	}
}

static int take_reports(struct loop *loop)
{
	struct verdict verdict = {0};
	int count = take_in(loop, REPORTS_AT_ONCE);

	generations_verify(loop->generations, &verdict);
	loop_feed_verdict(loop, &verdict);
	return count;
}

/* All that had been reported when this began; when all is ending, nobody waits for very many. */
static void take_all_reports(struct loop *loop)
{
	uint64_t end = channel_gather(loop->parts.channel);
	int count = 0;
	int more = 1;

	while (more > 0 && channel_taken(loop->parts.channel) < end &&
	       !(loop->supervisor.ending && count > REPORTS_AT_THE_END)) {
		more = take_reports(loop);
		count += more;
	}
}

/* Reports first: one of them may say that the command itself is the writer. */
void loop_judge_hints(struct loop *loop, struct verdict *verdict)
{
	struct hint hint;
	bool drained = false;

	while (watches_next(loop->parts.watches, &hint) == 1) {
		if (!drained) {
			drained = true;
			drain_channel(loop);
		}
		generations_judge(loop->generations, &hint, verdict);
	}
	generations_verify(loop->generations, verdict);
	generations_tell_unsteady(loop->generations);
}

static void take_hints(struct loop *loop)
{
	struct verdict verdict = {0};

	loop_judge_hints(loop, &verdict);
	loop_feed_verdict(loop, &verdict);
}

static void take_main_exit(struct loop *loop, int wait_status)
{
	struct supervisor_event event = {
	    .kind = EVENT_MAIN_EXITED,
	    .status = child_status(wait_status),
	};

	take_all_reports(loop); /* its last words */
	journal_exited(loop->parts.journal, loop->supervisor.generation, loop->main_pid,
		       wait_status);
	loop->main_pid = 0;
	loop->wait_status = wait_status;
	event.now_ns = loop_now_ns();
	loop_feed(loop, event);
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
		take_all_reports(loop);
		take_hints(loop); /* it may not be quiet at all */
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

static void set_timer(struct loop *loop)
{
	struct itimerspec at = {0};
	int64_t deadline_ns = loop->supervisor.deadline_ns;
	int64_t doubt_ns = generations_doubt_deadline_ns(loop->generations);

	deadline_ns = doubt_ns < deadline_ns ? doubt_ns : deadline_ns;
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
	struct verdict verdict = {0};
	uint64_t count;

	if (read(loop->timer, &count, sizeof(count)) == (ssize_t)sizeof(count)) {
		loop->timer_ns = SUPERVISOR_NEVER;
		generations_end_doubts(loop->generations, &verdict);
		loop_feed_verdict(loop, &verdict);
		/* On a busy machine it is late: what has been heard meanwhile puts it off. */
		take_hints(loop);
		feed_kind(loop, EVENT_DEADLINE);
	}
}

static int add_source(struct loop *loop, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int add_sources(struct loop *loop)
{
	const struct loop_parts *parts = &loop->parts;
	int mounts = watches_mounts_fd(parts->watches);

	if (add_source(loop, loop->timer, EPOLLIN) != 0 ||
	    add_source(loop, channel_fd(parts->channel), EPOLLIN) != 0 ||
	    add_source(loop, channel_alarm_fd(parts->channel), EPOLLIN) != 0 ||
	    add_source(loop, watches_fd(parts->watches), EPOLLIN) != 0 ||
	    add_source(loop, parts->signals->fd, EPOLLIN) != 0) {
		return -1;
	}
	return mounts < 0 ? 0 : add_source(loop, mounts, EPOLLPRI);
}

static int open_loop(struct loop *loop)
{
	const struct loop_parts *parts = &loop->parts;

	loop->timer_ns = SUPERVISOR_NEVER;
	supervisor_init(&loop->supervisor, parts->options->settle_ns,
			parts->options->stop_timeout_ns);
	loop->generations = generations_new(&(struct generations_parts){
	    .watches = parts->watches,
	    .journal = parts->journal,
	    .policy = parts->policy,
	    .by_content = parts->options->by_content,
	    .drain = drain_channel,
	    .changed = note_change,
	    .context = loop,
	});
	if (loop->generations == NULL) {
		return -1;
	}
	loop->observer =
	    observer_new(parts->policy, loop->generations, parts->journal, parts->cache_prefix);
	loop->watchlist = watchlist_new(parts->options->watch, parts->options->watch_count,
					parts->folder, parts->policy, loop->generations);
	loop->soon = lately_new();
	if (loop->observer == NULL || loop->watchlist == NULL || loop->soon == NULL) {
		return -1;
	}
	generations_set_watched(loop->generations, watchlist_covers, loop->watchlist);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return loop->epoll < 0 || loop->timer < 0 ? -1 : add_sources(loop);
}

static void close_loop(struct loop *loop)
{
	if (loop->epoll >= 0) {
		close(loop->epoll);
	}
	if (loop->timer >= 0) {
		close(loop->timer);
	}
	checkout_forget(&loop->checkout);
	lately_free(loop->soon);
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
			ready.events = 0;
			if (epoll_wait(loop.epoll, &ready, 1,
				       channel_has_more(parts->channel) ? 0 : -1) < 0 &&
			    errno != EINTR) {
				break;
			}
			if ((ready.events & EPOLLPRI) != 0) {
				watches_remounted(parts->watches);
			}
			/* All of them, in this order, whichever woke us: each is quick when empty.
			 */
			take_signals(&loop);
			take_timer(&loop);
			(void)take_reports(&loop);
			take_hints(&loop);
		}
		terminal_restore(parts->terminal);
		status = loop.supervisor.status;
	} else {
		message(MESSAGE_ERROR, "cannot begin: %s", strerror(errno));
	}
	close_loop(&loop);
	return status;
}
