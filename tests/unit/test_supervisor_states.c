/* SPDX-License-Identifier: MIT */
/* launcher/supervisor: every state under every event, and what holds whatever happens. */
#include "launcher/supervisor.h"

#include <stdbool.h>
#include <string.h>

#include "tests/unit/random.h"
#include "tests/unit/steps.h"

enum {
	STATES = SUPERVISOR_DONE + 1,
	EVENTS = EVENT_DEADLINE + 1,
};

/* How each state is reached; the first lines of a table. */
static const struct step to_idle[] = {{EVENT_BEGIN, 0}, {EVENT_MAIN_EXITED, 500}};
static const struct step to_running[] = {{EVENT_BEGIN, 0}};
static const struct step to_interrupted[] = {{EVENT_BEGIN, 0}, {EVENT_INTERRUPT, 1000}};
static const struct step to_stopping[] = {{EVENT_BEGIN, 0}, {EVENT_CHANGED, 1000}};
static const struct step to_clearing[] = {
    {EVENT_BEGIN, 0}, {EVENT_CHANGED, 1000}, {EVENT_MAIN_EXITED, 1001}};
static const struct step to_killing[] = {
    {EVENT_BEGIN, 0}, {EVENT_CHANGED, 1000}, {EVENT_DEADLINE, 3500}, {EVENT_DEADLINE, 6000}};
static const struct step to_settling[] = {
    {EVENT_BEGIN, 0}, {EVENT_CHANGED, 1000}, {EVENT_MAIN_EXITED, 1001}, {EVENT_TREE_GONE, 1002}};
static const struct step to_done[] = {
    {EVENT_BEGIN, 0}, {EVENT_MAIN_EXITED, 500}, {EVENT_TREE_GONE, 500}, {EVENT_TERMINATE, 600}};

static const struct step to_pausing[] = {{EVENT_BEGIN, 0},
					 {EVENT_MAIN_EXITED, 10, .status = RESTART_STATUS},
					 {EVENT_TREE_GONE, 10},
					 {EVENT_MAIN_EXITED, 20, .status = RESTART_STATUS},
					 {EVENT_TREE_GONE, 20}};
static const struct step to_busy[] = {{EVENT_BEGIN, 0}, {EVENT_START_BUSY, 1, .status = 126}};

#define PAUSING	    SUPERVISOR_PAUSING, STEPS(to_pausing)
#define BUSY	    SUPERVISOR_BUSY, STEPS(to_busy)
#define IDLE	    SUPERVISOR_IDLE, STEPS(to_idle)
#define RUNNING	    SUPERVISOR_RUNNING, STEPS(to_running)
#define INTERRUPTED SUPERVISOR_INTERRUPTED, STEPS(to_interrupted)
#define STOPPING    SUPERVISOR_STOPPING, STEPS(to_stopping)
#define CLEARING    SUPERVISOR_CLEARING, STEPS(to_clearing)
#define KILLING	    SUPERVISOR_KILLING, STEPS(to_killing)
#define SETTLING    SUPERVISOR_SETTLING, STEPS(to_settling)
#define DONE	    SUPERVISOR_DONE, STEPS(to_done)

