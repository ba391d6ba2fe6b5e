/* SPDX-License-Identifier: MIT */
/* The loop: what comes in; see loop.h. What is to be done: loop_actions.c. */
#include "launcher/loop.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "launcher/brake.h"
#include "launcher/clock.h"
#include "launcher/environment.h"
#include "launcher/loop_state.h"
#include "launcher/message.h"
#include "launcher/widening.h"
#include "preload/guest.h"

#define EVENTS_RETRY_MS	   50
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

bool loop_is_in_our_group(const struct loop *loop)
{
	return loop->main_pid != 0 && getpgid(loop->main_pid) == getpgrp();
}

/* What has ended us has been sent to the command as well. */
static bool is_reached(const struct loop *loop)
{
	return loop->end_signal != 0 && loop_is_in_our_group(loop) &&
	       (loop->by_terminal || guardian_has_got(loop->parts.guardian, loop->end_signal));
}

/* What an event of any kind is told. */
static struct supervisor_event event_of(struct loop *loop, enum supervisor_event_kind kind)
{
	return (struct supervisor_event){
	    .kind = kind,
	    .now_ns = loop_now_ns(),
	    .locked = checkout_lock(&loop->checkout) != NULL,
	    .has_keys = loop->supervisor.state == SUPERVISOR_INTERRUPTED &&
			!terminal_is_canonical(loop->parts.terminal),
	    .reached = is_reached(loop),
	};
}

void loop_feed_kind(struct loop *loop, enum supervisor_event_kind kind)
{
	loop_feed(loop, event_of(loop, kind));
}

void loop_feed_end(struct loop *loop, enum supervisor_event_kind kind, int signal)
{
	struct supervisor_event event = event_of(loop, kind);

	event.status = 128 + signal;
	loop_feed(loop, event);
}

