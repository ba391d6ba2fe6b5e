/* SPDX-License-Identifier: MIT */
/*
 * By what a process is known to be the command's, when nothing is known of its descent: by the
 * channel, in its environment (which some write over, setproctitle(3bsd)) or among its descriptors.
 */
#ifndef LAUNCHER_MARK_H
#define LAUNCHER_MARK_H

#include <stdbool.h>
#include <sys/types.h>

/* folder: that of the channel. False, too, if the process has gone or is not ours to look at. */
bool mark_is_on(pid_t listed, const char *folder);

#endif
