/* SPDX-License-Identifier: MIT */
/*
 * The guardian: a process of ours that sleeps until the launcher ends. If it ends without having
 * dismissed it (SIGKILL, a crash), the guardian stops the command, gives the terminal back and
 * removes the channel's folder (guard.h).
 *
 * It is in our process group, with all signals blocked and none ever taken. So it is a witness,
 * too: what is pending for it was sent to the group, and the command has it already (proc(5),
 * ShdPnd).
 */
#ifndef LAUNCHER_GUARDIAN_H
#define LAUNCHER_GUARDIAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/kin.h"
#include "launcher/terminal.h"

struct guardian;

/* What the guardian does, and to whom; copied by the fork. */
struct guardian_orders {
	const struct terminal *terminal;
	int stop_signal;
	int64_t stop_timeout_ns;
	bool keep_running;	   /* leave the command alone */
	const struct kin *waiting; /* for us: our ancestors, listed */
	char **words; /* our argv: ps(1) shows another name, or pkill would take it for us */
};

/*
 * To be called before there are threads. NULL if there can be none (errno), or if it would be of no
 * use: with the first process of a pid namespace the kernel ends all others.
 */
struct guardian *guardian_start(const struct guardian_orders *orders);

/* It is a child of ours, but none of the command's; 0: there is none. */
pid_t guardian_pid(const struct guardian *guardian);

/* We are about to end, and everything is in order. Waits for its end. */
void guardian_dismiss(struct guardian *guardian);

/* What to remove: the folder of channel_folder(), by which the command's processes are known, too.
 */
void guardian_set_folder(struct guardian *guardian, const char *folder);
/* The main process; 0: there is none. */
void guardian_set_main(struct guardian *guardian, pid_t main_pid);

/* Has the signal been sent to our whole process group since it was last forgotten? */
bool guardian_has_got(const struct guardian *guardian, int signal);
void guardian_forget_signals(struct guardian *guardian);

#endif
