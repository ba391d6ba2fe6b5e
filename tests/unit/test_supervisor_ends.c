/* SPDX-License-Identifier: MIT */
/* launcher/supervisor: the command ends by itself, cannot be started, or we are to end. */
#include "launcher/supervisor.h"

#include "tests/unit/steps.h"

Test(supervisor_ends, by_itself)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 100, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER, .status = 3},
	    {EVENT_TREE_GONE, 100, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_STIRRED, 200, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_DEADLINE, 300, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 1000, 0, SUPERVISOR_SETTLING, 1005},
	    {EVENT_DEADLINE, 1005, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* never is 0 or anything else a reason to spin */
	    {EVENT_MAIN_EXITED, 1006, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER, .status = 0},
	    {EVENT_TREE_GONE, 1006, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 2000, 0, SUPERVISOR_SETTLING, 3600, .unfinished = true},
	    {EVENT_STIRRED, 2100, 0, SUPERVISOR_SETTLING, 2105},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "by itself", STEPS(steps));
}

/* It has left processes behind: they are stopped before the next generation, not before. */
Test(supervisor_ends, with_a_daemon_left)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 100, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_DEADLINE, 6000, ACTION_KILL, SUPERVISOR_KILLING, 6020},
	    {EVENT_TREE_GONE, 6001, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 7000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER},
	    {EVENT_RESTART, 8000, ACTION_STOP_REST, SUPERVISOR_CLEARING, 13000},
	    {EVENT_TREE_GONE, 8001, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 9000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER, .status = 9},
	    {EVENT_INTERRUPT, 9100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 14100},
	    {EVENT_TREE_GONE, 9200, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "daemon", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 9));
}

Test(supervisor_ends, first_start_fails)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 1, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .status = 127},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "first start", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 127));
}

/* The binary is being rebuilt: a later start that fails is waited over. */
Test(supervisor_ends, later_start_fails)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 2000, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 2000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 2001, 0, SUPERVISOR_IDLE, NEVER, .status = 126},
	    {EVENT_CHANGED, 3000, 0, SUPERVISOR_SETTLING, 3005},
	    {EVENT_DEADLINE, 3005, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 3006, 0, SUPERVISOR_IDLE, NEVER, .status = 126},
	    {EVENT_RESTART, 4000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 4001, 0, SUPERVISOR_IDLE, NEVER, .status = 127},
	    {EVENT_INTERRUPT, 5000, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "later start", STEPS(steps));
	cr_assert(eq(u32, supervisor.generation, 4));
	cr_assert(eq(int, supervisor.status, 127));
}

/* Ctrl-C: the command has got it, too, and ends. */
Test(supervisor_ends, interrupted)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_STIRRED, 1050, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_MAIN_EXITED, 1100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6100, .status = 130},
	    {EVENT_CHANGED, 1101, 0, SUPERVISOR_CLEARING, 6100},
	    {EVENT_TREE_GONE, 1102, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "interrupted", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 130));
}

/* It takes no notice: said once; a second Ctrl-C kills. */
Test(supervisor_ends, interrupt_ignored)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_DEADLINE, 1200, 0, SUPERVISOR_INTERRUPTED, 3000},
	    {EVENT_DEADLINE, 2999, 0, SUPERVISOR_INTERRUPTED, 3000},
	    {EVENT_DEADLINE, 3000, ACTION_SAY_IGNORED, SUPERVISOR_INTERRUPTED, 13000},
	    {EVENT_DEADLINE, 5000, 0, SUPERVISOR_INTERRUPTED, 13000},
	    {EVENT_INTERRUPT, 9000, 0, SUPERVISOR_INTERRUPTED, 9200},
	    {EVENT_DEADLINE, 9200, ACTION_KILL, SUPERVISOR_KILLING, 9220},
	    {EVENT_MAIN_EXITED, 9201, 0, SUPERVISOR_KILLING, 9220, .status = 137},
	    {EVENT_DEADLINE, 9220, ACTION_KILL, SUPERVISOR_KILLING, 9260},
	    {EVENT_TREE_GONE, 9221, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	static const struct step at_once[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_INTERRUPT, 1100, 0, SUPERVISOR_INTERRUPTED, 1300},
	    {EVENT_DEADLINE, 1300, ACTION_KILL, SUPERVISOR_KILLING, 1320},
	    /* nothing more can be asked for */
	    {EVENT_INTERRUPT, 1310, ACTION_KILL, SUPERVISOR_KILLING, 1330},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "ignored", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 137));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "at once", STEPS(at_once));
}

