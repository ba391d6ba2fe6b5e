/* SPDX-License-Identifier: MIT */
/* The loop: while nothing runs, Enter starts the command again. */
#include <sys/epoll.h>

#include "launcher/loop_state.h"

void loop_listen_for_typing(struct loop *loop)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET,
				    .data.fd = loop->parts.terminal->fd};
	enum supervisor_state state = loop->supervisor.state;
	bool at_rest =
	    state == SUPERVISOR_IDLE || state == SUPERVISOR_PAUSING || state == SUPERVISOR_BUSY;
	bool wanted = at_rest && loop->tree_gone && loop->parts.terminal->is_stdin;

	if (wanted == loop->typing) {
		return;
	}
	loop->typing = wanted;
	(void)epoll_ctl(loop->epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
			loop->parts.terminal->fd, &event);
}

void loop_take_typed(struct loop *loop)
{
	if (loop->typing && terminal_is_ours_to_read(loop->parts.terminal) &&
	    terminal_take_line(loop->parts.terminal)) {
		loop_feed_kind(loop, EVENT_RESTART);
	}
}
