/* SPDX-License-Identifier: MIT */
/* The state machine; see supervisor.h. */
#include "launcher/supervisor.h"

void supervisor_init(struct supervisor *supervisor, struct supervisor_settings settings)
{
	*supervisor = (struct supervisor){
	    .settings = settings,
	    .settle = {.fixed_ns = settings.settle_ns},
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

static void hear(struct supervisor *supervisor, struct supervisor_event event)
{
	settle_hear(&supervisor->settle, event.now_ns, event.kind == EVENT_CHANGED,
		    event.unfinished);
	supervisor->settle.locked_seen |= event.locked;
}

static void run(struct supervisor *supervisor, int64_t now_ns)
{
	supervisor->generation++;
	supervisor->main_alive = true;
	supervisor->tree_alive = true;
	supervisor->started_ns = now_ns;
	enter(supervisor, SUPERVISOR_RUNNING, SUPERVISOR_NEVER);
}

static unsigned start(struct supervisor *supervisor, int64_t now_ns)
{
	if (supervisor->settle.changed > 0) {
		supervisor->at_once = 0; /* somebody has mended it, perhaps */
	}
	settle_end(&supervisor->settle, now_ns);
	supervisor->locked_said = false;
	supervisor->pause_ns = 0;
	supervisor->busy_ns = 0;
	supervisor->busy_said = false;
	run(supervisor, now_ns);
	return ACTION_START;
}

/* It has been quiet for long enough: start, unless more is to be expected. */
static unsigned settled(struct supervisor *supervisor, struct supervisor_event event)
{
	int64_t waited_ns = event.now_ns - supervisor->settle.burst_ns;

	if (supervisor->settle.changed == 0 || !event.locked ||
	    waited_ns >= SUPERVISOR_LOCKED_CAP_NS) {
		return start(supervisor, event.now_ns);
	}
	enter(supervisor, SUPERVISOR_SETTLING, event.now_ns + SUPERVISOR_LOCKED_LOOK_NS);
	if (waited_ns < SUPERVISOR_LOCKED_SAY_NS || supervisor->locked_said) {
		return 0;
	}
	supervisor->locked_said = true;
	return ACTION_SAY_LOCKED;
}

static unsigned finish(struct supervisor *supervisor)
{
	enter(supervisor, SUPERVISOR_DONE, SUPERVISOR_NEVER);
	return ACTION_FINISH;
}

/* Does it end with the main process, whatever else still runs? */
static bool leaves(const struct supervisor *supervisor)
{
	return supervisor->settings.on_exit == ON_EXIT_LEAVE;
}

/* Nothing is left of the generation. */
static unsigned after_tree(struct supervisor *supervisor, struct supervisor_event event)
{
	supervisor->settle.locked_seen |= event.locked;
	if (supervisor->ending) {
		return finish(supervisor);
	}
	if (supervisor->settle.changed == 0 && supervisor->pause_ns > 0) {
		enter(supervisor, SUPERVISOR_PAUSING, event.now_ns + supervisor->pause_ns);
		return ACTION_SAY_PAUSING;
	}
	if (supervisor->settle.changed == 0 ||
	    settle_over_at(&supervisor->settle) <= event.now_ns) {
		return settled(supervisor, event);
	}
	enter(supervisor, SUPERVISOR_SETTLING, settle_over_at(&supervisor->settle));
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
	enter(supervisor, SUPERVISOR_CLEARING,
	      supervisor->stop_ns + supervisor->settings.stop_timeout_ns);
	return ACTION_STOP_REST;
}

static unsigned stop(struct supervisor *supervisor, struct supervisor_event event)
{
	int64_t now_ns = event.now_ns;

	supervisor->stop_ns = now_ns;
	if (!supervisor->tree_alive) {
		return after_tree(supervisor, event);
	}
	if (supervisor->settings.stop_timeout_ns == 0) {
		return kill_all(supervisor, now_ns);
	}
	if (!supervisor->main_alive) {
		return clear(supervisor);
	}
	enter(supervisor, SUPERVISOR_STOPPING, now_ns + supervisor->settings.stop_timeout_ns / 2);
	return ACTION_STOP_MAIN;
}

static unsigned end(struct supervisor *supervisor, struct supervisor_event event)
{
	supervisor->ending = true;
	return stop(supervisor, event);
}

/* It has been told to end, and may yet do so: a change does not undo that. */
static bool is_ending(const struct supervisor *supervisor)
{
	return supervisor->ending ||
	       (supervisor->state == SUPERVISOR_INTERRUPTED && !supervisor->ignored_said);
}

/* A program may well live on after a Ctrl-C. It is for us to say so, and for the user to insist. */
static unsigned interrupt(struct supervisor *supervisor, struct supervisor_event event)
{
	if (supervisor->ending) {
		return kill_all(supervisor, event.now_ns);
	}
	supervisor->insisted = supervisor->state == SUPERVISOR_INTERRUPTED;
	if (!supervisor->insisted) {
		supervisor->ignored_said = false;
		supervisor->interrupt_ns = event.now_ns;
	}
	enter(supervisor, SUPERVISOR_INTERRUPTED, event.now_ns + SUPERVISOR_LOOK_NS);
	return 0;
}

/* The command has been told already, as we would have done it. */
static unsigned is_told(struct supervisor *supervisor, int64_t now_ns)
{
	supervisor->stop_ns = now_ns;
	enter(supervisor, SUPERVISOR_STOPPING, now_ns + supervisor->settings.stop_timeout_ns / 2);
	return ACTION_SAY_STOPPING;
}

static unsigned terminate(struct supervisor *supervisor, struct supervisor_event event)
{
	if (supervisor->ending) {
		return 0; /* many an ender sends it twice: to us, and to our group */
	}
	supervisor->ending = true;
	if (supervisor->settings.stop_timeout_ns == 0) {
		return stop(supervisor, event);
	}
	if (event.reached) {
		return is_told(supervisor, event.now_ns);
	}
	enter(supervisor, SUPERVISOR_INTERRUPTED, event.now_ns + SUPERVISOR_PASS_ON_NS);
	return 0;
}

/* At rest: somebody wants an end. */
static unsigned end_at_rest(struct supervisor *supervisor, struct supervisor_event event)
{
	if (!supervisor->main_alive) {
		if (supervisor->generation == 0) {
			supervisor->status = event.status;
		}
		return end(supervisor, event);
	}
	return event.kind == EVENT_INTERRUPT ? interrupt(supervisor, event)
					     : terminate(supervisor, event);
}

/* It has ended by itself, and is to run: at once, or if it ends at once itself, after a while. */
static unsigned restart_after_exit(struct supervisor *supervisor, struct supervisor_event event)
{
	int64_t pause_ns = SUPERVISOR_PAUSE_NS;

	if (event.now_ns - supervisor->started_ns >= SUPERVISOR_SOON_NS) {
		supervisor->at_once = 0;
		return stop(supervisor, event);
	}
	supervisor->at_once++;
	for (unsigned i = 2; i < supervisor->at_once && pause_ns < SUPERVISOR_PAUSE_MOST_NS; i++) {
		pause_ns *= 2;
	}
	supervisor->pause_ns =
	    supervisor->at_once < 2 ? 0 : earlier(pause_ns, SUPERVISOR_PAUSE_MOST_NS);
	return stop(supervisor, event);
}

static unsigned exited(struct supervisor *supervisor, struct supervisor_event event)
{
	const struct supervisor_settings *settings = &supervisor->settings;

	supervisor->after_exit =
	    event.status == settings->restart_status ? ON_EXIT_RESTART : settings->on_exit;
	switch (supervisor->after_exit) {
	case ON_EXIT_STOP:
		return ACTION_SAY_EXITED | end(supervisor, event);
	case ON_EXIT_RESTART:
		return ACTION_SAY_EXITED | restart_after_exit(supervisor, event);
	case ON_EXIT_LEAVE:
		return ACTION_SAY_EXITED | finish(supervisor);
	case ON_EXIT_WAIT:
		break;
	}
	enter(supervisor, SUPERVISOR_IDLE, SUPERVISOR_NEVER);
	return ACTION_SAY_EXITED;
}

static unsigned start_failed(struct supervisor *supervisor, struct supervisor_event event)
{
	supervisor->main_alive = false;
	supervisor->tree_alive = false;
	supervisor->status = event.status;
	if (event.kind == EVENT_START_BUSY) {
		int64_t waited_ns;

		supervisor->generation--; /* it has not begun */
		supervisor->busy_ns = supervisor->busy_ns == 0 ? event.now_ns : supervisor->busy_ns;
		waited_ns = event.now_ns - supervisor->busy_ns;
		enter(supervisor, SUPERVISOR_BUSY,
		      event.now_ns + earlier(SUPERVISOR_BUSY_LOOK_NS + waited_ns / 4,
					     SUPERVISOR_BUSY_LOOK_MOST_NS));
		if (waited_ns < SUPERVISOR_BUSY_SAY_NS || supervisor->busy_said) {
			return 0;
		}
		supervisor->busy_said = true;
		return ACTION_SAY_BUSY;
	}
	/* The first time it is mistyped, most likely: whoever typed it wants the prompt back. */
	if (supervisor->generation == 1 || supervisor->settings.on_exit == ON_EXIT_STOP ||
	    leaves(supervisor)) {
		return end(supervisor, event);
	}
	enter(supervisor, SUPERVISOR_IDLE, SUPERVISOR_NEVER);
	return 0;
}

static unsigned begin(struct supervisor *supervisor, int64_t now_ns)
{
	if (supervisor->generation > 0) {
		return 0;
	}
	return supervisor->settings.postpone ? ACTION_POSTPONE : start(supervisor, now_ns);
}

static unsigned deadline_after_interrupt(struct supervisor *supervisor,
					 struct supervisor_event event)
{
	int64_t ignored_ns = supervisor->interrupt_ns + SUPERVISOR_IGNORED_NS;

	if (event.has_keys || supervisor->ignored_said) {
		enter(supervisor, SUPERVISOR_RUNNING, SUPERVISOR_NEVER);
	}
	if (supervisor->insisted && !event.has_keys) {
		supervisor->ending = true;
		return kill_all(supervisor, event.now_ns);
	}
	if (supervisor->state == SUPERVISOR_INTERRUPTED && event.now_ns < ignored_ns) {
		supervisor->deadline_ns = ignored_ns;
		return 0;
	}
	if (supervisor->settle.changed > 0) {
		return stop(supervisor, event);
	}
	if (supervisor->state == SUPERVISOR_RUNNING) {
		return 0;
	}
	supervisor->ignored_said = true;
	supervisor->deadline_ns = event.now_ns + SUPERVISOR_OFFER_NS;
	return ACTION_SAY_IGNORED;
}

static unsigned deadline_at_rest(struct supervisor *supervisor, struct supervisor_event event)
{
	if (!supervisor->ending) {
		return deadline_after_interrupt(supervisor, event);
	}
	return event.reached ? is_told(supervisor, event.now_ns) : stop(supervisor, event);
}

/* And so all of its tree is; but a key is pressed for those whom the terminal tells of it. */
static bool is_told_to_end(const struct supervisor *supervisor)
{
	return supervisor->state == SUPERVISOR_INTERRUPTED &&
	       (supervisor->ending || !leaves(supervisor));
}

/* Nothing is being stopped: IDLE, RUNNING, INTERRUPTED. */
static unsigned step_at_rest(struct supervisor *supervisor, struct supervisor_event event)
{
	switch (event.kind) {
	case EVENT_BEGIN:
		return begin(supervisor, event.now_ns);
	case EVENT_CHANGED:
		hear(supervisor, event);
		return is_ending(supervisor) ? 0 : stop(supervisor, event);
	case EVENT_RESTART:
		supervisor->at_once = 0;
		return supervisor->ending ? 0 : stop(supervisor, event);
	case EVENT_TERMINATE:
	case EVENT_INTERRUPT:
		return end_at_rest(supervisor, event);
	case EVENT_MAIN_EXITED:
		return is_told_to_end(supervisor) ? end(supervisor, event)
						  : exited(supervisor, event);
	case EVENT_START_FAILED:
	case EVENT_START_BUSY:
		return start_failed(supervisor, event);
	case EVENT_DEADLINE:
		return deadline_at_rest(supervisor, event);
	case EVENT_STIRRED:
	case EVENT_TREE_GONE:
	case EVENT_TREE_LEFT:
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
		if (supervisor->ending) {
			return kill_all(supervisor, event.now_ns); /* asked twice: impatient */
		}
		supervisor->ending = true;
		return 0;
	case EVENT_TERMINATE:
		supervisor->ending = true;
		return 0;
	case EVENT_DEADLINE:
		return deadline_while_stopping(supervisor, event.now_ns);
	case EVENT_TREE_LEFT:
		return supervisor->ending ? finish(supervisor) : 0;
	case EVENT_BEGIN:
	case EVENT_RESTART:
	case EVENT_START_FAILED:
	case EVENT_START_BUSY:
		return 0;
	}
	return 0;
}

static unsigned deadline_before_start(struct supervisor *supervisor, struct supervisor_event event)
{
	if (supervisor->state == SUPERVISOR_BUSY) {
		run(supervisor, event.now_ns);
		return ACTION_RETRY;
	}
	return supervisor->state == SUPERVISOR_PAUSING ? start(supervisor, event.now_ns)
						       : settled(supervisor, event);
}

/* SETTLING, PAUSING, BUSY: nothing is left, and the next start is put off. */
static unsigned step_before_start(struct supervisor *supervisor, struct supervisor_event event)
{
	switch (event.kind) {
	case EVENT_STIRRED:
		if (supervisor->state != SUPERVISOR_SETTLING) {
			return 0;
		}
		hear(supervisor, event);
		enter(supervisor, SUPERVISOR_SETTLING, settle_over_at(&supervisor->settle));
		return 0;
	case EVENT_CHANGED:
		hear(supervisor, event);
		enter(supervisor, SUPERVISOR_SETTLING, settle_over_at(&supervisor->settle));
		return 0;
	case EVENT_DEADLINE:
		return deadline_before_start(supervisor, event);
	case EVENT_RESTART:
		supervisor->at_once = 0;
		return start(supervisor, event.now_ns);
	case EVENT_INTERRUPT:
	case EVENT_TERMINATE:
		return end(supervisor, event);
	case EVENT_BEGIN:
	case EVENT_MAIN_EXITED:
	case EVENT_TREE_GONE:
	case EVENT_TREE_LEFT:
	case EVENT_START_FAILED:
	case EVENT_START_BUSY:
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
	case SUPERVISOR_PAUSING:
	case SUPERVISOR_BUSY:
		return step_before_start(supervisor, event);
	case SUPERVISOR_DONE:
		return 0;
	}
	return 0;
}
