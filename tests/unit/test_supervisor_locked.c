/* SPDX-License-Identifier: MIT */
/* launcher/supervisor: a checkout that is under way. */
#include "launcher/supervisor.h"

#include "tests/unit/steps.h"

/* Started when the lock has gone, however long ago the last change was. */
Test(supervisor_locked, waits)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER, .locked = true},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1002, 0, SUPERVISOR_SETTLING, 1005, .locked = true},
	    {EVENT_DEADLINE, 1005, 0, SUPERVISOR_SETTLING, 1015, .locked = true},
	    {EVENT_CHANGED, 1008, 0, SUPERVISOR_SETTLING, 1018},
	    {EVENT_DEADLINE, 1018, 0, SUPERVISOR_SETTLING, 1028, .locked = true},
	    {EVENT_DEADLINE, 2990, 0, SUPERVISOR_SETTLING, 3000, .locked = true},
	    {EVENT_DEADLINE, 3000, ACTION_SAY_LOCKED, SUPERVISOR_SETTLING, 3010, .locked = true},
	    {EVENT_DEADLINE, 3010, 0, SUPERVISOR_SETTLING, 3020, .locked = true},
	    {EVENT_DEADLINE, 3020, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "waits", STEPS(steps));
}

/* Not for ever; and whoever asks by hand, or wants an end, is not kept waiting. */
Test(supervisor_locked, ends)
{
	static const struct step given_up[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1100, 0, SUPERVISOR_SETTLING, 1110, .locked = true},
	    {EVENT_DEADLINE, 30999, ACTION_SAY_LOCKED, SUPERVISOR_SETTLING, 31009, .locked = true},
	    {EVENT_DEADLINE, 31009, ACTION_START, SUPERVISOR_RUNNING, NEVER, .locked = true},
	};
	static const struct step by_hand[] = {
	    {EVENT_CHANGED, 41000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 43500},
	    {EVENT_MAIN_EXITED, 41001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 46000},
	    {EVENT_TREE_GONE, 41100, 0, SUPERVISOR_SETTLING, 41110, .locked = true},
	    {EVENT_RESTART, 41105, ACTION_START, SUPERVISOR_RUNNING, NEVER, .locked = true},
	    /* Nothing has changed: no checkout is concerned. */
	    {EVENT_RESTART, 50000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 52500, .locked = true},
	    {EVENT_MAIN_EXITED, 50001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 55000},
	    {EVENT_TREE_GONE, 50002, ACTION_START, SUPERVISOR_RUNNING, NEVER, .locked = true},
	    {EVENT_CHANGED, 60000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 62500},
	    {EVENT_MAIN_EXITED, 60001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 65000},
	    {EVENT_TREE_GONE, 60100, 0, SUPERVISOR_SETTLING, 60110, .locked = true},
	    {EVENT_INTERRUPT, 60105, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .locked = true},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "given up", STEPS(given_up));
	play(&supervisor, "by hand", STEPS(by_hand));
}

/* Nothing is left to be stopped, and no settling is asked for: the lock counts all the same. */
Test(supervisor_locked, at_rest)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 100, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER},
	    {EVENT_TREE_GONE, 100, 0, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 1000, 0, SUPERVISOR_SETTLING, 1010, .locked = true},
	    {EVENT_DEADLINE, 1010, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine(0, GRACE);

	play(&supervisor, "at rest", STEPS(steps));
}
