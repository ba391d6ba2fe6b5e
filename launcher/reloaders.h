/* SPDX-License-Identifier: MIT */
/*
 * Programs that restart themselves when a file changes. Under us they still work (the whole tree is
 * gone before the next start), but each save makes them start once in vain.
 */
#ifndef LAUNCHER_RELOADERS_H
#define LAUNCHER_RELOADERS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * What to do about the one that a process with this argv is (its words, a NUL behind each), as a
 * sentence; NULL: it is none that we know.
 */
const char *reloaders_by_words(const char *words, size_t length);

/* The same for one that a process has been started by: it left a word in the environment (proc(5)).
 */
const char *reloaders_by_environment(pid_t pid);

#endif
