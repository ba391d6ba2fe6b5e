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

#endif
