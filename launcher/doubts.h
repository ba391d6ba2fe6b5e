/* SPDX-License-Identifier: MIT */
/*
 * With --content a save is believed to be a change only when it is complete and its content is
 * another one. Until then it is doubted, and the command runs on.
 */
#ifndef LAUNCHER_DOUBTS_H
#define LAUNCHER_DOUBTS_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/generations.h"

/* A file that stays away, or is not closed, for so long has changed. */
#define DOUBTS_MOST_NS 1600000000LL

/* The file is as the command has read it: remembers what is in it. */
void doubts_learn(struct generations *generations, struct dependency *dependency,
		  const struct sight *now);

/*
 * The file is not as it was. True if that does not count: its content is the same, or the save is
 * not complete. mask: as for comparison_find().
 */
bool doubts_hold(struct generations *generations, struct dependency *dependency,
		 const struct sight *now, uint32_t mask);

#endif
