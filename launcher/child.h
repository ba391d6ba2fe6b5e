/* SPDX-License-Identifier: MIT */
/* Starts the command, and reads what wait(2) says of it. */
#ifndef LAUNCHER_CHILD_H
#define LAUNCHER_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/signals.h"

/*
 * Executes the file at path with the command's words, this environment and the signals as we
 * inherited them, in our process group and session. No shell but for a file that the kernel does
 * not know and that is no ELF file, which /bin/sh reads, as execvp(3) has it. Returns its pid once
 * its exec has succeeded; else -1 with the errno of what failed (of the exec: ENOENT, EACCES,
 * ENOEXEC, …): a command that cannot be run is told apart from one that ran and exited 127.
 */
pid_t child_spawn(const char *path, char *const command[], char *const environment[],
		  const struct signals *signals);

/* Does it catch or ignore the signal (proc(5), SigCgt and SigIgn)? False if that cannot be told. */
bool child_expects(pid_t pid, int signal);

/* The exit status to hand on: the program's own, or 128 + the signal that killed it. */
int child_status(int wait_status);

/*
 * 126 or 127, as shells say it (POSIX, 2.8.2), for the errno of a failed exec; 125 for what is
 * wrong with us (no memory, no more processes or descriptors).
 */
int child_exec_status(int error);

/* Was it no fault of the command's, but a lack of processes, memory or descriptors? */
bool child_lacked_means(int error);

#endif
