/* SPDX-License-Identifier: MIT */
/* What a process tells of itself: that it is there, what it executes, that it shuts itself in. */
#ifndef PRELOAD_PROCESS_H
#define PRELOAD_PROCESS_H

#include <stdbool.h>

/* Sent once a process: REPORT_HELLO, or REPORT_FORKED for a copy of one. */
void process_introduce(bool forked);

/* What an exec or spawn has been asked for. */
struct execution {
	int dirfd;
	const char *path;
	const char *search_path; /* that a name without a slash is looked up in, or NULL */
	char *const *argv;	 /* may be anything */
	unsigned flags;		 /* REPORT_SPAWNED, REPORT_UNREACHABLE */
};

/* Before it, and with `error` after one that failed. */
void process_execute(const struct execution *execution, int error);

/*
 * Before a seccomp filter (or strict mode) is installed: says so, then the library falls silent,
 * because a system call of ours that the filter does not know might kill the program. Returns true
 * if it has fallen silent by this: not for a filter that is NULL, by which libseccomp asks what the
 * kernel can do. mode: as for prctl(PR_SET_SECCOMP); after a failed installation
 * process_sandbox_failed() takes it back.
 */
bool process_sandbox(int mode, const void *filter);
void process_sandbox_failed(void);

#endif
