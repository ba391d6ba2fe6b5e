/* SPDX-License-Identifier: MIT */
/*
 * Files that the command has opened for reading and writing both, and that have changed in place:
 * by whose hand? Who wrote a file is not to be known, so this goes by what kind of file it is.
 */
#ifndef LAUNCHER_UPDATES_H
#define LAUNCHER_UPDATES_H

#include <stdbool.h>

#include "launcher/generations.h"

/* Has the command itself written the file, as far as can be told? */
bool updates_is_own(struct generations *generations, const struct dependency *dependency);

/*
 * An output has changed: was it somebody else, after all? If who wrote it has ended, a process of
 * the command has read it since, and it is yet another version now, written long after that. (A
 * formatter in the command, a configuration that is made if there is none.)
 */
bool updates_by_another_hand(const struct dependency *dependency, const struct sight *now);

#endif