/* What a process could not report is not known: so more is watched than is known to be used. */
static void widen(struct loop *loop)
{
	bool lost = channel_take_alarm(loop->parts.channel);

	lost = observer_take_lost(loop->observer) || lost;
	lost = channel_malformed(loop->parts.channel) != loop->malformed || lost;
	loop->malformed = channel_malformed(loop->parts.channel);
	if (lost && loop->parts.trace != NULL) {
		trace_lose(loop->parts.trace);
	} else if (lost && !loop->widened) {
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
	/* For a trace, what has come waits where it is, and then the command does. */
	uint64_t end = loop->parts.trace == NULL ? channel_sent(channel) : UINT64_MAX;
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

/* See brake.h. */
static void slow_down(struct loop *loop, const char *path)
{
	int64_t *slowness_ns = &loop->supervisor.settle.slowness_ns;
	unsigned running;
	int64_t pause_ns;

	if (loop_now_ns() - loop->started_ns >= BRAKE_SOON_NS) {
		return;
	}
	running = lately_note(loop->soon, path);
	pause_ns = brake_pause_ns(running);
	if (pause_ns > *slowness_ns) {
		*slowness_ns = pause_ns;
	}
	if (running == BRAKE_RESTARTS + 1) {
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
void loop_take_all_reports(struct loop *loop)
{
	uint64_t end = channel_sent(loop->parts.channel);
	int count = 0;
	int more = 1;

	while (
	    more > 0 && channel_taken(loop->parts.channel) < end &&
	    !(loop->supervisor.ending && count > REPORTS_AT_THE_END && loop->parts.trace == NULL)) {
		more = take_reports(loop);
		count += more;
		(void)loop_is_held_up(loop); /* who reads them is not waited for: memory has room */
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

void loop_take_hints(struct loop *loop)
{
	struct verdict verdict = {0};

	loop_judge_hints(loop, &verdict);
	loop_feed_verdict(loop, &verdict);
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
		loop_take_hints(loop);
		loop_feed_kind(loop, EVENT_DEADLINE);
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

bool loop_renew_channel(struct loop *loop)
{
	struct channel *channel = loop->parts.channel;
	int renewed = channel_renew(channel);
	int error = errno;

	if (renewed == 0) {
		return true;
	}
	(void)add_source(loop, channel_fd(channel), EPOLLIN);
	(void)add_source(loop, channel_alarm_fd(channel), EPOLLIN);
	if (renewed > 0) {
		message(MESSAGE_ERROR,
			"somebody has removed %s, without which no file is known that is opened: "
			"it has been made again",
			channel_folder(channel));
		return true;
	}
	message(MESSAGE_ERROR,
		"somebody has removed %s, and it cannot be made again: %s; the files that the "
		"command opens cannot be seen, and those of before are watched",
		channel_folder(channel), strerror(error));
	return false;
}

static int open_loop(struct loop *loop)
{
	const struct loop_parts *parts = &loop->parts;

	loop->timer_ns = SUPERVISOR_NEVER;
	supervisor_init(&loop->supervisor, parts->options->supervisor);
	tree_open(&loop->tree, guardian_pid(parts->guardian),
		  environment_get(parts->environment, GUEST_VARIABLE) != NULL
		      ? channel_folder(parts->channel)
		      : NULL);
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
	loop->observer = observer_new(&(struct observer_parts){
	    .policy = parts->policy,
	    .generations = loop->generations,
	    .journal = parts->journal,
	    .cache_prefix = parts->cache_prefix,
	    .trace = parts->trace,
	    .command = parts->options->command,
	});
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
	tree_close(&loop->tree);
	changes_free(&loop->changes);
	checkout_forget(&loop->checkout);
	lately_free(loop->soon);
	watchlist_free(loop->watchlist);
	observer_free(loop->observer);
	generations_free(loop->generations);
}

/* Sleeps until something comes. False if even that is impossible. */
static bool wait_for_source(struct loop *loop)
{
	struct epoll_event ready = {.events = 0};
	int timeout = journal_flush(loop->parts.journal) ? -1 : EVENTS_RETRY_MS;

	if (channel_has_more(loop->parts.channel)) {
		timeout = 0;
	}
	if (epoll_wait(loop->epoll, &ready, 1, timeout) < 0 && errno != EINTR) {
		return false;
	}
	if ((ready.events & EPOLLPRI) != 0) {
		watches_remounted(loop->parts.watches);
	}
	return true;
}

/* What has come: each is quick when there is nothing. False if not even waiting is possible. */
static bool take_turn(struct loop *loop)
{
	set_timer(loop);
	loop_listen_for_typing(loop);
	if (loop_is_held_up(loop)) {
		loop_wait_for_reader(loop);
	} else if (!wait_for_source(loop)) {
		return false;
	}
	/* All of them, in this order, whichever woke us. */
	loop_take_signals(loop);
	take_timer(loop);
	loop_take_typed(loop);
	if (!loop_is_held_up(loop)) {
		(void)take_reports(loop);
		loop_take_hints(loop);
	}
	return true;
}

/* Nothing would be heard of any more, so nothing is left running. */
static void give_up(struct loop *loop)
{
	message(MESSAGE_ERROR, "cannot wait for anything: %s; ending, and the command as well",
		strerror(errno));
	loop_kill_tree(loop);
}

int loop_run(const struct loop_parts *parts)
{
	struct loop loop = {.parts = *parts, .epoll = -1, .timer = -1};
	int status = 125;

	if (open_loop(&loop) == 0) {
		loop_feed_kind(&loop, EVENT_BEGIN);
		while (!loop.finished && take_turn(&loop)) {
		}
		if (loop.finished) {
			loop_end_trace(&loop);
			status = loop.by_key ? -loop.key : loop.supervisor.status;
		} else {
			give_up(&loop);
		}
	} else {
		message(MESSAGE_ERROR, "cannot begin: %s", strerror(errno));
	}
	close_loop(&loop);
	return status;
}
