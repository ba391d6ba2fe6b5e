/* SPDX-License-Identifier: MIT */
/* The state machine; see supervisor.h. */
#include "launcher/supervisor.h"

void supervisor_init(struct supervisor *supervisor, int64_t settle_ns, int64_t stop_timeout_ns)
{
	*supervisor = (struct supervisor){
	    .settle_ns = settle_ns,
	    .stop_timeout_ns = stop_timeout_ns,
	    .state = SUPERVISOR_IDLE,
	    .deadline_ns = SUPERVISOR_NEVER,
	};
}

static void enter(struct supervisor *supervisor, enum supervisor_state state, int64_t deadline_ns)
{
	supervisor->state = state;
	supervisor->deadline_ns = deadline_ns;
}

static int64_t earlier(int64_t left, int64_t right)
{
	return left < right ? left : right;
}

/* How long it must have been quiet. */
static int64_t settle_time(const struct supervisor *supervisor)
{
	if (supervisor->pause_ns > 0) {
		return supervisor->pause_ns;
	}
	if (supervisor->settle_ns >= 0) {
		return supervisor->settle_ns;
	}
	if (supervisor->in_storm) {
		return SUPERVISOR_SETTLE_MOST_NS;
	}
	return earlier((int64_t)supervisor->changed * SUPERVISOR_SETTLE_STEP_NS,
		       SUPERVISOR_SETTLE_MOST_NS);
}

/* When the next generation may start, if nothing more is heard. */
static int64_t settled_at(const struct supervisor *supervisor)
{
	int64_t quiet_ns = settle_time(supervisor);
	int64_t cap_ns = quiet_ns > SUPERVISOR_SETTLE_CAP_NS ? quiet_ns : SUPERVISOR_SETTLE_CAP_NS;

	if (supervisor->unfinished && !supervisor->locked_seen) {
		return supervisor->burst_ns + cap_ns;
	}
	return earlier(supervisor->last_ns + quiet_ns, supervisor->burst_ns + cap_ns);
}

static void hear(struct supervisor *supervisor, struct supervisor_event event)
{
	if (event.kind == EVENT_CHANGED && supervisor->changed++ == 0) {
		supervisor->burst_ns = event.now_ns;
	}
	supervisor->last_ns = event.now_ns;
	supervisor->unfinished = event.unfinished;
	supervisor->locked_seen |= event.locked;
}

static unsigned start(struct supervisor *supervisor)
{
	supervisor->generation++;
	supervisor->main_alive = true;
	supervisor->tree_alive = true;
	supervisor->changed = 0;
	supervisor->unfinished = false;
	supervisor->locked_said = false;
	supervisor->locked_seen = false;
	supervisor->pause_ns = 0;
	enter(supervisor, SUPERVISOR_RUNNING, SUPERVISOR_NEVER);
	return ACTION_START;
}

/* It has been quiet for long enough: start, unless more is to be expected. */
static unsigned settled(struct supervisor *supervisor, struct supervisor_event event)
{
	int64_t waited_ns = event.now_ns - supervisor->burst_ns;

	if (supervisor->changed == 0 || !event.locked || waited_ns >= SUPERVISOR_LOCKED_CAP_NS) {
		supervisor->in_storm = supervisor->changed > 0 && !supervisor->unfinished &&
				       event.now_ns < supervisor->last_ns + settle_time(supervisor);
		return start(supervisor);
	}
	enter(supervisor, SUPERVISOR_SETTLING, event.now_ns + SUPERVISOR_LOCKED_LOOK_NS);
	if (waited_ns < SUPERVISOR_LOCKED_SAY_NS || supervisor->locked_said) {
		return 0;
	}
	supervisor->locked_said = true;
	return ACTION_SAY_LOCKED;
}

/* Nothing is left of the generation. */
static unsigned after_tree(struct supervisor *supervisor, struct supervisor_event event)
{
	supervisor->locked_seen |= event.locked;
	if (supervisor->ending) {
		enter(supervisor, SUPERVISOR_DONE, SUPERVISOR_NEVER);
		return ACTION_FINISH;
	}
	if (supervisor->changed == 0 || settled_at(supervisor) <= event.now_ns) {
		return settled(supervisor, event);
	}
	enter(supervisor, SUPERVISOR_SETTLING, settled_at(supervisor));
	return 0;
}

