/* SPDX-License-Identifier: MIT */
/*
 * The tree: all live descendants of this process. As it is a child subreaper
 * (PR_SET_CHILD_SUBREAPER, prctl(2)), none can leave: an orphan or a daemon becomes its child.
 */
#ifndef LAUNCHER_TREE_H
#define LAUNCHER_TREE_H

#include <sys/types.h>

/*
 * Sends the signal to every descendant but `except` (0: to all), and SIGCONT after it, for the
 * stopped. Returns how many there were. By pidfd (pidfd_open(2)), after a look that the pid still
 * is what it was: a pid may be another process a moment later.
 */
int tree_signal(int signal, pid_t except);

/* SIGKILL to every descendant, until a look finds none that it has not yet been sent to. */
int tree_kill(void);

#endif
