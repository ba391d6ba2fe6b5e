/* SPDX-License-Identifier: MIT */
/* What loop.c and loop_actions.c share, and nobody else has to know. */
#ifndef LAUNCHER_LOOP_STATE_H
#define LAUNCHER_LOOP_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/changes.h"
#include "launcher/checkout.h"
#include "launcher/lately.h"
#include "launcher/loop.h"
#include "launcher/supervisor.h"
#include "launcher/tree.h"

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
	bool main_stopped; /* by a signal: SIGCONT wakes it */
	struct tree tree;
	int64_t started_ns;
	int end_signal;	   /* what has ended us, first; 0: nothing has */
	bool by_terminal;  /* that was sent by a terminal, to all its foreground processes */
	int key;	   /* the last signal that a key has sent */
	int64_t key_ns;	   /* when that was */
	bool key_at_rest;  /* it was when nothing ran */
	bool by_key;	   /* the command has died of that, and so shall we */
	bool dirty;	   /* who used the terminal last may not have tidied up */
	bool typing;	   /* typed lines are listened to */
	bool was_killed;   /* SIGKILL has been sent in this generation */
	bool refused_told; /* that something is not ours to end */
	bool complete;	   /* the generation that ends was healthy */
	bool stopping_told;
	bool tree_gone;
	bool alone;		  /* we have no children any more */
	struct lately *soon;	  /* what has changed soon after the start */
	struct changes changes;	  /* what the command is told of */
	struct checkout checkout; /* of what has changed in this burst */
	uint64_t malformed;	  /* bytes that were no report, so far */
	bool widened;		  /* reports of this generation were lost */
	int start_error;	  /* why the last start has failed */
	bool finished;
};

/* CLOCK_MONOTONIC. */
int64_t loop_now_ns(void);

/* Steps the machine, and performs what it says. */
void loop_feed(struct loop *loop, struct supervisor_event event);
void loop_feed_verdict(struct loop *loop, const struct verdict *verdict);

void loop_feed_kind(struct loop *loop, enum supervisor_event_kind kind);
/* EVENT_INTERRUPT, EVENT_TERMINATE: for this signal. */
void loop_feed_end(struct loop *loop, enum supervisor_event_kind kind, int signal);

/* Is the main process one of our process group, to which a terminal sends its signals? */
bool loop_is_in_our_group(const struct loop *loop);

/*
 * Before another start: makes what reports come through again if it has been removed. False, and
 * said: that cannot be done.
 */
bool loop_renew_channel(struct loop *loop);

/* What is in the pipe, and what the watcher has heard. */
void loop_take_all_reports(struct loop *loop);
void loop_take_hints(struct loop *loop);

/* Takes in all signals that have come (loop_signals.c). */
void loop_take_signals(struct loop *loop);

/* Writes what can be written of the trace, if there is one. Must reports wait for more? */
bool loop_is_held_up(const struct loop *loop);
/* Then they do, and with them at last the command (pipe(7)), until something does not wait. */
void loop_wait_for_reader(const struct loop *loop);

/* However it has ended: takes in the last reports, and says who could not be observed. */
void loop_end_trace(struct loop *loop);

/*
 * While nothing runs, Enter starts the command again. Only changes of the terminal's state are news
 * (EPOLLET): in the background, what is typed is for the shell, and stays where it is.
 */
void loop_listen_for_typing(struct loop *loop);
void loop_take_typed(struct loop *loop);

/* Tells what is watched, and why. */
void loop_list(struct loop *loop);

/* Takes in all reports, then judges all that the watcher has heard. */
void loop_judge_hints(struct loop *loop, struct verdict *verdict);

/* Compares what has become a dependency by other ways than a report. */
void loop_verify(struct loop *loop);
/* Gives the terminal back, after whoever has used it last. */
void loop_restore_terminal(struct loop *loop);

/* Actions, for the table in loop_actions.c: of loop_stop.c, */
void loop_tell_stopping(struct loop *loop);
void loop_stop_main(struct loop *loop);
void loop_stop_rest(struct loop *loop);
void loop_kill_tree(struct loop *loop);
/* and of loop_start.c. */
void loop_start(struct loop *loop);
void loop_retry(struct loop *loop);
void loop_postpone(struct loop *loop);

/* Performs a set of enum supervisor_action. */
void loop_perform(struct loop *loop, unsigned actions);

#endif
