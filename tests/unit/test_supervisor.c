/* SPDX-License-Identifier: MIT */
/* launcher/supervisor: a change, from the first word of it to the next generation. */
#include "launcher/supervisor.h"

#include <stdio.h>

#include "tests/unit/steps.h"

Test(supervisor, begins_idle)
{
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	cr_assert(eq(int, (int)supervisor.state, SUPERVISOR_IDLE));
	cr_assert(eq(i64, supervisor.deadline_ns, SUPERVISOR_NEVER));
	cr_assert(eq(u32, supervisor.generation, 0));
}

/* One save: stopped at once, started when nothing is left and it has been quiet. */
Test(supervisor, one_save)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_STIRRED, 900, 0, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000, .status = 143},
	    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 1005},
	    {EVENT_DEADLINE, 1005, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* the next burst is counted from its own beginning */
	    {EVENT_CHANGED, 9000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 11500},
	    {EVENT_MAIN_EXITED, 9001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 14000},
	    {EVENT_TREE_GONE, 9001, 0, SUPERVISOR_SETTLING, 9005},
	    {EVENT_DEADLINE, 9006, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "one save", STEPS(steps));
	cr_assert(eq(u32, supervisor.generation, 3));
}

/* It has been quiet for long when the last process ends: nothing to wait for. */
Test(supervisor, slow_stop_needs_no_settling)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1500, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1501, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "slow stop", STEPS(steps));
}

/* Further changes neither stop again nor prolong the stopping; they prolong the settling. */
Test(supervisor, burst)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_CHANGED, 1001, 0, SUPERVISOR_STOPPING, 3500},
	    {EVENT_STIRRED, 1001, 0, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1002, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_CHANGED, 1003, 0, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1004, 0, SUPERVISOR_SETTLING, 1018},
	    {EVENT_STIRRED, 1010, 0, SUPERVISOR_SETTLING, 1025},
	    {EVENT_CHANGED, 1012, 0, SUPERVISOR_SETTLING, 1032},
	    /* the timer of before */
	    {EVENT_DEADLINE, 1025, 0, SUPERVISOR_SETTLING, 1032},
	    {EVENT_DEADLINE, 1031, 0, SUPERVISOR_SETTLING, 1032},
	    {EVENT_DEADLINE, 1032, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "burst", STEPS(steps));
	cr_assert(eq(u32, supervisor.generation, 2));
}

/* How long it must be quiet, by how many files have changed. */
Test(supervisor, settle_time)
{
	static const struct {
		unsigned files;
		int64_t settle_ms, quiet_ms;
	} cases[] = {
	    {1, BY_NUMBER, 5},	 {2, BY_NUMBER, 10},	{9, BY_NUMBER, 45}, {10, BY_NUMBER, 50},
	    {11, BY_NUMBER, 50}, {1000, BY_NUMBER, 50}, {1, 300, 300},	    {1000, 300, 300},
	    {1, 1600, 1600},	 {1, 3000, 3000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct supervisor supervisor = machine(cases[i].settle_ms, GRACE);
		const struct step begin = {.kind = EVENT_BEGIN};
		const struct step changed = {.kind = EVENT_CHANGED, .at_ms = 1000};
		const struct step exited = {.kind = EVENT_MAIN_EXITED, .at_ms = 1000};
		const struct step gone = {EVENT_TREE_GONE, 1000, 0, SUPERVISOR_SETTLING,
					  1000 + cases[i].quiet_ms};

		feed(&supervisor, &begin);
		for (unsigned file = 0; file < cases[i].files; file++) {
			feed(&supervisor, &changed);
		}
		feed(&supervisor, &exited);
		check(&supervisor, feed(&supervisor, &gone), &gone, "settle time", i);
	}
}

/* No settling at all is asked for. */
Test(supervisor, settle_zero)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1000, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(0, GRACE);

	play(&supervisor, "settle 0", STEPS(steps));
}