static const struct {
	enum supervisor_state state;
	const struct step *before;
	size_t count;
	struct step step;
} cases[] = {
    /* it has ended by itself, and something that it started has not */
    {IDLE, {EVENT_BEGIN, 600, 0, SUPERVISOR_IDLE, NEVER}},
    {IDLE, {EVENT_CHANGED, 600, ACTION_STOP_REST, SUPERVISOR_CLEARING, 5600}},
    {IDLE, {EVENT_STIRRED, 600, 0, SUPERVISOR_IDLE, NEVER}},
    {IDLE, {EVENT_MAIN_EXITED, 600, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER}},
    {IDLE, {EVENT_TREE_GONE, 600, 0, SUPERVISOR_IDLE, NEVER}},
    {IDLE, {EVENT_TREE_LEFT, 600, 0, SUPERVISOR_IDLE, NEVER}},
    {IDLE, {EVENT_START_BUSY, 600, 0, SUPERVISOR_BUSY, 610}},
    {IDLE, {EVENT_START_FAILED, 600, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {IDLE, {EVENT_RESTART, 600, ACTION_STOP_REST, SUPERVISOR_CLEARING, 5600}},
    {IDLE, {EVENT_INTERRUPT, 600, ACTION_STOP_REST, SUPERVISOR_CLEARING, 5600}},
    {IDLE, {EVENT_TERMINATE, 600, ACTION_STOP_REST, SUPERVISOR_CLEARING, 5600}},
    {IDLE, {EVENT_DEADLINE, 99999, 0, SUPERVISOR_IDLE, NEVER}},

    {RUNNING, {EVENT_BEGIN, 1000, 0, SUPERVISOR_RUNNING, NEVER}},
    {RUNNING, {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500}},
    {RUNNING, {EVENT_STIRRED, 1000, 0, SUPERVISOR_RUNNING, NEVER}},
    {RUNNING, {EVENT_MAIN_EXITED, 1000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER}},
    {RUNNING, {EVENT_TREE_GONE, 1000, 0, SUPERVISOR_RUNNING, NEVER}},
    {RUNNING, {EVENT_TREE_LEFT, 1000, 0, SUPERVISOR_RUNNING, NEVER}},
    {RUNNING, {EVENT_START_BUSY, 1000, 0, SUPERVISOR_BUSY, 1010}},
    {RUNNING, {EVENT_START_FAILED, 1000, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {RUNNING, {EVENT_RESTART, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500}},
    {RUNNING, {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200}},
    {RUNNING, {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050}},
    {RUNNING, {EVENT_DEADLINE, 99999, 0, SUPERVISOR_RUNNING, NEVER}},

    /* with a change: test_supervisor_ends.c */
    {INTERRUPTED, {EVENT_BEGIN, 1100, 0, SUPERVISOR_INTERRUPTED, 1200}},
    {INTERRUPTED, {EVENT_STIRRED, 1100, 0, SUPERVISOR_INTERRUPTED, 1200}},
    {INTERRUPTED, {EVENT_MAIN_EXITED, 1100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6100}},
    {INTERRUPTED, {EVENT_TREE_GONE, 1100, 0, SUPERVISOR_INTERRUPTED, 1200}},
    {INTERRUPTED, {EVENT_TREE_LEFT, 1100, 0, SUPERVISOR_INTERRUPTED, 1200}},
    {INTERRUPTED, {EVENT_START_BUSY, 1100, 0, SUPERVISOR_BUSY, 1110}},
    {INTERRUPTED, {EVENT_START_FAILED, 1100, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {INTERRUPTED, {EVENT_RESTART, 1100, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3600}},
    {INTERRUPTED, {EVENT_INTERRUPT, 1100, 0, SUPERVISOR_INTERRUPTED, 1300}},
    {INTERRUPTED, {EVENT_TERMINATE, 1100, 0, SUPERVISOR_INTERRUPTED, 1150}},
    {INTERRUPTED, {EVENT_DEADLINE, 1200, 0, SUPERVISOR_INTERRUPTED, 3000}},

    {STOPPING, {EVENT_BEGIN, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_CHANGED, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_STIRRED, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_MAIN_EXITED, 1100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000}},
    {STOPPING, {EVENT_TREE_GONE, 1100, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {STOPPING, {EVENT_TREE_LEFT, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_START_BUSY, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_START_FAILED, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_RESTART, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_INTERRUPT, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_TERMINATE, 1100, 0, SUPERVISOR_STOPPING, 3500}},
    {STOPPING, {EVENT_DEADLINE, 3500, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000}},

    {CLEARING, {EVENT_BEGIN, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_CHANGED, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_STIRRED, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_MAIN_EXITED, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_TREE_GONE, 1100, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {CLEARING, {EVENT_TREE_LEFT, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_START_BUSY, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_START_FAILED, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_RESTART, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_INTERRUPT, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_TERMINATE, 1100, 0, SUPERVISOR_CLEARING, 6000}},
    {CLEARING, {EVENT_DEADLINE, 6000, ACTION_KILL, SUPERVISOR_KILLING, 6020}},

    {KILLING, {EVENT_BEGIN, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_CHANGED, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_STIRRED, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_MAIN_EXITED, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_TREE_GONE, 6010, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {KILLING, {EVENT_TREE_LEFT, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_START_BUSY, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_START_FAILED, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_RESTART, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_INTERRUPT, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_TERMINATE, 6010, 0, SUPERVISOR_KILLING, 6020}},
    {KILLING, {EVENT_DEADLINE, 6020, ACTION_KILL, SUPERVISOR_KILLING, 6060}},

    {SETTLING, {EVENT_BEGIN, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_CHANGED, 1003, 0, SUPERVISOR_SETTLING, 1013}},
    {SETTLING, {EVENT_STIRRED, 1003, 0, SUPERVISOR_SETTLING, 1008}},
    {SETTLING, {EVENT_MAIN_EXITED, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_TREE_GONE, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_TREE_LEFT, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_START_BUSY, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_START_FAILED, 1003, 0, SUPERVISOR_SETTLING, 1005}},
    {SETTLING, {EVENT_RESTART, 1003, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {SETTLING, {EVENT_INTERRUPT, 1003, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {SETTLING, {EVENT_TERMINATE, 1003, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {SETTLING, {EVENT_DEADLINE, 1005, ACTION_START, SUPERVISOR_RUNNING, NEVER}},

    {PAUSING, {EVENT_BEGIN, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_CHANGED, 30, 0, SUPERVISOR_SETTLING, 35}},
    {PAUSING, {EVENT_STIRRED, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_MAIN_EXITED, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_TREE_GONE, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_TREE_LEFT, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_START_FAILED, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_START_BUSY, 30, 0, SUPERVISOR_PAUSING, 120}},
    {PAUSING, {EVENT_RESTART, 30, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {PAUSING, {EVENT_INTERRUPT, 30, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {PAUSING, {EVENT_TERMINATE, 30, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {PAUSING, {EVENT_DEADLINE, 120, ACTION_START, SUPERVISOR_RUNNING, NEVER}},

    {BUSY, {EVENT_BEGIN, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_CHANGED, 5, 0, SUPERVISOR_SETTLING, 10}},
    {BUSY, {EVENT_STIRRED, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_MAIN_EXITED, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_TREE_GONE, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_TREE_LEFT, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_START_FAILED, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_START_BUSY, 5, 0, SUPERVISOR_BUSY, 11}},
    {BUSY, {EVENT_RESTART, 5, ACTION_START, SUPERVISOR_RUNNING, NEVER}},
    {BUSY, {EVENT_INTERRUPT, 5, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {BUSY, {EVENT_TERMINATE, 5, ACTION_FINISH, SUPERVISOR_DONE, NEVER}},
    {BUSY, {EVENT_DEADLINE, 11, ACTION_RETRY, SUPERVISOR_RUNNING, NEVER}},

    {DONE, {EVENT_BEGIN, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_CHANGED, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_STIRRED, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_MAIN_EXITED, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_TREE_GONE, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_TREE_LEFT, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_START_BUSY, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_START_FAILED, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_RESTART, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_INTERRUPT, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_TERMINATE, 700, 0, SUPERVISOR_DONE, NEVER}},
    {DONE, {EVENT_DEADLINE, 99999, 0, SUPERVISOR_DONE, NEVER}},
};

/* A set of them can be told apart. */
Test(supervisor_states, actions)
{
	static const enum supervisor_action all[] = {
	    ACTION_SAY_EXITED,	ACTION_SAY_STOPPING, ACTION_STOP_MAIN,	ACTION_STOP_REST,
	    ACTION_KILL,	ACTION_SAY_IGNORED,  ACTION_SAY_LOCKED, ACTION_SAY_BUSY,
	    ACTION_SAY_PAUSING, ACTION_POSTPONE,     ACTION_START,	ACTION_RETRY,
	    ACTION_FINISH};
	unsigned set = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cr_expect(zero(u32, set & (unsigned)all[i]), "%zu", i);
		set |= (unsigned)all[i];
	}
}

Test(supervisor_states, every_state_under_every_event)
{
	bool seen[STATES][EVENTS] = {{false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct supervisor supervisor = machine(BY_NUMBER, GRACE);

		for (size_t before = 0; before < cases[i].count; before++) {
			feed(&supervisor, &cases[i].before[before]);
		}
		cr_assert(eq(int, (int)supervisor.state, (int)cases[i].state), "line %zu", i);
		check(&supervisor, feed(&supervisor, &cases[i].step), &cases[i].step, "states", i);
		seen[cases[i].state][cases[i].step.kind] = true;
	}
	seen[SUPERVISOR_INTERRUPTED][EVENT_CHANGED] = true; /* see above */
	for (int state = 0; state < STATES; state++) {
		for (int event = 0; event < EVENTS; event++) {
			cr_expect(seen[state][event], "state %d under event %d", state, event);
		}
	}
}

/* What is true of the world that the machine does not see. */
struct world {
	struct supervisor supervisor;
	int64_t now_ms;
	bool main_alive, tree_alive, told_to_end, finished;
	bool leaves; /* with the main process, whatever else still runs */
};

static bool is_rest(enum supervisor_state state)
{
	return state == SUPERVISOR_IDLE || state == SUPERVISOR_RUNNING ||
	       state == SUPERVISOR_INTERRUPTED || state == SUPERVISOR_DONE;
}

static unsigned happen(struct world *world, enum supervisor_event_kind kind, bool unfinished)
{
	const struct step step = {.kind = kind, .at_ms = world->now_ms, .unfinished = unfinished};
	const struct supervisor *supervisor = &world->supervisor;
	bool had_main = world->main_alive;
	unsigned actions;

	world->main_alive &= kind != EVENT_MAIN_EXITED && kind != EVENT_START_FAILED;
	world->tree_alive &= kind != EVENT_TREE_GONE && kind != EVENT_START_FAILED;
	world->told_to_end |= kind == EVENT_TERMINATE;
	actions = feed(&world->supervisor, &step);
	if (world->finished) {
		cr_assert(zero(u32, actions), "nothing after the end");
	}
	if ((actions & ACTION_START) != 0) {
		cr_assert(not(world->tree_alive), "started beside the old tree");
		cr_assert(not(world->told_to_end), "started after the end");
		cr_assert(eq(u32, actions, ACTION_START));
		world->main_alive = world->tree_alive = true;
	}
	if ((actions & ACTION_FINISH) != 0) {
		cr_assert(world->tree_alive <= (world->leaves && !world->main_alive),
			  "ended before the tree");
		world->finished = true;
	}
	if ((actions & ACTION_STOP_MAIN) != 0) {
		cr_assert(had_main, "stopped what was gone");
	}
	cr_assert(eq(int, world->finished, supervisor->state == SUPERVISOR_DONE));
	/* What does not rest has a time by which it goes on. */
	cr_assert(is_rest(supervisor->state) ||
		      supervisor->deadline_ns <= (world->now_ms + GRACE) * 1000000,
		  "state %d would wait for ever", (int)supervisor->state);
	return actions;
}

static void happen_at_random(struct world *world, struct random *random)
{
	bool unfinished = random_below(random, 3) == 0;
	unsigned choice = (unsigned)random_below(random, 400);

	world->now_ms += (int64_t)random_below(random, 60);
	if (choice < 2) {
		(void)happen(world, EVENT_TERMINATE, false);
	} else if (choice < 5) {
		(void)happen(world, EVENT_INTERRUPT, false);
	} else if (choice < 40) {
		(void)happen(world, EVENT_RESTART, false);
	} else if (choice < 150) {
		(void)happen(world, EVENT_CHANGED, unfinished);
	} else if (choice < 200) {
		(void)happen(world, EVENT_STIRRED, unfinished);
	} else if (choice < 260 && world->main_alive) {
		(void)happen(world, EVENT_MAIN_EXITED, false);
	} else if (choice < 320 && !world->main_alive && world->tree_alive) {
		(void)happen(world, EVENT_TREE_GONE, false);
	} else if (world->supervisor.deadline_ns != SUPERVISOR_NEVER) {
		int64_t deadline_ms = world->supervisor.deadline_ns / 1000000;

		world->now_ms = world->now_ms > deadline_ms ? world->now_ms : deadline_ms;
		if (happen(world, EVENT_DEADLINE, false) == ACTION_START && choice > 390) {
			(void)happen(world, EVENT_START_FAILED, false);
		}
	}
}

/* Left alone, and with SIGKILL doing what it does, it comes to rest. */
static void come_to_rest(struct world *world)
{
	for (int i = 0; i < 10 && !is_rest(world->supervisor.state); i++) {
		world->now_ms = world->supervisor.deadline_ns / 1000000;
		if (happen(world, EVENT_DEADLINE, false) == ACTION_KILL) {
			if (world->main_alive) {
				(void)happen(world, EVENT_MAIN_EXITED, false);
			}
			(void)happen(world, EVENT_TREE_GONE, false);
		}
	}
	cr_assert(is_rest(world->supervisor.state));
}

Test(supervisor_states, whatever_happens)
{
	struct random random = {7};
	unsigned ends = 0, generations = 0;

	for (int run = 0; run < 3000; run++) {
		struct world world = {
		    .supervisor = machine(run % 3 == 0 ? 20 : BY_NUMBER, run % 5 == 0 ? 0 : GRACE),
		};

		(void)happen(&world, EVENT_BEGIN, false);
		for (int i = 0; i < 100 && !world.finished; i++) {
			happen_at_random(&world, &random);
		}
		come_to_rest(&world);
		ends += world.finished;
		generations += world.supervisor.generation;
	}
	/* Both kinds of run have been seen, and many generations. */
	cr_assert(ends > 100 && ends < 2900, "%u", ends);
	cr_assert(generations > 6000, "%u", generations);
}

/* What may happen to a command that is run once; its end is as likely as its deadlines. */
static void happen_to_one_run(struct world *world, struct random *random)
{
	unsigned choice = (unsigned)random_below(random, 10);

	world->now_ms += (int64_t)random_below(random, 2000);
	if (choice < 2) {
		(void)happen(world, EVENT_TERMINATE, false);
	} else if (choice < 5) {
		(void)happen(world, EVENT_INTERRUPT, false);
	} else if (choice < 6 && world->main_alive) {
		(void)happen(world, EVENT_MAIN_EXITED, false);
	} else if (choice < 8 && !world->main_alive && world->tree_alive) {
		(void)happen(world, EVENT_TREE_GONE, false);
	} else if (world->supervisor.deadline_ns != SUPERVISOR_NEVER) {
		(void)happen(world, EVENT_DEADLINE, false);
	}
}

/* Run once, it ends with the command, and is never started again. */
Test(supervisor_states, whatever_happens_to_one_run)
{
	struct random random = {11};
	unsigned with_tree = 0, without_tree = 0;

	for (int run = 0; run < 3000; run++) {
		struct world world = {.supervisor = machine(BY_NUMBER, run % 5 == 0 ? 0 : GRACE),
				      .leaves = true};

		world.supervisor.settings.on_exit = ON_EXIT_LEAVE;
		world.supervisor.settings.restart_status = -1;
		(void)happen(&world, EVENT_BEGIN, false);
		for (int i = 0; i < 1000 && !world.finished; i++) {
			happen_to_one_run(&world, &random);
		}
		cr_assert(world.finished, "run %d", run);
		cr_assert(not(world.main_alive), "run %d", run);
		cr_assert(eq(u32, world.supervisor.generation, 1), "run %d", run);
		with_tree += world.tree_alive;
		without_tree += !world.tree_alive;
	}
	/* Both have been seen: what is left behind, and what has been asked to end with it. */
	cr_assert(with_tree > 100 && without_tree > 100, "%u, %u", with_tree, without_tree);
}
