/* SPDX-License-Identifier: MIT */
/* The tree: all live descendants of this process; see tree.h. */
#include "launcher/tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/mark.h"

#define PASSES_MAX 1000 /* a tree that forks faster than this loop ends later, by another call */

void tree_open(struct tree *tree, pid_t guardian, const char *folder)
{
	*tree = (struct tree){.guardian = guardian > 0 ? kin_listed(guardian) : 0};
	(void)kin_add_own_children(&tree->strangers);
	kin_remove(&tree->strangers, tree->guardian);
	if (getpid() == 1 || tree->strangers.count > 0) {
		tree->folder = folder;
	}
}

void tree_set_main(struct tree *tree, pid_t main_pid)
{
	tree->main_own = main_pid;
	tree->main = main_pid > 0 ? kin_listed(main_pid) : 0;
}

void tree_close(struct tree *tree)
{
	kin_free(&tree->strangers);
}

void tree_forget(struct tree *tree, pid_t child)
{
	if (tree->strangers.count > 0) {
		kin_remove(&tree->strangers, kin_listed(child));
	}
}

/* An orphan that has come to us from elsewhere: of a stranger's, or of docker exec's. */
static bool is_stranger(const struct tree *tree, pid_t listed)
{
	return kin_contains(&tree->strangers, listed) ||
	       (tree->folder != NULL && listed != tree->main && !mark_is_on(listed, tree->folder));
}

bool tree_find(const struct tree *tree, struct kin *kin)
{
	struct kin children = {0};
	bool known = kin_add_own_children(&children);

	for (size_t i = 0; i < children.count; i++) {
		pid_t listed = children.pids[i];

		if (listed != tree->guardian && !is_stranger(tree, listed)) {
			kin_add(kin, listed);
		}
	}
	kin_free(&children);
	kin_add_descendants(kin);
	return known;
}

bool tree_is_empty(const struct tree *tree)
{
	struct kin kin = {0};
	bool empty;

	if (tree->folder == NULL) {
		return false; /* then waitpid(2) has told, or will */
	}
	empty = tree_find(tree, &kin) && kin.count == 0;
	kin_free(&kin);
	return empty;
}

enum belonging {
	STRANGE, /* the pid has been given to another since */
	OURS,	 /* a child of ours, or of one that we have found */
	HIDDEN, /* gone, or /proc hides it (hidepid): that our list of children has just named it is
		   all */
};

static enum belonging belonging_of(const struct kin *kin, pid_t listed)
{
	pid_t parent = kin_parent(listed);

	if (parent < 0) {
		return HIDDEN;
	}
	return parent == kin_self() || kin_contains(kin, parent) ? OURS : STRANGE;
}

/* False with EPERM. */
static bool signal_one(const struct kin *kin, pid_t listed, int number)
{
	pid_t own = kin_own(listed);
	int fd = own > 0 ? (int)syscall(SYS_pidfd_open, own, 0) : -1;
	enum belonging belonging = own > 0 ? belonging_of(kin, listed) : STRANGE;
	long sent = 0;
	int error = 0;

	/* Without a pidfd (before Linux 5.3, or gone), the look is all there is. */
	if (fd >= 0 && belonging != STRANGE) {
		sent = syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
	} else if (fd < 0 && belonging == OURS) {
		sent = kill(own, number);
	}
	error = sent != 0 ? errno : 0;
	if (fd >= 0) {
		close(fd);
	}
	return error != EPERM;
}

static void signal_and_wake(const struct kin *kin, pid_t listed, int number)
{
	(void)signal_one(kin, listed, number);
	(void)signal_one(kin, listed, SIGCONT);
}

/*
 * Without a /proc: all of our pid namespace are our descendants, if we are its first process
 * (kill(2)); else only the main process is known.
 */
static void signal_blindly(const struct tree *tree, int number, pid_t except)
{
	pid_t reached = getpid() == 1 ? -1 : tree->main_own;

	if (reached != 0 && reached != except) {
		kill(reached, number);
		kill(reached, SIGCONT);
	}
}

int tree_signal(const struct tree *tree, int number, pid_t except)
{
	struct kin kin = {0};
	pid_t spared = except > 0 ? kin_listed(except) : 0;
	int count;

	if (!tree_find(tree, &kin)) {
		signal_blindly(tree, number, except);
	}
	for (size_t i = 0; i < kin.count; i++) {
		if (kin.pids[i] != spared) {
			signal_and_wake(&kin, kin.pids[i], number);
		}
	}
	count = (int)kin.count;
	kin_free(&kin);
	return count;
}

/* Sends the signal to each that a look finds, again and again, until a look finds no more. */
static pid_t reach_all(const struct tree *tree, struct kin *kin, int number)
{
	pid_t refused = 0;
	size_t reached = 0;

	for (int pass = 0; pass < PASSES_MAX; pass++) {
		if (!tree_find(tree, kin)) {
			signal_blindly(tree, number, 0);
		}
		if (kin->count == reached) {
			break;
		}
		for (; reached < kin->count; reached++) {
			if (!signal_one(kin, kin->pids[reached], number)) {
				refused = kin_own(kin->pids[reached]);
			}
		}
	}
	return refused;
}

int tree_kill(const struct tree *tree, bool frozen, pid_t *refused)
{
	struct kin kin = {0};
	int count;

	if (frozen) {
		(void)reach_all(tree, &kin, SIGSTOP);
		kin_free(&kin);
	}
	*refused = reach_all(tree, &kin, SIGKILL);
	count = (int)kin.count;
	kin_free(&kin);
	return count;
}
