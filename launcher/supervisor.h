/* SPDX-License-Identifier: MIT */
/*
 * The state machine: what to do when something happens. Pure: no I/O and no clock; time comes in
 * with the event, and what is to be done goes out as actions.
 *
 * A generation is stopped in this order: the stop signal to the main process (it may pass it on; a
 * worker must not get it twice); when that is gone, or half the grace time is over, to the rest;
 * when the whole of it is over, SIGKILL, until nothing is left. Only then does the next one start,
 * and only when the changes have settled.
 */
#ifndef LAUNCHER_SUPERVISOR_H
#define LAUNCHER_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#define SUPERVISOR_NEVER	  INT64_MAX
#define SUPERVISOR_SETTLE_STEP_NS 5000000LL  /* for the first changed file, and for each further */
#define SUPERVISOR_SETTLE_MOST_NS 50000000LL /* however many there are */
#define SUPERVISOR_SETTLE_CAP_NS  1600000000LL	/* since the first change, whatever still comes */
#define SUPERVISOR_LOCKED_LOOK_NS 10000000LL	/* how often to see whether a lock has gone */
#define SUPERVISOR_LOCKED_SAY_NS  2000000000LL	/* a lock that is held for so long is told of */
#define SUPERVISOR_LOCKED_CAP_NS  30000000000LL /* and one that is held longer is ignored */
#define SUPERVISOR_IGNORED_NS	  2000000000LL	/* a Ctrl-C that has had no effect for so long */
/*
 * Who ends us (a terminal that closes, timeout(1), systemd) mostly signals the command as well, and
 * twice may mean "at once" to it: so it has this long to end before we pass the signal on.
 */
#define SUPERVISOR_PASS_ON_NS	      50000000LL
#define SUPERVISOR_KILL_AGAIN_NS      20000000LL /* for what was forked while we killed */
#define SUPERVISOR_KILL_AGAIN_MOST_NS 1000000000LL

enum supervisor_state {
	SUPERVISOR_IDLE,    /* the command has ended by itself (or not begun): wait for a change */
	SUPERVISOR_RUNNING, /* it runs */
	SUPERVISOR_INTERRUPTED, /* a signal that the command has got, too: Ctrl-C; or may have */
	SUPERVISOR_STOPPING,	/* the main process has been asked to end */
	SUPERVISOR_CLEARING,	/* everything has */
	SUPERVISOR_KILLING,	/* nothing is asked any more */
	SUPERVISOR_SETTLING,	/* nothing is left; more changes may be on their way */
	SUPERVISOR_DONE,
};

enum supervisor_event_kind {
	EVENT_BEGIN,	    /* the first of all */
	EVENT_CHANGED,	    /* a dependency has changed */
	EVENT_STIRRED,	    /* something else has, in a watched folder, that is not an output */
	EVENT_MAIN_EXITED,  /* with status */
	EVENT_TREE_GONE,    /* no process of the generation is left */
	EVENT_START_FAILED, /* with status: 126 or 127 */
	EVENT_RESTART,	    /* asked for by hand */
	EVENT_INTERRUPT,    /* Ctrl-C at the terminal */
	EVENT_TERMINATE,    /* SIGTERM, SIGHUP, or a SIGINT that the command did not get */
	EVENT_DEADLINE,	    /* the deadline has passed */
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	int64_t now_ns;	 /* CLOCK_MONOTONIC */
	int status;	 /* EVENT_MAIN_EXITED, EVENT_START_FAILED: an exit status, 0 to 255 */
	bool unfinished; /* EVENT_CHANGED, EVENT_STIRRED: a save is still under way */
	bool locked;	 /* a checkout is, which what has changed lies in */
};

/* What to do, in this order. */
enum supervisor_action {
	ACTION_STOP_MAIN = 1 << 0,   /* the stop signal to the main process */
	ACTION_STOP_REST = 1 << 1,   /* and to all others */
	ACTION_KILL = 1 << 2,	     /* SIGKILL to all */
	ACTION_SAY_EXITED = 1 << 3,  /* it ended by itself: say so, and that we wait */
	ACTION_SAY_IGNORED = 1 << 4, /* Ctrl-C is ignored: say what a second one does */
	ACTION_SAY_LOCKED = 1 << 5,  /* a checkout takes long: say what we wait for */
	ACTION_START = 1 << 6,	     /* the next generation */
	ACTION_FINISH = 1 << 7,	     /* end, with supervisor.status */
};

struct supervisor {
	/* Settings. */
	int64_t settle_ns;	 /* -1: by the number of files */
	int64_t stop_timeout_ns; /* 0: kill at once */
	/* State. */
	enum supervisor_state state;
	bool ending;	  /* no further generation */
	bool main_alive;  /* the main process of this generation */
	bool tree_alive;  /* any of its processes */
	bool unfinished;  /* the last word about the save */
	bool locked_seen; /* in this burst: when the lock goes, all is complete */
	bool locked_said; /* in this burst */
	int64_t pause_ns; /* in place of the settle time, for what restarts without end; 0: none */
	bool in_storm;	  /* the last burst went on when its time was up */
	int status;	  /* of the main process, when it has ended */
	unsigned generation; /* counts starts */
	unsigned changed;    /* files since the burst began */
	int64_t burst_ns;    /* when that was */
	int64_t last_ns;     /* the last thing heard of it */
	int64_t stop_ns;     /* when the stopping began */
	int64_t kill_again_ns;
	int64_t deadline_ns; /* when EVENT_DEADLINE is due; SUPERVISOR_NEVER: it is not */
};

void supervisor_init(struct supervisor *supervisor, int64_t settle_ns, int64_t stop_timeout_ns);

/* Returns a set of enum supervisor_action. An event that means nothing in a state is ignored. */
unsigned supervisor_step(struct supervisor *supervisor, struct supervisor_event event);

#endif
