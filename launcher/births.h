/* SPDX-License-Identifier: MIT */
/*
 * Files that nobody has asked for by name and that may matter all the same: new ones in a folder
 * that the command has listed, or that is named with --watch.
 */
#ifndef LAUNCHER_BIRTHS_H
#define LAUNCHER_BIRTHS_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/generations.h"

/* Is the path, about which an event with this mask came, such a file, and complete? */
bool births_awaited(struct generations *generations, const char *path, uint32_t mask);

/*
 * Looks for them in the listed folders at and below this one: for what no event has told of, or
 * when it did not matter yet. They become dependencies that have appeared, for the next
 * generations_verify().
 */
void births_examine(struct generations *generations, const char *folder);

#endif
