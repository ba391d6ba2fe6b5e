/* SPDX-License-Identifier: MIT */
/* What the guardian does in its own process; see guardian.h. */
#ifndef LAUNCHER_GUARD_H
#define LAUNCHER_GUARD_H

#include <sys/types.h>

#include "launcher/guardian.h"

enum guard_kind {
	GUARD_FOLDER,  /* text */
	GUARD_MAIN,    /* pid */
	GUARD_FORGET,  /* the signals that are pending */
	GUARD_DISMISS, /* all is in order */
};

/* One packet of the socket between the two (SOCK_SEQPACKET). */
struct guard_message {
	enum guard_kind kind;
	pid_t pid;
	char text[128];
};

/* Waits for the launcher's end, at the other end of the socket; then does what is needed. */
_Noreturn void guard_run(int socket, const struct guardian_orders *orders);

#endif
