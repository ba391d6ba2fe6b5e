/* SPDX-License-Identifier: MIT */
/*
 * For functions that the program's libc does not have though we export them: a program that probes
 * for one finds it, and must then get what it does. Done by the raw call.
 */
#ifndef PRELOAD_STAND_IN_H
#define PRELOAD_STAND_IN_H

#include "preload/next.h"

/* NULL if there is none for this function. */
void *stand_in(enum next_id id);

#endif