/* Somebody keeps writing: 1.6 s after the first change it starts all the same. */
Test(supervisor, cap)
{
	static const struct step before[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 1005},
	};
	static const struct step after[] = {
	    {EVENT_DEADLINE, 2599, 0, SUPERVISOR_SETTLING, 2600},
	    {EVENT_DEADLINE, 2600, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	/* What comes then is the rest of it, and not taken for one save; until it was quiet once.
	 */
	static const struct step going_on[] = {
	    {EVENT_CHANGED, 2610, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 5110},
	    {EVENT_MAIN_EXITED, 2611, ACTION_STOP_REST, SUPERVISOR_CLEARING, 7610},
	    {EVENT_TREE_GONE, 2612, 0, SUPERVISOR_SETTLING, 2660},
	    {EVENT_DEADLINE, 2660, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 4000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 6500},
	    {EVENT_MAIN_EXITED, 4001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 9000},
	    {EVENT_TREE_GONE, 4002, 0, SUPERVISOR_SETTLING, 4005},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "before the cap", STEPS(before));
	for (int64_t now = 1003; now < 2600; now += 3) {
		unsigned changes = (unsigned)(now - 1003) / 9 + 1; /* one of three is a change */
		int64_t quiet = 5 * (1 + changes) < 50 ? 5 * (1 + changes) : 50;
		const struct step step = {
		    (now - 1003) % 9 == 0 ? EVENT_CHANGED : EVENT_STIRRED,
		    now,
		    0,
		    SUPERVISOR_SETTLING,
		    now + quiet < 2600 ? now + quiet : 2600,
		};

		check(&supervisor, feed(&supervisor, &step), &step, "cap", (size_t)now);
	}
	play(&supervisor, "after the cap", STEPS(after));
	play(&supervisor, "the storm goes on", STEPS(going_on));
}

/* The cap counts from the first change, also while the old tree takes its time. */
Test(supervisor, cap_while_stopping)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_STIRRED, 2700, 0, SUPERVISOR_STOPPING, 3500, .unfinished = true},
	    {EVENT_MAIN_EXITED, 2700, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 2700, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "cap while stopping", STEPS(steps));
}

/* A save that has begun is waited for, and settles when it is complete. */
Test(supervisor, unfinished)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500, .unfinished = true},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 2600},
	    {EVENT_STIRRED, 1050, 0, SUPERVISOR_SETTLING, 2600, .unfinished = true},
	    {EVENT_STIRRED, 1100, 0, SUPERVISOR_SETTLING, 1105},
	    /* and begins anew */
	    {EVENT_CHANGED, 1102, 0, SUPERVISOR_SETTLING, 2600, .unfinished = true},
	    {EVENT_DEADLINE, 1105, 0, SUPERVISOR_SETTLING, 2600},
	    {EVENT_CHANGED, 1200, 0, SUPERVISOR_SETTLING, 1215},
	    {EVENT_DEADLINE, 1215, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* the next generation knows nothing of it */
	    {EVENT_CHANGED, 5000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 7500},
	    {EVENT_MAIN_EXITED, 5001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 10000},
	    {EVENT_TREE_GONE, 5002, 0, SUPERVISOR_SETTLING, 5005},
	};
	static const struct step never[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500, .unfinished = true},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 2600},
	    {EVENT_DEADLINE, 2600, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "unfinished", STEPS(steps));
	supervisor = machine(BY_NUMBER, GRACE);
	play(&supervisor, "never finished", STEPS(never));
	/* A settle time that is given is waited for even so. */
	supervisor = machine(1, GRACE);
	play(&supervisor, "never finished, settle 1 ms", STEPS(never));
}

