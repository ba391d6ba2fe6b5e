/* SPDX-License-Identifier: MIT */
/* Finds programs that cannot be observed, and says each once. */
#ifndef LAUNCHER_UNOBSERVED_H
#define LAUNCHER_UNOBSERVED_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/journal.h"

struct unobserved;

/* Borrows the journal. later: the user is told in the end. NULL and errno ENOMEM. */
struct unobserved *unobserved_new(struct journal *journal, bool later);
void unobserved_free(struct unobserved *unobserved);

/*
 * Looks at what is executed (once a version of it), and tells if the library cannot be in it.
 * Returns why not, or NULL.
 */
const char *unobserved_inspect(struct unobserved *unobserved, pid_t pid, const char *path);

/* Tells, unless the same has been told of this executable. reason: words to follow the path. */
void unobserved_tell(struct unobserved *unobserved, pid_t pid, const char *exe, const char *reason);

/* The end has come. insist: even with -q. */
void unobserved_tell_later(const struct unobserved *unobserved, bool insist);

#endif
