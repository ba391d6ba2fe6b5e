/* SPDX-License-Identifier: MIT */
/* launcher/comparison: what decides where sizes and times cannot. */
#include "launcher/comparison.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/inotify.h>
#include <time.h>

#include "launcher/poller.h"

#define SECOND_NS 1000000000LL

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	cr_assert(zero(int, clock_gettime(clock, &now)));
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* A file that was last written at a time long ago, as the command has read it and as it is now. */
static struct dependency dependency;
static struct sight now;

static void enter(void)
{
	dependency = (struct dependency){
	    .path = "/file",
	    .known = true,
	    .present = true,
	    .role = DEPENDENCY_TRIGGER,
	    .identity = {1, 2, 3, 4 * SECOND_NS + 5, 6 * SECOND_NS + 7},
	    .time_ns = (uint64_t)clock_ns(CLOCK_MONOTONIC),
	};
	now = (struct sight){.identity = dependency.identity, .present = true, .regular = true};
}

TestSuite(comparison, .init = enter);

/* chmod(2) and link(2) change the ctime, too: only an event that tells of a write makes it count.
 */
Test(comparison, ctime)
{
	static const struct {
		const char *what;
		uint32_t mask;
		enum dependency_change change;
	} cases[] = {
	    {"arrival", 0, CHANGE_NONE},
	    {"chmod", IN_ATTRIB, CHANGE_NONE},
	    {"made", IN_CREATE, CHANGE_NONE},
	    {"moved away", IN_MOVED_FROM, CHANGE_NONE},
	    {"deleted", IN_DELETE, CHANGE_NONE},
	    {"saved", IN_CLOSE_WRITE, CHANGE_WRITTEN},
	    {"moved here", IN_MOVED_TO, CHANGE_WRITTEN},
	    {"not heard", IN_Q_OVERFLOW, CHANGE_WRITTEN},
	    {"looked at", POLLER_MASK, CHANGE_NONE},
	    {"made and saved", IN_CREATE | IN_CLOSE_WRITE, CHANGE_WRITTEN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		now.identity.ctime_ns = dependency.identity.ctime_ns;
		cr_expect(
		    eq(int, (int)comparison_find(&dependency, &now, cases[i].mask), CHANGE_NONE),
		    "%s, the same", cases[i].what);
		now.identity.ctime_ns++;
		cr_expect(eq(int, (int)comparison_find(&dependency, &now, cases[i].mask),
			     (int)cases[i].change),
			  "%s, later", cases[i].what);
		now.identity.ctime_ns -= 2;
		cr_expect(eq(int, (int)comparison_find(&dependency, &now, cases[i].mask),
			     (int)cases[i].change),
			  "%s, earlier", cases[i].what);
	}
}

/* What the identity says needs no event, and no event says more. */
Test(comparison, identity_first)
{
	static const uint32_t masks[] = {0, IN_ATTRIB, IN_CLOSE_WRITE, IN_Q_OVERFLOW};

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		enter();
		now.identity.size++;
		cr_expect(
		    eq(int, (int)comparison_find(&dependency, &now, masks[i]), CHANGE_WRITTEN),
		    "%zu", i);
		now.identity.inode++;
		cr_expect(
		    eq(int, (int)comparison_find(&dependency, &now, masks[i]), CHANGE_REPLACED),
		    "%zu", i);
		now.present = false;
		cr_expect(
		    eq(int, (int)comparison_find(&dependency, &now, masks[i]), CHANGE_REMOVED),
		    "%zu", i);
		dependency.present = false;
		cr_expect(eq(int, (int)comparison_find(&dependency, &now, masks[i]), CHANGE_NONE),
			  "%zu", i);
		now.present = true;
		cr_expect(
		    eq(int, (int)comparison_find(&dependency, &now, masks[i]), CHANGE_APPEARED),
		    "%zu", i);
	}
}

/* A program that cannot be executed is not helped by its content. */
Test(comparison, by_mode)
{
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_ATTRIB), CHANGE_NONE));
	dependency.by_mode = true;
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_ATTRIB), CHANGE_TOUCHED));
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, 0)));
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, IN_MOVED_FROM)));
	now.identity.size++;
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_ATTRIB), CHANGE_WRITTEN),
		  "its content says more");
	now.present = dependency.present = false;
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, IN_ATTRIB)), "missing");
}

