/* SPDX-License-Identifier: MIT */
/*
 * Generations with a real watcher, a folder of the test's own and a journal that can be read: for
 * those who judge changes. Names are relative to the test's folder.
 */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <sys/mman.h>

#include "launcher/generations.h"
#include "launcher/identity.h"
#include "launcher/message.h"
#include "tests/unit/hints.h"
#include "tests/unit/scratch.h"

static struct watches *watches;
static struct policy policy;
static struct journal *journal;
static struct generations *generations;
static int events;	      /* what the journal has written */
static void (*in_pipe)(void); /* a report that has not been read yet: taken in by a drain */
static unsigned drains;

static inline void drain(void *context)
{
	void (*report)(void) = in_pipe;

	(void)context;
	drains++;
	in_pipe = NULL;
	if (report != NULL) {
		report();
	}
}

static inline void world_enter(void)
{
	char number[16];

	scratch_enter();
	message_set_verbosity(-1);
	events = memfd_create("events", MFD_CLOEXEC);
	(void)snprintf(number, sizeof(number), "%d", dup(events));
	journal = journal_open(number, directory, "command");
	watches = watches_open(-1, journal);
	cr_assert(events >= 0 && journal != NULL && watches != NULL);
	policy = (struct policy){0};
	generations = generations_new(&(struct generations_parts){
	    .watches = watches, .journal = journal, .policy = &policy, .drain = drain});
	cr_assert(generations != NULL);
}

static inline void world_leave(void)
{
	generations_free(generations);
	watches_close(watches);
	journal_close(journal);
	(void)close(events);
	scratch_leave();
}

/* How many events of that name were written about the path (NULL: any), with that reason (NULL). */
static inline unsigned told(const char *event, const char *name, const char *reason)
{
	static char text[1 << 20];
	char wanted[3][2 * PATH_MAX + 32] = {"", "", ""};
	ssize_t size = pread(events, text, sizeof(text) - 1, 0);
	unsigned count = 0;

	cr_assert(size >= 0 && size < (ssize_t)sizeof(text) - 1);
	text[size] = '\0';
	(void)snprintf(wanted[0], sizeof(wanted[0]), "{\"event\":\"%s\"", event);
	if (name != NULL) {
		(void)snprintf(wanted[1], sizeof(wanted[1]), "\"path\":\"%s\"", in_scratch(name));
	}
	if (reason != NULL) {
		(void)snprintf(wanted[2], sizeof(wanted[2]), "\"reason\":\"%s\"", reason);
	}
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		count += strstr(line, wanted[0]) != NULL && strstr(line, wanted[1]) != NULL &&
			 strstr(line, wanted[2]) != NULL;
	}
	return count;
}

/* The use of a path as it is now. Valid until the next call. */
static inline struct use use_of(const char *name, enum dependency_reason reason)
{
	static struct identity identity;
	struct use use = {.reason = reason, .pid = 4711, .program = "program"};

	if (identity_of_path(in_scratch(name), &identity)) {
		use.identity = &identity;
	}
	return use;
}

/* The command reads the file, or looks for it in vain. */
static inline void depend(const char *name)
{
	struct use use = use_of(name, DEPENDENCY_READ);

	use.reason = use.identity != NULL ? DEPENDENCY_READ : DEPENDENCY_MISSING;
	generations_depend(generations, in_scratch(name), use);
}

/* Judges what has arrived and what the watcher has heard up to now. */
static inline struct verdict judge(void)
{
	struct verdict verdict = {0};
	struct hint hint;

	generations_verify(generations, &verdict);
	while (watches_next(watches, &hint) == 1) {
		generations_judge(generations, &hint, &verdict);
	}
	generations_verify(generations, &verdict);
	return verdict;
}

static inline void drop_hints(void)
{
	struct hint hint;

	while (watches_next(watches, &hint) == 1) {
	}
}

/* The same until so many changes have come. */
static inline struct verdict judge_until(unsigned changed)
{
	struct verdict verdict = judge();

	while (verdict.changed < changed) {
		struct pollfd ready = {.fd = watches_fd(watches), .events = POLLIN};
		struct verdict more;

		cr_assert(eq(int, poll(&ready, 1, LIMIT_MS), 1), "%u of %u changes",
			  verdict.changed, changed);
		more = judge();
		verdict.changed += more.changed;
		verdict.stirred |= more.stirred;
	}
	return verdict;
}

static inline void expect_no_change(const char *when)
{
	cr_expect(zero(u32, judge().changed), "%s", when);
}

static inline void expect_changes(unsigned changed, const char *when)
{
	cr_expect(eq(u32, judge_until(changed).changed, changed), "%s", when);
}

/* The same file with another time, whatever the clock's grain is. */
static inline void touch(const char *name)
{
	static time_t seconds = 1000000;
	struct timespec times[2] = {{.tv_sec = ++seconds}, {.tv_sec = seconds}};

	cr_assert(zero(int, utimensat(AT_FDCWD, name, times, 0)));
}

#endif
