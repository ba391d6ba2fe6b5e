/* SPDX-License-Identifier: MIT */
/* launcher/supervisor: what follows when the command ends by itself, or may not begin yet. */
#include "launcher/supervisor.h"

#include "tests/unit/steps.h"

static struct supervisor machine_on_exit(enum supervisor_on_exit on_exit)
{
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	supervisor.settings.on_exit = on_exit;
	return supervisor;
}

Test(supervisor_exits, stop)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 10, ACTION_SAY_EXITED | ACTION_STOP_REST, SUPERVISOR_CLEARING, 5010,
	     .status = 3},
	    {EVENT_CHANGED, 20, 0, SUPERVISOR_CLEARING, 5010},
	    {EVENT_TREE_GONE, 30, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_STOP);

	play(&supervisor, "stop", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 3));
	cr_assert(eq(int, (int)supervisor.after_exit, ON_EXIT_STOP));
}

Test(supervisor_exits, stop_when_a_later_start_fails)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_CHANGED, 1000, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3500},
	    {EVENT_MAIN_EXITED, 1100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6000},
	    {EVENT_TREE_GONE, 1100, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 1101, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .status = 126},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_STOP);

	play(&supervisor, "stop", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 126));
}

/* What it has left behind goes first; then it starts at once, if it has lived for long. */
Test(supervisor_exits, restart)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 1000, ACTION_SAY_EXITED | ACTION_STOP_REST, SUPERVISOR_CLEARING,
	     6000},
	    {EVENT_TREE_GONE, 1500, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 9000, ACTION_SAY_EXITED | ACTION_STOP_REST, SUPERVISOR_CLEARING,
	     14000},
	    {EVENT_TREE_GONE, 9000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_RESTART);

	play(&supervisor, "restart", STEPS(steps));
	cr_assert(eq(u32, supervisor.generation, 3));
}

/* Lets the command end 1 ms after its start, at `now`; returns the pause that follows. */
static int64_t end_at_once(struct supervisor *supervisor, int64_t *now)
{
	const struct step exited = {.kind = EVENT_MAIN_EXITED, .at_ms = *now + 1, .status = 1};
	const struct step gone = {.kind = EVENT_TREE_GONE, .at_ms = *now + 1};
	struct step deadline = {.kind = EVENT_DEADLINE};
	unsigned actions;
	int64_t pause_ms;

	feed(supervisor, &exited);
	actions = feed(supervisor, &gone);
	*now += 1;
	if (actions == ACTION_START) {
		return 0;
	}
	cr_assert(eq(u32, actions, ACTION_SAY_PAUSING));
	cr_assert(eq(int, (int)supervisor->state, SUPERVISOR_PAUSING));
	pause_ms = supervisor->pause_ns / 1000000;
	cr_assert(eq(i64, supervisor->deadline_ns, (*now + pause_ms) * 1000000));
	*now += pause_ms;
	deadline.at_ms = *now;
	cr_assert(eq(u32, feed(supervisor, &deadline), ACTION_START));
	return pause_ms;
}

/* It ends at once, again and again: the pauses double, up to a limit. */
Test(supervisor_exits, pauses)
{
	static const int64_t wanted[] = {0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000};
	static const struct step begin = {.kind = EVENT_BEGIN};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_RESTART);
	int64_t now = 0;

	feed(&supervisor, &begin);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		cr_expect(eq(i64, end_at_once(&supervisor, &now), wanted[i]), "%zu", i);
	}
}

