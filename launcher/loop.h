/* SPDX-License-Identifier: MIT */
/*
 * The loop: turns what comes in (reports, file events, signals, the clock) into events of the state
 * machine, and performs its actions. The only poller, and the only one that asks for the time.
 */
#ifndef LAUNCHER_LOOP_H
#define LAUNCHER_LOOP_H

#include "launcher/channel.h"
#include "launcher/generations.h"
#include "launcher/guardian.h"
#include "launcher/journal.h"
#include "launcher/observer.h"
#include "launcher/options.h"
#include "launcher/signals.h"
#include "launcher/terminal.h"
#include "launcher/watches.h"
#include "launcher/watchlist.h"

/* Everything the loop works with: made by main, borrowed. */
struct loop_parts {
	const struct options *options;
	const struct signals *signals;
	struct guardian *guardian; /* may be NULL */
	struct terminal *terminal;
	struct journal *journal;
	struct channel *channel;
	struct watches *watches;
	const struct policy *policy;
	struct trace *trace;	  /* NULL: the command is restarted when something changes */
	char **environment;	  /* the command's */
	const char *cache_prefix; /* PYTHONPYCACHEPREFIX, or NULL */
	const char *folder;	  /* the working directory */
};

/* Runs the command, again and again, until it is time to end; returns the exit status. */
int loop_run(const struct loop_parts *parts);

#endif
