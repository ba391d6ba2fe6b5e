/* SPDX-License-Identifier: MIT */
/* Finds programs that cannot be observed, and says each once; see unobserved.h. */
#include "launcher/unobserved.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/executable.h"
#include "launcher/identity.h"
#include "launcher/table.h"

#define SEEN_MAX 10000 /* further ones are not told of */

/* An executable that has been looked at, or told of. */
struct seen {
	char *path;
	struct identity identity; /* of the version that was looked at */
	const char *told;	  /* the reason that was told, or NULL */
	const char *unfit;	  /* the reason that was found, or NULL */
	UT_hash_handle hh;
};

struct unobserved {
	struct journal *journal;
	bool later;
	struct seen *all;
};

struct unobserved *unobserved_new(struct journal *journal, bool later)
{
	struct unobserved *unobserved = calloc(1, sizeof(*unobserved));

	if (unobserved != NULL) {
		unobserved->journal = journal;
		unobserved->later = later;
	}
	return unobserved;
}

void unobserved_free(struct unobserved *unobserved)
{
	struct seen *seen;
	struct seen *next;

	if (unobserved == NULL) {
		return;
	}
	seen = unobserved->all;
	HASH_CLEAR(hh, unobserved->all); /* its links stay */
	while (seen != NULL) {
		next = seen->hh.next;
		free(seen->path);
		free(seen);
		seen = next;
	}
	free(unobserved);
}

static struct seen *enter(struct unobserved *unobserved, const char *path)
{
	struct seen *seen;

	HASH_FIND_STR(unobserved->all, path, seen);
	if (seen != NULL || HASH_COUNT(unobserved->all) >= SEEN_MAX) {
		return seen;
	}
	seen = calloc(1, sizeof(*seen));
	if (seen == NULL || (seen->path = strdup(path)) == NULL) {
		memory_exhausted();
	}
	HASH_ADD_KEYPTR(hh, unobserved->all, seen->path, strlen(seen->path), seen);
	return seen;
}

void unobserved_tell(struct unobserved *unobserved, pid_t pid, const char *exe, const char *reason)
{
	struct seen *seen = enter(unobserved, exe);

	if (seen != NULL && seen->told == NULL) {
		seen->told = reason;
		journal_unobserved(unobserved->journal, pid, exe, reason);
		if (!unobserved->later) {
			journal_say_unobserved(unobserved->journal, exe, reason, true, false);
		}
	}
}

void unobserved_tell_later(const struct unobserved *unobserved, bool insist)
{
	for (const struct seen *seen = unobserved->all; seen != NULL; seen = seen->hh.next) {
		if (seen->told != NULL) {
			journal_say_unobserved(unobserved->journal, seen->path, seen->told, false,
					       insist);
		}
	}
}

const char *unobserved_inspect(struct unobserved *unobserved, pid_t pid, const char *given)
{
	char path[PATH_MAX];
	struct seen *seen = realpath(given, path) != NULL ? enter(unobserved, path) : NULL;
	struct executable executable;
	struct identity identity;
	struct stat status;

	if (seen == NULL || stat(path, &status) != 0) {
		return NULL;
	}
	identity = identity_of_status(&status);
	if (identity_equal(&identity, &seen->identity)) {
		return seen->unfit;
	}
	seen->identity = identity;
	seen->unfit =
	    executable_inspect(path, &executable) == 0 ? executable_reason(executable.kind) : NULL;
	if (seen->unfit != NULL) {
		unobserved_tell(unobserved, pid, path, seen->unfit);
	}
	return seen->unfit;
}