/* A version that was taken for the command's: any event but a chmod is a change. */
Test(comparison, adopted)
{
	dependency.adopted = true;
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, 0)));
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, IN_ATTRIB)));
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_CREATE), CHANGE_WRITTEN));
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_CLOSE_WRITE), CHANGE_WRITTEN));
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_ATTRIB | IN_CLOSE_WRITE),
		     CHANGE_WRITTEN));
	dependency.present = now.present = false;
	cr_expect(zero(int, (int)comparison_find(&dependency, &now, 0)));
	cr_expect(eq(int, (int)comparison_find(&dependency, &now, IN_DELETE), CHANGE_REMOVED));
}

/*
 * Saved twice within the grain of the times: where the file was written just before the command
 * read it, its times may be those of a later version.
 */
Test(comparison, young)
{
	static const struct {
		const char *what;
		int64_t used_ns;  /* before now; -1: it is not known */
		int64_t saved_ns; /* the mtime, before the use */
		int64_t fraction; /* of a second, in the mtime */
		uint32_t mask;
		enum dependency_change change;
	} cases[] = {
	    {"saved just before", 0, 0, 0, IN_CLOSE_WRITE, CHANGE_WRITTEN},
	    {"renamed to it", 0, 0, 0, IN_MOVED_TO, CHANGE_WRITTEN},
	    {"saved after it", 0, -3 * SECOND_NS, 0, IN_CLOSE_WRITE, CHANGE_WRITTEN},
	    {"saved some seconds before", 0, 3 * SECOND_NS, 0, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"saved long before", 0, 10 * SECOND_NS, 0, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"saved just before, used long ago", 3600 * SECOND_NS, 0, 0, IN_CLOSE_WRITE,
	     CHANGE_WRITTEN},
	    {"both long ago", 3600 * SECOND_NS, 10 * SECOND_NS, 0, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"exact times", 0, 10 * SECOND_NS, 1, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"exact times, a second before", 0, SECOND_NS, 1, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"use not known", -1, 0, 0, IN_CLOSE_WRITE, CHANGE_NONE},
	    {"arrival", 0, 0, 0, 0, CHANGE_NONE},
	    {"chmod", 0, 0, 0, IN_ATTRIB, CHANGE_NONE},
	    {"made", 0, 0, 0, IN_CREATE, CHANGE_NONE},
	    {"not heard", 0, 0, 0, IN_Q_OVERFLOW, CHANGE_NONE},
	    {"looked at", 0, 0, 0, POLLER_MASK, CHANGE_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t used_ns = cases[i].used_ns < 0 ? 0 : cases[i].used_ns;
		int64_t saved_ns = clock_ns(CLOCK_REALTIME) - used_ns - cases[i].saved_ns;
		/* Not on a machine that was started only just now. */
		int64_t use_ns = clock_ns(CLOCK_MONOTONIC) - used_ns;

		if (use_ns <= 0) {
			continue;
		}
		dependency.time_ns = cases[i].used_ns < 0 ? 0 : (uint64_t)use_ns;
		dependency.identity.mtime_ns = saved_ns / SECOND_NS * SECOND_NS + cases[i].fraction;
		now.identity = dependency.identity;
		cr_expect(eq(int, (int)comparison_find(&dependency, &now, cases[i].mask),
			     (int)cases[i].change),
			  "%s", cases[i].what);
	}
}

/* A use that arrives late: it may be known that it was of an older version. */
Test(comparison, arrival)
{
	cr_expect(zero(int, (int)comparison_arrival(&dependency, &now)));
	now.identity.ctime_ns++;
	cr_expect(zero(int, (int)comparison_arrival(&dependency, &now)), "chmod");
	dependency.outdated = true;
	cr_expect(eq(int, (int)comparison_arrival(&dependency, &now), CHANGE_WRITTEN));
	dependency.outdated = false;
	dependency.contested = true;
	cr_expect(eq(int, (int)comparison_arrival(&dependency, &now), CHANGE_WRITTEN));
	now.identity.inode++;
	cr_expect(eq(int, (int)comparison_arrival(&dependency, &now), CHANGE_REPLACED),
		  "the identity says more");
	now.present = dependency.present = false;
	cr_expect(eq(int, (int)comparison_arrival(&dependency, &now), CHANGE_REMOVED));
	dependency.contested = false;
	cr_expect(zero(int, (int)comparison_arrival(&dependency, &now)), "missing still");
}