/* A change, a restart by hand and a longer life each begin anew. */
Test(supervisor_exits, pauses_begin_anew)
{
	static const struct step begin = {.kind = EVENT_BEGIN};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_RESTART);
	int64_t now = 0;
	struct step changed = {.kind = EVENT_CHANGED};
	struct step settled = {.kind = EVENT_DEADLINE};
	struct step exited = {.kind = EVENT_MAIN_EXITED};
	struct step gone = {.kind = EVENT_TREE_GONE};
	struct step by_hand = {.kind = EVENT_RESTART};

	feed(&supervisor, &begin);
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 0));
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 100));
	exited.at_ms = gone.at_ms = ++now;
	feed(&supervisor, &exited);
	feed(&supervisor, &gone);
	changed.at_ms = now;
	settled.at_ms = now + 5;
	now += 5;
	feed(&supervisor, &changed);
	cr_assert(eq(u32, feed(&supervisor, &settled), ACTION_START), "the pause ends at once");
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 0), "after a change");
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 100));
	now += 1000;
	exited.at_ms = gone.at_ms = now;
	feed(&supervisor, &exited);
	cr_assert(eq(u32, feed(&supervisor, &gone), ACTION_START));
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 0), "after a long life");
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 100));
	exited.at_ms = gone.at_ms = by_hand.at_ms = ++now;
	feed(&supervisor, &exited);
	feed(&supervisor, &gone);
	cr_assert(eq(u32, feed(&supervisor, &by_hand), ACTION_START));
	cr_expect(eq(i64, end_at_once(&supervisor, &now), 0), "by hand");
}

/* One status asks for a restart, whatever is to follow the others. */
Test(supervisor_exits, restart_status)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 2000, ACTION_SAY_EXITED | ACTION_STOP_REST, SUPERVISOR_CLEARING,
	     7000, .status = RESTART_STATUS},
	    {EVENT_TREE_GONE, 2000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 4000, ACTION_SAY_EXITED, SUPERVISOR_IDLE, NEVER, .status = 3},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_WAIT);

	play(&supervisor, "restart status", STEPS(steps));
}

/* Ended by Ctrl-C, it has not ended by itself. */
Test(supervisor_exits, interrupted)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_MAIN_EXITED, 1001, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6001, .status = 130},
	    {EVENT_TREE_GONE, 1001, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_RESTART);

	play(&supervisor, "interrupted", STEPS(steps));
}

Test(supervisor_exits, postponed)
{
	static const struct step by_change[] = {
	    {EVENT_BEGIN, 0, ACTION_POSTPONE, SUPERVISOR_IDLE, NEVER},
	    {EVENT_CHANGED, 5000, 0, SUPERVISOR_SETTLING, 5005},
	    {EVENT_DEADLINE, 5005, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	static const struct step by_hand[] = {
	    {EVENT_BEGIN, 0, ACTION_POSTPONE, SUPERVISOR_IDLE, NEVER},
	    {EVENT_RESTART, 5000, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	};
	static const struct step ended[] = {
	    {EVENT_BEGIN, 0, ACTION_POSTPONE, SUPERVISOR_IDLE, NEVER},
	    {EVENT_INTERRUPT, 5000, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .status = 130},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	supervisor.settings.postpone = true;
	play(&supervisor, "by a change", STEPS(by_change));
	supervisor = machine(BY_NUMBER, GRACE);
	supervisor.settings.postpone = true;
	play(&supervisor, "by hand", STEPS(by_hand));
	supervisor = machine(BY_NUMBER, GRACE);
	supervisor.settings.postpone = true;
	play(&supervisor, "ended", STEPS(ended));
	cr_assert(eq(int, supervisor.status, 130));
}

/* Its file is open for writing: it is tried again, more and more rarely, and said once. */
Test(supervisor_exits, busy)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_BUSY, 1, 0, SUPERVISOR_BUSY, 11, .status = 126},
	    {EVENT_DEADLINE, 11, ACTION_RETRY, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_BUSY, 41, 0, SUPERVISOR_BUSY, 61, .status = 126},
	    {EVENT_DEADLINE, 61, ACTION_RETRY, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_BUSY, 2001, ACTION_SAY_BUSY, SUPERVISOR_BUSY, 2501, .status = 126},
	    {EVENT_DEADLINE, 2501, ACTION_RETRY, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_BUSY, 9001, 0, SUPERVISOR_BUSY, 9501, .status = 126},
	    {EVENT_DEADLINE, 9501, ACTION_RETRY, SUPERVISOR_RUNNING, NEVER},
	};
	static const struct step fails_then[] = {
	    {EVENT_START_FAILED, 9502, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .status = 127},
	};
	struct supervisor supervisor = machine(BY_NUMBER, GRACE);

	play(&supervisor, "busy", STEPS(steps));
	cr_assert(eq(u32, supervisor.generation, 1), "nothing has begun before");
	play(&supervisor, "fails then", STEPS(fails_then));
}

/* One run: what it leaves behind goes on, and we do not. */
Test(supervisor_exits, leave)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TREE_LEFT, 5, 0, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_MAIN_EXITED, 10, ACTION_SAY_EXITED | ACTION_FINISH, SUPERVISOR_DONE, NEVER,
	     .status = 3},
	    {EVENT_TREE_GONE, 20, 0, SUPERVISOR_DONE, NEVER},
	    {EVENT_RESTART, 30, 0, SUPERVISOR_DONE, NEVER},
	    {EVENT_TERMINATE, 40, 0, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_LEAVE);

	play(&supervisor, "leave", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 3));
	cr_assert(eq(u32, supervisor.generation, 1));
	cr_assert(eq(int, (int)supervisor.after_exit, ON_EXIT_LEAVE));
}

