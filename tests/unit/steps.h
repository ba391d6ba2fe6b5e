/* SPDX-License-Identifier: MIT */
/* Tables for the state machine: what comes in, what must go out. Times are in milliseconds. */
#ifndef TESTS_UNIT_STEPS_H
#define TESTS_UNIT_STEPS_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "launcher/supervisor.h"

/* Status and unfinished are left out of most lines: 0 and false. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

enum {
	NEVER = -1,
	BY_NUMBER = -1, /* settle: by the number of files */
	GRACE = 5000,
	RESTART_STATUS = 99, /* an exit status that asks for a restart */
};

struct step {
	enum supervisor_event_kind kind;
	int64_t at_ms;
	unsigned actions;
	enum supervisor_state state;
	int64_t deadline_ms;
	int status;
	bool unfinished;
	bool locked;
	bool reached;
	bool has_keys;
};

#define STEPS(table) (table), sizeof(table) / sizeof((table)[0])

static inline struct supervisor machine(int64_t settle_ms, int64_t grace_ms)
{
	struct supervisor supervisor;

	supervisor_init(&supervisor, (struct supervisor_settings){
					 .settle_ns = settle_ms < 0 ? -1 : settle_ms * 1000000,
					 .stop_timeout_ns = grace_ms * 1000000,
					 .restart_status = RESTART_STATUS,
				     });
	return supervisor;
}

static inline unsigned feed(struct supervisor *supervisor, const struct step *step)
{
	return supervisor_step(supervisor,
			       (struct supervisor_event){.kind = step->kind,
							 .now_ns = step->at_ms * 1000000,
							 .status = step->status,
							 .unfinished = step->unfinished,
							 .locked = step->locked,
							 .reached = step->reached,
							 .has_keys = step->has_keys});
}

static inline void check(const struct supervisor *supervisor, unsigned actions,
			 const struct step *step, const char *table, size_t line)
{
	int64_t deadline_ns =
	    step->deadline_ms == NEVER ? SUPERVISOR_NEVER : step->deadline_ms * 1000000;

	cr_expect(eq(u32, actions, step->actions), "%s, line %zu: actions", table, line);
	cr_expect(eq(int, (int)supervisor->state, (int)step->state), "%s, line %zu: state", table,
		  line);
	cr_expect(eq(i64, supervisor->deadline_ns, deadline_ns), "%s, line %zu: deadline", table,
		  line);
}

static inline void play(struct supervisor *supervisor, const char *table, const struct step *steps,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned actions = feed(supervisor, &steps[i]);

		check(supervisor, actions, &steps[i], table, i);
	}
}

#endif
