/* SPDX-License-Identifier: MIT */
/*
 * Who is whose child, as /proc tells (proc(5)). A process is named here by the number under which
 * /proc lists it ("listed"): in a new pid namespace without a /proc of its own (unshare -pf) that
 * is another one than getpid(2) and kill(2) go by ("own").
 */
#ifndef LAUNCHER_KIN_H
#define LAUNCHER_KIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A set of processes, in the order in which they were found: parents before their children. */
struct kin {
	pid_t *pids; /* listed */
	size_t count, size;
};

bool kin_contains(const struct kin *kin, pid_t listed);
/* Without memory it is left out. */
void kin_add(struct kin *kin, pid_t listed);
void kin_remove(struct kin *kin, pid_t listed);
void kin_free(struct kin *kin);

/* Adds this process's children. False if there is no /proc to tell. */
bool kin_add_own_children(struct kin *kin);

/* Adds those that we descend from: a shell, its script, make, npm. */
void kin_add_ancestors(struct kin *kin);

/* Adds the descendants of all that are in it. */
void kin_add_descendants(struct kin *kin);

/* We ourselves, as listed; -1: there is no /proc. */
pid_t kin_self(void);

/* -1: gone. */
pid_t kin_parent(pid_t listed);

/* The process's own number in our pid namespace, for kill(2); -1: gone, or not to be seen from it.
 */
pid_t kin_own(pid_t listed);

/* The other way round, for one of our children that is in none of its own; -1: gone. */
pid_t kin_listed(pid_t own);

/*
 * /proc/PID/what, for a pid as its process knows it; what may be empty. size is plenty at 64. A
 * path that does not exist where /proc shows another namespace: it would be somebody else's.
 */
void kin_path(char *path, size_t size, pid_t own, const char *what);

/*
 * Is the signal in that set of the process's (proc(5), /proc/PID/status: "SigCgt:", "ShdPnd:", …)?
 * False if that cannot be told.
 */
bool kin_signal_is_in(pid_t own, const char *set, int signal);

#endif
