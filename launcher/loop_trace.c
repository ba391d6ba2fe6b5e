/* SPDX-License-Identifier: MIT */
/* The loop: whoever reads a trace may be slower than the command. */
#include <poll.h>

#include "launcher/loop_state.h"

bool loop_is_held_up(const struct loop *loop)
{
	struct trace *trace = loop->parts.trace;

	/* When all is ending, memory has room for the rest. */
	return trace != NULL && !trace_flush(trace) && trace_is_crowded(trace) &&
	       !loop->supervisor.ending;
}

void loop_wait_for_reader(const struct loop *loop)
{
	struct pollfd waited[] = {
	    {.fd = trace_fd(loop->parts.trace), .events = POLLOUT},
	    {.fd = loop->parts.signals->fd, .events = POLLIN},
	    {.fd = loop->timer, .events = POLLIN},
	};

	(void)poll(waited, sizeof(waited) / sizeof(*waited), -1);
}

void loop_end_trace(struct loop *loop)
{
	if (loop->parts.trace == NULL) {
		return;
	}
	if (loop->supervisor.ending || loop->by_key) {
		trace_hurry(loop->parts.trace);
	}
	loop_take_all_reports(loop);
	observer_end(loop->observer, (uint64_t)loop_now_ns());
}
