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

#include "launcher/settle.h"

#define SUPERVISOR_NEVER	  INT64_MAX
#define SUPERVISOR_LOCKED_LOOK_NS 10000000LL	/* how often to see whether a lock has gone */
#define SUPERVISOR_LOCKED_SAY_NS  2000000000LL	/* a lock that is held for so long is told of */
#define SUPERVISOR_LOCKED_CAP_NS  30000000000LL /* and one that is held longer is ignored */
/*
 * A Ctrl-C. After a while we look whether the program has the keys: a line editor gives the
 * terminal back for a moment when it gets the signal, and a REPL takes it again when a computation
 * has ended.
 */
#define SUPERVISOR_LOOK_NS    200000000LL
#define SUPERVISOR_IGNORED_NS 2000000000LL  /* it has had no effect for so long: said */
#define SUPERVISOR_OFFER_NS   10000000000LL /* and for so long from then on, another one kills */
/*
 * Who ends us (a terminal that closes, timeout(1), systemd) mostly signals the command as well, and
 * twice may mean "at once" to it: so it has this long to end before we pass the signal on.
 */
#define SUPERVISOR_PASS_ON_NS	      50000000LL
#define SUPERVISOR_SOON_NS	      1000000000LL /* who ends sooner after the start ends at once */
#define SUPERVISOR_PAUSE_NS	      100000000LL /* before it is started a third time; then doubled */
#define SUPERVISOR_PAUSE_MOST_NS      5000000000LL
#define SUPERVISOR_BUSY_LOOK_NS	      10000000LL /* how often to try a file that is being written */
#define SUPERVISOR_BUSY_LOOK_MOST_NS  500000000LL
#define SUPERVISOR_BUSY_SAY_NS	      2000000000LL
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
	SUPERVISOR_PAUSING,	/* nothing is left; it ends at once again and again */
	SUPERVISOR_BUSY,	/* its file is being written, and cannot be executed yet */
	SUPERVISOR_DONE,
};

enum supervisor_event_kind {
	EVENT_BEGIN,	    /* the first of all */
	EVENT_CHANGED,	    /* a dependency has changed */
	EVENT_STIRRED,	    /* something else has, in a watched folder, that is not an output */
	EVENT_MAIN_EXITED,  /* with status */
	EVENT_TREE_GONE,    /* no process of the generation is left */
	EVENT_START_FAILED, /* with status: 126 or 127 */
	EVENT_START_BUSY,   /* with status 126: its file is open for writing (ETXTBSY) */
	EVENT_TREE_LEFT,    /* what is left is not ours to end (EPERM) */
	EVENT_RESTART,	    /* asked for by hand */
	EVENT_INTERRUPT,    /* Ctrl-C at the terminal */
	EVENT_TERMINATE,    /* SIGTERM, SIGHUP, or a SIGINT that no key has sent */
	EVENT_DEADLINE,	    /* the deadline has passed */
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	int64_t now_ns; /* CLOCK_MONOTONIC */
	/* EVENT_MAIN_EXITED, EVENT_START_FAILED: an exit status, 0 to 255; EVENT_INTERRUPT,
	 * EVENT_TERMINATE: the one to end with if nothing has ever been started */
	int status;
	bool has_keys; /* EVENT_DEADLINE: the terminal is in no mode in which Ctrl-C would end it */
	bool reached;  /* EVENT_TERMINATE, EVENT_DEADLINE: the command has got the signal, too */
	bool unfinished; /* EVENT_CHANGED, EVENT_STIRRED: a save is still under way */
	bool locked;	 /* a checkout is, which what has changed lies in */
};

/* What to do, in this order. */
enum supervisor_action {
	ACTION_SAY_EXITED = 1 << 0, /* it ended by itself: say so, and what follows (after_exit) */
	ACTION_SAY_STOPPING = 1 << 1, /* somebody else has asked it to end */
	ACTION_STOP_MAIN = 1 << 2,    /* the stop signal to the main process */
	ACTION_STOP_REST = 1 << 3,    /* and to all others */
	ACTION_KILL = 1 << 4,	      /* SIGKILL to all */
	ACTION_SAY_IGNORED = 1 << 5,  /* Ctrl-C is ignored: say what a second one does */
	ACTION_SAY_LOCKED = 1 << 6,   /* a checkout takes long: say what we wait for */
	ACTION_SAY_BUSY = 1 << 7,     /* so does the file's writer */
	ACTION_SAY_PAUSING = 1 << 8,  /* the start is put off for pause_ns */
	ACTION_POSTPONE = 1 << 9,     /* make ready: nothing is started before the first change */
	ACTION_START = 1 << 10,	      /* the next generation */
	ACTION_RETRY = 1 << 11,	      /* the same once more, whose file was busy */
	ACTION_FINISH = 1 << 12,      /* end, with supervisor.status */
};

/* What to do when the command ends by itself. */
enum supervisor_on_exit {
	ON_EXIT_WAIT, /* for a change */
	ON_EXIT_STOP,
	ON_EXIT_RESTART,
	ON_EXIT_LEAVE, /* end, and let run what still does */
};

struct supervisor_settings {
	int64_t settle_ns;	 /* settle.h: fixed_ns */
	int64_t stop_timeout_ns; /* 0: kill at once */
	enum supervisor_on_exit on_exit;
	int restart_status; /* an exit status that asks for a restart, whatever on_exit says; -1:
			       none */
	bool postpone;	    /* nothing is started before the first change */
};

struct supervisor {
	struct supervisor_settings settings;
	enum supervisor_state state;
	struct settle settle;
	bool ending;	  /* no further generation */
	bool main_alive;  /* the main process of this generation */
	bool tree_alive;  /* any of its processes */
	bool locked_said; /* in this burst */
	bool busy_said;
	bool insisted;			    /* Ctrl-C a second time */
	bool ignored_said;		    /* Ctrl-C has had no effect, and that was said */
	int status;			    /* of the main process, when it has ended */
	enum supervisor_on_exit after_exit; /* what follows its end */
	unsigned generation;		    /* counts starts */
	unsigned at_once;     /* how often running it has ended soon after its start, by itself */
	int64_t pause_ns;     /* before the next start, for that */
	int64_t started_ns;   /* when the generation was */
	int64_t busy_ns;      /* since when its file is; 0: it is not */
	int64_t interrupt_ns; /* when Ctrl-C was pressed */
	int64_t stop_ns;      /* when the stopping began */
	int64_t kill_again_ns;
	int64_t deadline_ns; /* when EVENT_DEADLINE is due; SUPERVISOR_NEVER: it is not */
};

void supervisor_init(struct supervisor *supervisor, struct supervisor_settings settings);

/* Returns a set of enum supervisor_action. An event that means nothing in a state is ignored. */
unsigned supervisor_step(struct supervisor *supervisor, struct supervisor_event event);

#endif
