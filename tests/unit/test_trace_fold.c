/* SPDX-License-Identifier: MIT */
/* launcher/trace_fold: what a process has told before. */
#include "launcher/trace_fold.h"

#include <malloc.h>

#include "tests/unit/told.h"

enum {
	MANY = 300000,
};

static struct trace_fold *fold;

static void enter(void)
{
	fold = trace_fold_new();
	cr_assert(fold != NULL);
}

static void leave(void)
{
	trace_fold_free(fold);
}

TestSuite(trace_fold, .init = enter, .fini = leave, .timeout = 60);

struct telling {
	pid_t pid;
	enum trace_kind kind;
	const char *path, *to;
	enum trace_how how;
	int error;
	bool repeats;
};

static void tell_all(const char *table, const struct telling *tellings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct trace_fact fact = fact_of(tellings[i].kind, tellings[i].path);

		fact.pid = tellings[i].pid;
		fact.to = tellings[i].to;
		fact.how = tellings[i].how;
		fact.error = tellings[i].error;
		fact.time_ns = (int64_t)i; /* is not what makes it another fact */
		cr_expect(eq(int, trace_fold_repeats(fold, &fact), tellings[i].repeats),
			  "%s, line %zu", table, i);
	}
}

#define TELL_ALL(table) tell_all(#table, table, COUNT_OF(table))

static const struct telling repeats[] = {
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
    {1, TRACE_READ, "/b", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
    {1, TRACE_STAT, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_STAT, "/a", NULL, TRACE_READLINK, 0, false},
    {1, TRACE_STAT, "/a", NULL, TRACE_RESOLVED, 0, false},
    {1, TRACE_STAT, "/a", NULL, TRACE_READLINK, 0, true},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, false},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, true},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EMFILE, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_TRUNCATED, 0, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_TRUNCATED, 0, true},
    {1, TRACE_WRITE, "/a", NULL, TRACE_APPENDED, 0, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_UPDATED, 0, false},
    {1, TRACE_LIST, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_LIST, "/a", NULL, TRACE_PLAINLY, 0, true},
    {1, TRACE_LOAD, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_LOAD, "/a", NULL, TRACE_PLAINLY, 0, true},
    {1, TRACE_MISSING, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_MISSING, "/a", NULL, TRACE_PLAINLY, 0, true},
    /* another process has its own */
    {2, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
    {2, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
};

Test(trace_fold, repeats)
{
	TELL_ALL(repeats);
	trace_fold_free(NULL);
}

static const struct telling changes[] = {
    {1, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_LINK, "/a", "/b", TRACE_PLAINLY, 0, false},
    {1, TRACE_LINK, "/a", "/b", TRACE_PLAINLY, 0, false},
    {1, TRACE_RENAME, "/a", "/b", TRACE_PLAINLY, 0, false},
    {1, TRACE_RENAME, "/a", "/b", TRACE_PLAINLY, 0, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_CREATED, 0, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_CREATED, 0, false},
};

Test(trace_fold, changes)
{
	TELL_ALL(changes);
}

/* After each of these, done to /a by process 1, it tells again what it does there. */
static const struct telling renewals[] = {
    {1, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, 0, false},
    {1, TRACE_LINK, "/a", "/other", TRACE_PLAINLY, 0, false},
    {1, TRACE_RENAME, "/a", "/other", TRACE_PLAINLY, 0, false},
    {1, TRACE_RENAME, "/other", "/a", TRACE_PLAINLY, 0, false},
    {1, TRACE_WRITE, "/a", NULL, TRACE_CREATED, 0, false},
};

Test(trace_fold, told_again)
{
	static const struct telling before[] = {
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_MISSING, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_READ, "/b", NULL, TRACE_PLAINLY, 0, false},
	    {2, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
	};
	static const struct telling after[] = {
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
	    {1, TRACE_MISSING, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_MISSING, "/a", NULL, TRACE_PLAINLY, 0, true},
	    /* neither of other names nor by others */
	    {1, TRACE_READ, "/b", NULL, TRACE_PLAINLY, 0, true},
	    {2, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
	};

	for (size_t i = 0; i < COUNT_OF(renewals); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "renewal %zu", i);
		TELL_ALL(before);
		tell_all(name, &renewals[i], 1);
		tell_all(name, after, COUNT_OF(after));
		trace_fold_free(fold);
		enter();
	}
}

/* What another process does to the name, or what fails, renews nothing. */
Test(trace_fold, not_told_again)
{
	static const struct telling before[] = {
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, false},
	};
	static const struct telling not_renewals[] = {
	    {2, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {2, TRACE_RENAME, "/b", "/a", TRACE_PLAINLY, 0, false},
	    {1, TRACE_REMOVE, "/b", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_RENAME, "/b", "/c", TRACE_PLAINLY, 0, false},
	    {1, TRACE_WRITE, "/a", NULL, TRACE_APPENDED, 0, false},
	    {1, TRACE_STAT, "/a", NULL, TRACE_PLAINLY, 0, false},
	};
	static const struct telling after[] = {
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, true},
	};

	for (size_t i = 0; i < COUNT_OF(not_renewals); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "no renewal %zu", i);
		TELL_ALL(before);
		tell_all(name, &not_renewals[i], 1);
		tell_all(name, after, COUNT_OF(after));
		trace_fold_free(fold);
		enter();
	}
}

/* What fails repeats like other things, until the name is another one. */
Test(trace_fold, failures)
{
	static const struct telling tellings[] = {
	    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, EEXIST, false},
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, false},
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, true},
	    {1, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, EACCES, false},
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, true},
	    {1, TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, 0, false},
	    {1, TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, EEXIST, false},
	    {1, TRACE_READ, "/a", NULL, TRACE_PLAINLY, EACCES, false},
	};

	TELL_ALL(tellings);
}

static bool tell_nth(unsigned number)
{
	char name[64];
	struct trace_fact fact = fact_of(number % 3 == 0 ? TRACE_WRITE : TRACE_READ, name);

	(void)snprintf(name, sizeof(name), "/srv/app/%u", number);
	fact.how = number % 3 == 0 ? TRACE_CREATED : TRACE_PLAINLY;
	fact.pid = (pid_t)(number % 1000);
	return trace_fold_repeats(fold, &fact);
}

static size_t allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* No more memory than at first; and what is forgotten is told again, never swallowed. */
Test(trace_fold, same_memory)
{
	size_t before = allocated();

	for (unsigned i = 0; i < MANY; i++) {
		cr_assert(not(tell_nth(i)), "%u was never told", i);
	}
	cr_assert(le(sz, allocated(), before));
	/* What was told a moment ago is not. */
	cr_assert(tell_nth(MANY - 1) || tell_nth(MANY - 2));
}