/* Nothing helps: the rest after half the time, then SIGKILL, again and again, ever more seldom. */
Test(supervisor, kill)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_DEADLINE, 3499, 0, SUPERVISOR_STOPPING, 3500},
	    {EVENT_DEADLINE, 3500, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_CHANGED, 5000, 0, SUPERVISOR_CLEARING, 6000},
	    {EVENT_DEADLINE, 5999, 0, SUPERVISOR_CLEARING, 6000},
	    {EVENT_DEADLINE, 6000, ACTION_KILL, SUPERVISOR_KILLING, 6020},
	    {EVENT_CHANGED, 6001, 0, SUPERVISOR_KILLING, 6020},
	    {EVENT_MAIN_EXITED, 6002, 0, SUPERVISOR_KILLING, 6020, .status = 137},
	    {EVENT_DEADLINE, 6020, ACTION_KILL, SUPERVISOR_KILLING, 6060},
	    {EVENT_DEADLINE, 6060, ACTION_KILL, SUPERVISOR_KILLING, 6140},
	    {EVENT_DEADLINE, 6140, ACTION_KILL, SUPERVISOR_KILLING, 6300},
	    {EVENT_DEADLINE, 6300, ACTION_KILL, SUPERVISOR_KILLING, 6620},
	    {EVENT_DEADLINE, 6620, ACTION_KILL, SUPERVISOR_KILLING, 7260},
	    {EVENT_DEADLINE, 7260, ACTION_KILL, SUPERVISOR_KILLING, 8260},
	    {EVENT_DEADLINE, 8260, ACTION_KILL, SUPERVISOR_KILLING, 9260},
	    {EVENT_TREE_GONE, 9000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "kill", STEPS(steps));
}

/* The main process ends in the second half of the time: no more of it than was left. */
Test(supervisor, grace_is_counted_once)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 1050},
	    {EVENT_DEADLINE, 1050, ACTION_STOP_REST, SUPERVISOR_CLEARING, 1100},
	    {EVENT_MAIN_EXITED, 1090, 0, SUPERVISOR_CLEARING, 1100},
	    {EVENT_DEADLINE, 1100, ACTION_KILL, SUPERVISOR_KILLING, 1120},
	};
	struct supervisor supervisor = machine(BY_NUMBER, 100);

	play(&supervisor, "grace", STEPS(steps));
}

Test(supervisor, no_grace)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_KILL, SUPERVISOR_KILLING, 1020},
	    {EVENT_MAIN_EXITED, 1000, 0, SUPERVISOR_KILLING, 1020, .status = 137},
	    {EVENT_TREE_GONE, 1001, 0, SUPERVISOR_SETTLING, 1005},
	    {EVENT_DEADLINE, 1005, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* what it left behind when it ended by itself */
	    {EVENT_MAIN_EXITED, 2000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 3000, ACTION_KILL, SUPERVISOR_KILLING, 3020},
	    {EVENT_TREE_GONE, 3010, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_RESTART, 4000, ACTION_KILL, SUPERVISOR_KILLING, 4020},
	    {EVENT_MAIN_EXITED, 4000, 0, SUPERVISOR_KILLING, 4020, .status = 137},
	    {EVENT_TREE_GONE, 4000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 5000, ACTION_KILL, SUPERVISOR_KILLING, 5020},
	    {EVENT_MAIN_EXITED, 5000, 0, SUPERVISOR_KILLING, 5020, .status = 137},
	    {EVENT_TREE_GONE, 5000, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, 0);

	play(&supervisor, "no grace", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 137));
}

Test(supervisor, restart_by_hand)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_RESTART, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_RESTART, 1000, 0, SUPERVISOR_STOPPING, 3500},
	    {EVENT_STIRRED, 1001, 0, SUPERVISOR_STOPPING, 3500, .unfinished = true},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    /* nothing has changed, so there is nothing to settle */
	    {EVENT_TREE_GONE, 1001, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* a change meanwhile */
	    {EVENT_RESTART, 2000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 4500},
	    {EVENT_CHANGED, 2001, 0, SUPERVISOR_STOPPING, 4500},
	    {EVENT_MAIN_EXITED, 2002, ACTION_STOP_REST, SUPERVISOR_CLEARING, 7000},
	    {EVENT_TREE_GONE, 2003, 0, SUPERVISOR_SETTLING, 2006},
	    /* asked for by hand, it does not wait */
	    {EVENT_RESTART, 2004, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    /* waiting, and nothing is left */
	    {EVENT_MAIN_EXITED, 3000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER},
	    {EVENT_TREE_GONE, 3000, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_RESTART, 4000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "by hand", STEPS(steps));
}
