/* SPDX-License-Identifier: MIT */
/*
 * Whether a version control system is in the middle of changing a checkout: git(1) holds
 * .git/index.lock while it writes files, Mercurial .hg/wlock.
 */
#ifndef LAUNCHER_CHECKOUT_H
#define LAUNCHER_CHECKOUT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define CHECKOUT_LOCKS 8 /* of different checkouts, in one burst */

struct checkout {
	char *locks[CHECKOUT_LOCKS];
	size_t count;
	char folder[PATH_MAX]; /* the last one that was asked about; "": none yet in this burst */
	time_t since;	       /* when the burst began */
};

/* The file (canonical) has changed: the checkout that it lies in is concerned. */
void checkout_note(struct checkout *checkout, const char *path);

/*
 * The lock of a checkout concerned that is held, or NULL. One that is older than a burst can be has
 * been left behind by a crash, and holds nothing. What is returned lives until checkout_forget().
 */
const char *checkout_lock(const struct checkout *checkout);

/* The burst is over; also to be called at the end. */
void checkout_forget(struct checkout *checkout);

#endif