static unsigned kill_all(struct supervisor *supervisor, int64_t now_ns)
{
	supervisor->kill_again_ns = SUPERVISOR_KILL_AGAIN_NS;
	enter(supervisor, SUPERVISOR_KILLING, now_ns + supervisor->kill_again_ns);
	return ACTION_KILL;
}

/* Main is gone, or has had its time: the others. */
static unsigned clear(struct supervisor *supervisor)
{
	enter(supervisor, SUPERVISOR_CLEARING, supervisor->stop_ns + supervisor->stop_timeout_ns);
	return ACTION_STOP_REST;
}

static unsigned stop(struct supervisor *supervisor, int64_t now_ns)
{
	supervisor->stop_ns = now_ns;
	if (!supervisor->tree_alive) {
		return after_tree(supervisor, (struct supervisor_event){.now_ns = now_ns});
	}
	if (supervisor->stop_timeout_ns == 0) {
		return kill_all(supervisor, now_ns);
	}
	if (!supervisor->main_alive) {
		return clear(supervisor);
	}
	enter(supervisor, SUPERVISOR_STOPPING, now_ns + supervisor->stop_timeout_ns / 2);
	return ACTION_STOP_MAIN;
}

static unsigned end(struct supervisor *supervisor, int64_t now_ns)
{
	supervisor->ending = true;
	return stop(supervisor, now_ns);
}

/* It has been told to end, and may yet do so: a change does not undo that. */
static bool is_ending(const struct supervisor *supervisor)
{
	return supervisor->ending || (supervisor->state == SUPERVISOR_INTERRUPTED &&
				      supervisor->deadline_ns != SUPERVISOR_NEVER);
}

/* At rest: somebody wants an end. */
static unsigned interrupt(struct supervisor *supervisor, struct supervisor_event event)
{
	bool by_key = event.kind == EVENT_INTERRUPT;

	if (!supervisor->main_alive) {
		return end(supervisor, event.now_ns);
	}
	if (supervisor->state == SUPERVISOR_INTERRUPTED && by_key) {
		supervisor->ending = true; /* asked twice: impatient */
		return kill_all(supervisor, event.now_ns);
	}
	if (supervisor->ending || (!by_key && supervisor->stop_timeout_ns == 0)) {
		return end(supervisor, event.now_ns);
	}
	supervisor->ending = !by_key; /* a program may well live on after a Ctrl-C */
	enter(supervisor, SUPERVISOR_INTERRUPTED,
	      event.now_ns + (by_key ? SUPERVISOR_IGNORED_NS : SUPERVISOR_PASS_ON_NS));
	return 0;
}

/* Nothing is being stopped: IDLE, RUNNING, INTERRUPTED. */
static unsigned step_at_rest(struct supervisor *supervisor, struct supervisor_event event)
{
	switch (event.kind) {
	case EVENT_BEGIN:
		return supervisor->generation == 0 ? start(supervisor) : 0;
	case EVENT_CHANGED:
		hear(supervisor, event);
		return is_ending(supervisor) ? 0 : stop(supervisor, event.now_ns);
	case EVENT_RESTART:
		return supervisor->ending ? 0 : stop(supervisor, event.now_ns);
	case EVENT_TERMINATE:
	case EVENT_INTERRUPT:
		return interrupt(supervisor, event);
	case EVENT_MAIN_EXITED:
		if (supervisor->state == SUPERVISOR_INTERRUPTED) {
			return end(supervisor, event.now_ns);
		}
		enter(supervisor, SUPERVISOR_IDLE, SUPERVISOR_NEVER);
		return ACTION_SAY_EXITED;
	case EVENT_START_FAILED:
		supervisor->main_alive = false;
		supervisor->tree_alive = false;
		supervisor->status = event.status;
		if (supervisor->generation == 1) {
			/* Most likely mistyped: whoever typed it wants the prompt back. */
			return end(supervisor, event.now_ns);
		}
		enter(supervisor, SUPERVISOR_IDLE, SUPERVISOR_NEVER);
		return 0;
	case EVENT_DEADLINE:
		supervisor->deadline_ns = SUPERVISOR_NEVER;
		if (supervisor->ending || supervisor->changed > 0) {
			return stop(supervisor, event.now_ns);
		}
		return ACTION_SAY_IGNORED;
	case EVENT_STIRRED:
	case EVENT_TREE_GONE:
		return 0;
	}
	return 0;
}

