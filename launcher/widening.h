/* SPDX-License-Identifier: MIT */
/*
 * When reports were lost, what the command depends on is not known in full: until the next
 * generation, the project's folders in which it is known to have used something are watched whole.
 */
#ifndef LAUNCHER_WIDENING_H
#define LAUNCHER_WIDENING_H

#include "launcher/generations.h"
#include "launcher/policy.h"
#include "launcher/watchlist.h"

/* Adds those folders to the watchlist; of one within another, only the outer. */
void widening_apply(const struct policy *policy, struct generations *generations,
		    struct watchlist *watchlist);

#endif
