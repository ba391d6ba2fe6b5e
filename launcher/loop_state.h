/* SPDX-License-Identifier: MIT */
/* What loop.c and loop_actions.c share, and nobody else has to know. */
#ifndef LAUNCHER_LOOP_STATE_H
#define LAUNCHER_LOOP_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/checkout.h"
#include "launcher/lately.h"
#include "launcher/loop.h"
#include "launcher/supervisor.h"

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
	struct lately *soon;	  /* what has changed soon after the start */
	struct checkout checkout; /* of what has changed in this burst */
	uint64_t malformed;	  /* bytes that were no report, so far */
	bool widened;		  /* reports of this generation were lost */
	bool finished;
};

/* CLOCK_MONOTONIC. */
int64_t loop_now_ns(void);

/* Steps the machine, and performs what it says. */
void loop_feed(struct loop *loop, struct supervisor_event event);
void loop_feed_verdict(struct loop *loop, const struct verdict *verdict);

/* Takes in all reports, then judges all that the watcher has heard. */
void loop_judge_hints(struct loop *loop, struct verdict *verdict);

/* Performs a set of enum supervisor_action. */
void loop_perform(struct loop *loop, unsigned actions);

#endif
