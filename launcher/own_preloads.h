/* SPDX-License-Identifier: MIT */
/* Keeps the user's LD_PRELOAD out of the launcher: it is meant for the command. */
#ifndef LAUNCHER_OWN_PRELOADS_H
#define LAUNCHER_OWN_PRELOADS_H

/*
 * To be called first. With LD_PRELOAD set, executes the launcher anew without it, and puts it back
 * into environ there: libfaketime, for one, would fake the very clocks and times of files that we
 * go by. If that cannot be done, nothing is.
 */
void own_preloads_leave(char *const argv[]);

#endif
