/* SPDX-License-Identifier: MIT */
/* What is done when there is no memory. */
#ifndef LAUNCHER_MEMORY_H
#define LAUNCHER_MEMORY_H

/*
 * For what must not be forgotten: a file that is silently not watched is worse than an end that is
 * told. Says so, and ends us with 125; the guardian, which needs no memory of ours, stops the
 * command, restores the terminal and removes the channel.
 */
_Noreturn void memory_exhausted(void);

#endif
