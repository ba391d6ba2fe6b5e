/* SPDX-License-Identifier: MIT */
/*
 * The tree: all live descendants of this process. As it is a child subreaper
 * (PR_SET_CHILD_SUBREAPER, prctl(2)), none can leave: an orphan or a daemon becomes its child.
 */
#ifndef LAUNCHER_TREE_H
#define LAUNCHER_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/kin.h"

struct tree {
	/* Children that we had before we started anything: who was replaced by us (exec) begot
	 * them. */
	struct kin strangers;
	pid_t guardian; /* listed; 0: there is none */
	pid_t main;	/* listed; 0: there is none */
	pid_t main_own; /* the same, for kill(2) */
	/* Where orphans of others may come to us, ours are those with this mark (mark.h); else
	 * NULL. */
	const char *folder;
};

/*
 * Remembers what is not of the tree. guardian: 0 if there is none; folder: the channel's, which
 * lives as long as the tree; NULL if the command is not marked by it.
 */
void tree_open(struct tree *tree, pid_t guardian, const char *folder);
/* It belongs to the tree whatever mark it has; 0: there is none. */
void tree_set_main(struct tree *tree, pid_t main_pid);
void tree_close(struct tree *tree);

/* Adds its members; false if there is no /proc to tell. */
bool tree_find(const struct tree *tree, struct kin *kin);

/*
 * Sends the signal to every descendant but `except` (0: to all), and SIGCONT after it, for the
 * stopped. Returns how many there were. By pidfd (pidfd_open(2)), after a look that the pid still
 * is what it was: a pid may be another process a moment later. Without a /proc only pid 1 can reach
 * more than the main process: all.
 */
int tree_signal(const struct tree *tree, int signal, pid_t except);

/*
 * SIGKILL to every descendant, until a look finds none that it has not yet been sent to. frozen:
 * all are stopped before, for a tree in which who sees another end begets a new one. Returns how
 * many there were; *refused: one that is not ours to end (EPERM), or 0.
 */
int tree_kill(const struct tree *tree, bool frozen, pid_t *refused);

/* To be told of each child that has been waited for. */
void tree_forget(struct tree *tree, pid_t child);

/* Are there no children but those that we had before? */
bool tree_is_empty(const struct tree *tree);

#endif