static unsigned deadline_while_stopping(struct supervisor *supervisor, int64_t now_ns)
{
	if (supervisor->state == SUPERVISOR_STOPPING) {
		return clear(supervisor);
	}
	if (supervisor->state == SUPERVISOR_CLEARING) {
		return kill_all(supervisor, now_ns);
	}
	supervisor->kill_again_ns =
	    earlier(2 * supervisor->kill_again_ns, SUPERVISOR_KILL_AGAIN_MOST_NS);
	supervisor->deadline_ns = now_ns + supervisor->kill_again_ns;
	return ACTION_KILL;
}

/* STOPPING, CLEARING, KILLING. A further change neither prolongs nor shortens this. */
static unsigned step_stopping(struct supervisor *supervisor, struct supervisor_event event)
{
	switch (event.kind) {
	case EVENT_CHANGED:
	case EVENT_STIRRED:
		hear(supervisor, event);
		return 0;
	case EVENT_MAIN_EXITED:
		return supervisor->state == SUPERVISOR_STOPPING ? clear(supervisor) : 0;
	case EVENT_TREE_GONE:
		return after_tree(supervisor, event);
	case EVENT_INTERRUPT:
	case EVENT_TERMINATE:
		if (supervisor->ending) {
			return kill_all(supervisor, event.now_ns); /* asked twice: impatient */
		}
		supervisor->ending = true;
		return 0;
	case EVENT_DEADLINE:
		return deadline_while_stopping(supervisor, event.now_ns);
	case EVENT_BEGIN:
	case EVENT_RESTART:
	case EVENT_START_FAILED:
		return 0;
	}
	return 0;
}

static unsigned step_settling(struct supervisor *supervisor, struct supervisor_event event)
{
	switch (event.kind) {
	case EVENT_CHANGED:
	case EVENT_STIRRED:
		hear(supervisor, event);
		enter(supervisor, SUPERVISOR_SETTLING, settled_at(supervisor));
		return 0;
	case EVENT_DEADLINE:
		return settled(supervisor, event);
	case EVENT_RESTART:
		return start(supervisor);
	case EVENT_INTERRUPT:
	case EVENT_TERMINATE:
		return end(supervisor, event.now_ns);
	case EVENT_BEGIN:
	case EVENT_MAIN_EXITED:
	case EVENT_TREE_GONE:
	case EVENT_START_FAILED:
		return 0;
	}
	return 0;
}

unsigned supervisor_step(struct supervisor *supervisor, struct supervisor_event event)
{
	if (event.kind == EVENT_DEADLINE && event.now_ns < supervisor->deadline_ns) {
		return 0; /* it has been put off since the timer was set */
	}
	if (event.kind == EVENT_MAIN_EXITED) {
		supervisor->main_alive = false;
		supervisor->status = event.status;
	}
	if (event.kind == EVENT_TREE_GONE) {
		supervisor->tree_alive = false;
	}
	switch (supervisor->state) {
	case SUPERVISOR_IDLE:
	case SUPERVISOR_RUNNING:
	case SUPERVISOR_INTERRUPTED:
		return step_at_rest(supervisor, event);
	case SUPERVISOR_STOPPING:
	case SUPERVISOR_CLEARING:
	case SUPERVISOR_KILLING:
		return step_stopping(supervisor, event);
	case SUPERVISOR_SETTLING:
		return step_settling(supervisor, event);
	case SUPERVISOR_DONE:
		return 0;
	}
	return 0;
}
