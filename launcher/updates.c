/* SPDX-License-Identifier: MIT */
/* Files that were opened for update; see updates.h. */
#include "launcher/updates.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/clock.h"
#include "launcher/descriptors.h"
#include "launcher/generations_state.h"

#define WRITING_NS    50000000LL /* who reads what is just being written, reads a part */
#define RESTARTS_MOST 5		 /* a person may well save so often in a row */

/* A script that locks itself opens itself so; hardly any writes into itself. */
static bool is_program(const struct generations *generations, const struct dependency *dependency)
{
	return dependency->executed ||
	       strcmp(dependency->path, generations->parts.policy->script) == 0;
}

/* The file format's first bytes, as sqlite.org/fileformat.html has them. */
static bool is_sqlite(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char found[sizeof(magic)];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is;

	if (fd < 0) {
		return false;
	}
	is = read(fd, found, sizeof(found)) == (ssize_t)sizeof(found) &&
	     memcmp(found, magic, sizeof(magic)) == 0;
	close(fd);
	return is;
}

static bool is_written(struct generations *generations, const char *path, const char *suffix)
{
	const struct dependency *beside;
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name)) {
		return false;
	}
	beside = dependencies_find(generations->current, name);
	return beside != NULL && (beside->role == DEPENDENCY_OUTPUT || beside->may_write);
}

/*
 * SQLite opens a database for writing even to read it, but whoever writes has made the rollback
 * journal first, or has opened the write-ahead log.
 */
static bool is_only_read_database(struct generations *generations, const char *path)
{
	return !is_written(generations, path, "-journal") &&
	       !is_written(generations, path, "-wal") && is_sqlite(path);
}

struct holding {
	const char *path;
	bool held;
	bool written;
};

static void note_holding(const struct descriptor *descriptor, void *context)
{
	struct holding *holding = context;

	if (strcmp(descriptor->path, holding->path) == 0) {
		holding->held = true;
		holding->written |= descriptor->position != 0;
	}
}

/* Who has had it open for writing all the time, and has not moved in it, has not written. */
static bool is_held_as_lock(const struct dependency *dependency)
{
	struct holding holding = {.path = dependency->path};

	descriptors_each_written(dependency->updater, note_holding, &holding);
	return holding.held && !holding.written;
}

/* What looks like somebody else's doing, and comes back after each restart, is not. */
static bool comes_back(struct generations *generations, const char *path)
{
	return lately_note(generations->updates, path) > RESTARTS_MOST;
}

bool updates_is_own(struct generations *generations, const struct dependency *dependency)
{
	const char *path = dependency->path;

	if (is_program(generations, dependency)) {
		return !is_held_as_lock(dependency) && comes_back(generations, path);
	}
	return !is_only_read_database(generations, path) || comes_back(generations, path);
}

bool updates_by_another_hand(const struct dependency *dependency, const struct sight *now)
{
	return dependency->read_order > dependency->written_order && dependency->present &&
	       now->present && !identity_equal(&now->identity, &dependency->identity) &&
	       now->identity.mtime_ns > clock_of_files_ns(dependency->written_ns) + WRITING_NS &&
	       kill(dependency->updater, 0) != 0 && errno == ESRCH;
}
