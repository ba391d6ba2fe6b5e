/* SPDX-License-Identifier: MIT */
/* How a dependency differs from what is there now, by all that times and sizes can tell. */
#ifndef LAUNCHER_COMPARISON_H
#define LAUNCHER_COMPARISON_H

#include <stdint.h>

#include "launcher/dependencies.h"

/* Of what says that the content was written, in inotify's mask: the save is complete, too. */
#define COMPARISON_WRITTEN (IN_CLOSE_WRITE | IN_MOVED_TO)

/*
 * mask: inotify's, of the event that is the occasion, POLLER_MASK of one that was found by looking;
 * 0 when a use has just arrived. It decides where the identity alone cannot.
 */
enum dependency_change comparison_find(const struct dependency *dependency, const struct sight *now,
				       uint32_t mask);

/* The same for a use that arrives: it may be known by other ways that it was of an older version.
 */
enum dependency_change comparison_arrival(const struct dependency *dependency,
					  const struct sight *now);

#endif