/* A line editor at its prompt, or a REPL that comes back to it: it was the program's key. */
Test(supervisor_ends, interrupt_was_a_key)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_DEADLINE, 1200, 0, SUPERVISOR_RUNNING, NEVER, .has_keys = true},
	    /* even twice */
	    {EVENT_INTERRUPT, 2000, 0, SUPERVISOR_INTERRUPTED, 2200},
	    {EVENT_INTERRUPT, 2100, 0, SUPERVISOR_INTERRUPTED, 2300},
	    {EVENT_DEADLINE, 2300, 0, SUPERVISOR_RUNNING, NEVER, .has_keys = true},
	    /* the computation takes longer */
	    {EVENT_INTERRUPT, 3000, 0, SUPERVISOR_INTERRUPTED, 3200},
	    {EVENT_DEADLINE, 3200, 0, SUPERVISOR_INTERRUPTED, 5000},
	    {EVENT_DEADLINE, 5000, 0, SUPERVISOR_RUNNING, NEVER, .has_keys = true},
	    /* what was saved meanwhile counts */
	    {EVENT_INTERRUPT, 6000, 0, SUPERVISOR_INTERRUPTED, 6200},
	    {EVENT_CHANGED, 6100, 0, SUPERVISOR_INTERRUPTED, 6200},
	    {EVENT_DEADLINE, 6200, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 8700, .has_keys = true},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "a key", STEPS(steps));
}

/* The offer to kill it lapses: an hour later it may end by itself, or be interrupted anew. */
Test(supervisor_ends, interrupt_forgotten)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_DEADLINE, 1200, 0, SUPERVISOR_INTERRUPTED, 3000},
	    {EVENT_DEADLINE, 3000, ACTION_SAY_IGNORED, SUPERVISOR_INTERRUPTED, 13000},
	    {EVENT_DEADLINE, 13000, 0, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 20000, 0, SUPERVISOR_INTERRUPTED, 20200},
	    {EVENT_DEADLINE, 20200, 0, SUPERVISOR_INTERRUPTED, 22000},
	    {EVENT_DEADLINE, 22000, ACTION_SAY_IGNORED, SUPERVISOR_INTERRUPTED, 32000},
	    /* a change restarts it now */
	    {EVENT_CHANGED, 23000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 25500},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "forgotten", STEPS(steps));
}

/* Somebody saves while the command takes its time to end on Ctrl-C: it has been told to end. */
Test(supervisor_ends, change_does_not_undo_an_interrupt)
{
	static const struct step events[] = {
	    {.kind = EVENT_BEGIN, .at_ms = 0},
	    {.kind = EVENT_INTERRUPT, .at_ms = 1000},
	    {.kind = EVENT_CHANGED, .at_ms = 1010},
	    {.kind = EVENT_MAIN_EXITED, .at_ms = 1100, .status = 130},
	    {.kind = EVENT_TREE_GONE, .at_ms = 1200},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);
	unsigned all = 0;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		all |= feed(&supervisor, &events[i]);
	}
	cr_assert(eq(int, (int)supervisor.state, SUPERVISOR_DONE));
	cr_assert(gt(u32, all & ACTION_FINISH, 0));
	cr_assert(eq(u32, supervisor.generation, 1));
}

Test(supervisor_ends, interrupt_while_waiting)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 100, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER, .status = 7},
	    {EVENT_TREE_GONE, 100, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_INTERRUPT, 200, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "waiting", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 7));
}

/* A process that is not ours to end: nobody waits for it for ever. */
Test(supervisor_ends, with_something_left)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_DEADLINE, 3500, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_DEADLINE, 6000, ACTION_KILL, SUPERVISOR_KILLING, 6020},
	    {EVENT_TREE_LEFT, 6000, 0, SUPERVISOR_KILLING, 6020},
	    {EVENT_TERMINATE, 6010, 0, SUPERVISOR_KILLING, 6020},
	    {EVENT_DEADLINE, 6020, ACTION_KILL, SUPERVISOR_KILLING, 6060},
	    {EVENT_TREE_LEFT, 6020, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "left", STEPS(steps));
}

/* The command has got the signal, too: from the first, or as it turns out before it is passed on.
 */