/* With whatever status, and however soon: it is not started again. */
Test(supervisor_exits, leave_with_any_status)
{
	static const int statuses[] = {0, 1, 125, 126, 127, 130, 137, 143, 255};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const struct step steps[] = {
		    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
		    {EVENT_MAIN_EXITED, 0, ACTION_SAY_EXITED | ACTION_FINISH, SUPERVISOR_DONE,
		     NEVER, .status = statuses[i]},
		};
		struct supervisor supervisor = machine_on_exit(ON_EXIT_LEAVE);

		play(&supervisor, "leave", STEPS(steps));
		cr_expect(eq(int, supervisor.status, statuses[i]), "%zu", i);
	}
}

Test(supervisor_exits, leave_when_it_cannot_be_started)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_START_FAILED, 1, ACTION_FINISH, SUPERVISOR_DONE, NEVER, .status = 127},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_LEAVE);

	play(&supervisor, "leave", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 127));
}

/* Who has asked it to end wants all of it to. */
Test(supervisor_exits, leave_when_asked_to_end)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_TERMINATE, 1000, 0, SUPERVISOR_INTERRUPTED, 1050},
	    {EVENT_DEADLINE, 1050, ACTION_STOP_MAIN, SUPERVISOR_STOPPING, 3550},
	    {EVENT_MAIN_EXITED, 1100, ACTION_STOP_REST, SUPERVISOR_CLEARING, 6050, .status = 143},
	    {EVENT_TREE_GONE, 1200, ACTION_FINISH, SUPERVISOR_DONE, NEVER},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_LEAVE);

	play(&supervisor, "asked to end", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 143));
}

/* A key is pressed for those whom the terminal tells of it; what is not among them goes on. */
Test(supervisor_exits, leave_after_a_key)
{
	static const struct step steps[] = {
	    {EVENT_BEGIN, 0, ACTION_START, SUPERVISOR_RUNNING, NEVER},
	    {EVENT_INTERRUPT, 1000, 0, SUPERVISOR_INTERRUPTED, 1200},
	    {EVENT_MAIN_EXITED, 1001, ACTION_SAY_EXITED | ACTION_FINISH, SUPERVISOR_DONE, NEVER,
	     .status = 130},
	};
	struct supervisor supervisor = machine_on_exit(ON_EXIT_LEAVE);

	play(&supervisor, "a key", STEPS(steps));
	cr_assert(eq(int, supervisor.status, 130));
}
