/* SPDX-License-Identifier: MIT */
/* Hash tables: uthash, which would end us without a word when there is no memory. */
#ifndef LAUNCHER_TABLE_H
#define LAUNCHER_TABLE_H

#include "launcher/memory.h"

#define uthash_fatal(message) memory_exhausted()

#include <uthash.h>

#endif