Test(supervisor_ends, told_by_others)
{
	static const struct step at_once[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_STOPPING, 3500, .reached = true},
	    {EVENT_DEADLINE, 3500, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_MAIN_EXITED, 3600, 0, SUPERVISOR_CLEARING, 6000, .status = 4},
	    {EVENT_TREE_GONE, 3600, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	static const struct step later[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_DEADLINE, 1050, 0, SUPERVISOR_STOPPING, 3550, .reached = true},
	    {EVENT_MAIN_EXITED, 2000, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6050},
	    {EVENT_TREE_GONE, 2000, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "at once", STEPS(at_once));
	cr_assert(eq(int, supervisor.status, 4));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "later", STEPS(later));
	/* no grace time: it is killed, whoever has told it what */
	supervisor = machine(BY_NUMBER, 0);
	feed(&supervisor, &at_once[0]);
	cr_assert(eq(u32, feed(&supervisor, &at_once[1]), ACTION_KILL));
}

/* In the middle of a restart: it goes on to the end, and no further; asked twice, it kills. */
Test(supervisor_ends, while_stopping)
{
	static const enum supervisor_event_kind kinds[] = {EVENT_INTERRUPT, EVENT_TERMINATE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct step steps[] = {
		    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
		    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
		    {kinds[i], 1100, 0, SUPERVISOR_STOPPING, 3500},
		    {EVENT_MAIN_EXITED, 1200, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000,
		     .status = 143},
		    {EVENT_CHANGED, 1201, 0, SUPERVISOR_CLEARING, 6000},
		    {EVENT_TREE_GONE, 1300, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
		};
		const struct step twice[] = {
		    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
		    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
		    {kinds[i], 1100, 0, SUPERVISOR_STOPPING, 3500},
		    {EVENT_TERMINATE, 1190, 0, SUPERVISOR_STOPPING, 3500},
		    {EVENT_INTERRUPT, 1200, ACTION_KILL, SUPERVISOR_KILLING, 1220},
		    {EVENT_TREE_GONE, 1201, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
		};
		struct supervisor supervisor = machine(BY_NUMBER, GRACE);

		play(&supervisor, "while stopping", STEPS(steps));
		cr_expect(eq(int, supervisor.status, 143));
		supervisor = machine(BY_NUMBER, GRACE);
		play(&supervisor, "twice while stopping", STEPS(twice));
	}
}

Test(supervisor_ends, while_settling)
{
	static const enum supervisor_event_kind kinds[] = {EVENT_INTERRUPT, EVENT_TERMINATE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct step steps[] = {
		    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
		    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
		    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000,
		     .status = 143},
		    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 1005},
		    {kinds[i], 1003, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
		};
		struct supervisor supervisor = machine(BY_NUMBER, GRACE);

		play(&supervisor, "while settling", STEPS(steps));
		cr_expect(eq(int, supervisor.status, 143));
	}
}

Test(supervisor_ends, terminated)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_DEADLINE, 1050, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3550},
	    {EVENT_DEADLINE, 3550, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6050},
	    {EVENT_CHANGED, 4000, 0, SUPERVISOR_CLEARING, 6050},
	    {EVENT_DEADLINE, 6050, ACTION_KILL, SUPERVISOR_KILLING, 6070},
	    {EVENT_MAIN_EXITED, 6051, 0, SUPERVISOR_KILLING, 6070, .status = 137},
	    {EVENT_TREE_GONE, 6051, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	static const struct step twice[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_CHANGED, 1005, 0, SUPERVISOR_INTERRUPTED, 1050},
	    /* many an ender sends it to us and to our group, and that is no impatience */
	    {EVENT_TERMINATE, 1010, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_DEADLINE, 1050, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3550},
	    {EVENT_TERMINATE, 1100, 0, SUPERVISOR_STOPPING, 3550},
	    {EVENT_INTERRUPT, 1200, ACTION_KILL, SUPERVISOR_KILLING, 1220},
	};
	/* The command has got the signal as well, and obeys: it is not sent a second one. */
	static const struct step obeyed[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_MAIN_EXITED, 1020, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6020, .status = 143},
	    {EVENT_TREE_GONE, 1020, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	static const struct step after_interrupt[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_TERMINATE, 1100, 0, SUPERVISOR_INTERRUPTED, 1150},
	    {EVENT_DEADLINE, 1150, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3650},
	    {EVENT_MAIN_EXITED, 1200, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6150, .status = 143},
	    {EVENT_TREE_GONE, 1200, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "terminated", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 137));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "obeyed", STEPS(obeyed));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "terminated twice", STEPS(twice));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "after an interrupt", STEPS(after_interrupt));
	cr_assert(eq(int, supervisor.status, 143));
}
