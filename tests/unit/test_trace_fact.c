/* SPDX-License-Identifier: MIT */
/* launcher/trace_fact: the words of a trace, and which fact a report tells. */
#include "launcher/trace_fact.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

#define ALL ((1u << TRACE_ASKABLE) - 1)

static const char *const kind_names[] = {"read", "write",  "missing", "stat",	"list",	 "exec",
					 "load", "rename", "link",    "remove", "mkdir", "lost"};
static const char *const how_names[] = {NULL,	   "created",	 "truncated", "appended",
					"updated", "touched",	 "readlink",  "resolved",
					"PATH",	   "interpreter"};

Test(trace_fact, names)
{
	cr_assert(eq(sz, COUNT_OF(kind_names), TRACE_KINDS));
	cr_assert(eq(sz, COUNT_OF(how_names), TRACE_HOWS));
	for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
		cr_expect(
		    eq(str, (char *)trace_kind_name((enum trace_kind)i), (char *)kind_names[i]),
		    "%zu", i);
	}
	cr_expect(trace_how_name(TRACE_PLAINLY) == NULL);
	for (size_t i = 1; i < COUNT_OF(how_names); i++) {
		cr_expect(eq(str, (char *)trace_how_name((enum trace_how)i), (char *)how_names[i]),
			  "%zu", i);
	}
}

static const struct {
	const char *words;
	unsigned kinds;
} words[] = {
    {"read", 1u << TRACE_READ},
    {"mkdir", 1u << TRACE_MKDIR},
    {"read,write", 1u << TRACE_READ | 1u << TRACE_WRITE},
    {"write,read", 1u << TRACE_READ | 1u << TRACE_WRITE},
    {"read,read", 1u << TRACE_READ},
    {"rename,remove,link", 1u << TRACE_RENAME | 1u << TRACE_REMOVE | 1u << TRACE_LINK},
    {"read,write,missing,stat,list,exec,load,rename,link,remove,mkdir", ALL},
    /* no fact, or only nearly one */
    {"", 0},
    {",", 0},
    {"reads", 0},
    {"rea", 0},
    {"READ", 0},
    {"Read", 0},
    {" read", 0},
    {"read ", 0},
    {"read write", 0},
    {"read;write", 0},
    {"readwrite", 0},
    {"all", 0},
    {"created", 0},
    {"\xff", 0},
    /* cannot be asked for: it is always told */
    {"lost", 0},
    /* one of several */
    {"read,bogus", 0},
    {"bogus,read", 0},
    {"read,lost", 0},
    {"read,writ", 0},
    {"read,,write", 0},
    {",read", 0},
    {"read,", 0},
};

Test(trace_fact, kinds_named)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		cr_expect(eq(u32, trace_kinds_named(words[i].words), words[i].kinds), "%zu: '%s'",
			  i, words[i].words);
	}
	for (int kind = 0; kind < TRACE_ASKABLE; kind++) {
		cr_expect(eq(u32, trace_kinds_named(kind_names[kind]), 1u << kind), "%d", kind);
	}
}

static const struct {
	enum report_kind report;
	unsigned flags;
	int error;
	enum trace_kind kind;
	enum trace_how how;
	int told_error;
} tellings[] = {
    {REPORT_READ, 0, 0, TRACE_READ, TRACE_PLAINLY, 0},
    {REPORT_READ, REPORT_IDENTITY, 0, TRACE_READ, TRACE_PLAINLY, 0},
    {REPORT_READ, REPORT_FAILED, EACCES, TRACE_READ, TRACE_PLAINLY, EACCES},
    {REPORT_WRITE, 0, 0, TRACE_WRITE, TRACE_UPDATED, 0},
    {REPORT_WRITE, REPORT_IDENTITY, 0, TRACE_WRITE, TRACE_UPDATED, 0},
    {REPORT_WRITE, REPORT_CREATED, 0, TRACE_WRITE, TRACE_CREATED, 0},
    {REPORT_WRITE, REPORT_TRUNCATED, 0, TRACE_WRITE, TRACE_TRUNCATED, 0},
    {REPORT_WRITE, REPORT_APPEND, 0, TRACE_WRITE, TRACE_APPENDED, 0},
    {REPORT_WRITE, REPORT_TOUCHED, 0, TRACE_WRITE, TRACE_TOUCHED, 0},
    /* what did not exist before had nothing to empty or to append to */
    {REPORT_WRITE, REPORT_CREATED | REPORT_TRUNCATED, 0, TRACE_WRITE, TRACE_CREATED, 0},
    {REPORT_WRITE, REPORT_CREATED | REPORT_APPEND, 0, TRACE_WRITE, TRACE_CREATED, 0},
    {REPORT_WRITE, REPORT_CREATED | REPORT_IDENTITY, 0, TRACE_WRITE, TRACE_CREATED, 0},
    {REPORT_MISSING, 0, 0, TRACE_MISSING, TRACE_PLAINLY, 0},
    {REPORT_STAT, 0, 0, TRACE_STAT, TRACE_PLAINLY, 0},
    {REPORT_STAT, REPORT_IDENTITY, 0, TRACE_STAT, TRACE_PLAINLY, 0},
    {REPORT_STAT, REPORT_FAILED, EACCES, TRACE_STAT, TRACE_PLAINLY, EACCES},
    {REPORT_READLINK, REPORT_IDENTITY, 0, TRACE_STAT, TRACE_READLINK, 0},
    {REPORT_READLINK, 0, 0, TRACE_STAT, TRACE_RESOLVED, 0},
    {REPORT_LIST, 0, 0, TRACE_LIST, TRACE_PLAINLY, 0},
    {REPORT_LIST, REPORT_AGAIN, 0, TRACE_LIST, TRACE_PLAINLY, 0},
    {REPORT_LIST, REPORT_FAILED, EACCES, TRACE_LIST, TRACE_PLAINLY, EACCES},
    {REPORT_LOAD, 0, 0, TRACE_LOAD, TRACE_PLAINLY, 0},
    {REPORT_LOAD, REPORT_IDENTITY, 0, TRACE_LOAD, TRACE_PLAINLY, 0},
    {REPORT_RENAME, 0, 0, TRACE_RENAME, TRACE_PLAINLY, 0},
    {REPORT_RENAME, REPORT_FAILED, EXDEV, TRACE_RENAME, TRACE_PLAINLY, EXDEV},
    {REPORT_LINK, 0, 0, TRACE_LINK, TRACE_PLAINLY, 0},
    {REPORT_LINK, REPORT_FAILED, EEXIST, TRACE_LINK, TRACE_PLAINLY, EEXIST},
    {REPORT_REMOVE, 0, 0, TRACE_REMOVE, TRACE_PLAINLY, 0},
    {REPORT_REMOVE, REPORT_FAILED, ENOENT, TRACE_REMOVE, TRACE_PLAINLY, ENOENT},
    {REPORT_MKDIR, 0, 0, TRACE_MKDIR, TRACE_PLAINLY, 0},
    {REPORT_MKDIR, REPORT_FAILED, EEXIST, TRACE_MKDIR, TRACE_PLAINLY, EEXIST},
};

static struct report report_of(enum report_kind kind, unsigned flags, int error)
{
	return (struct report){
	    .header = {.kind = (uint16_t)kind, .flags = (uint16_t)flags, .error = error, .pid = 7},
	    .first = "/one",
	    .second = kind == REPORT_RENAME || kind == REPORT_LINK ? "/two" : "",
	    .text = ""};
}

static bool has_two(enum trace_kind kind)
{
	return kind == TRACE_RENAME || kind == TRACE_LINK;
}

Test(trace_fact, of_report)
{
	for (size_t i = 0; i < COUNT_OF(tellings); i++) {
		struct report report =
		    report_of(tellings[i].report, tellings[i].flags, tellings[i].error);
		struct trace_fact fact = {.pid = 99};

		cr_expect(trace_fact_of_report(&report, &fact), "%zu", i);
		cr_expect(eq(int, (int)fact.kind, (int)tellings[i].kind), "%zu", i);
		cr_expect(eq(int, (int)fact.how, (int)tellings[i].how), "%zu", i);
		cr_expect(eq(int, fact.error, tellings[i].told_error), "%zu", i);
		cr_expect(fact.path == report.first, "%zu: the report's own", i);
		cr_expect(fact.to == (has_two(tellings[i].kind) ? report.second : NULL), "%zu", i);
	}
}

Test(trace_fact, of_other_reports)
{
	static const enum report_kind others[] = {REPORT_HELLO, REPORT_FORKED, REPORT_LOST,
						  REPORT_SANDBOX};

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct report report = report_of(others[i], 0, 0);
		struct trace_fact fact = {.kind = TRACE_READ};

		cr_expect(not(trace_fact_of_report(&report, &fact)), "%zu", i);
	}
}

/* What failed need not say how. */
static bool is_how_of(const struct trace_fact *fact, bool failed)
{
	switch (fact->how) {
	case TRACE_CREATED:
	case TRACE_TRUNCATED:
	case TRACE_APPENDED:
	case TRACE_UPDATED:
	case TRACE_TOUCHED:
		return fact->kind == TRACE_WRITE;
	case TRACE_READLINK:
	case TRACE_RESOLVED:
		return fact->kind == TRACE_STAT;
	case TRACE_PATH:
		return fact->kind == TRACE_MISSING;
	case TRACE_INTERPRETER:
		return fact->kind == TRACE_EXEC;
	case TRACE_PLAINLY:
		return fact->kind != TRACE_WRITE || failed;
	case TRACE_HOWS:
		break;
	}
	return false;
}

/* Reports come from anywhere: each set of flags with each kind makes sense, somehow. */
Test(trace_fact, of_any_report)
{
	static const int errors[] = {0, EACCES, ENOENT};

	for (unsigned all = 0; all < 1024u * REPORT_KIND_END * COUNT_OF(errors); all++) {
		enum report_kind kind = (enum report_kind)(all / 1024 % REPORT_KIND_END);
		int error = errors[all / 1024 / REPORT_KIND_END];
		struct report report = report_of(kind, all % 1024, error);
		struct trace_fact fact = {.kind = TRACE_KINDS};
		bool failed = (all & REPORT_FAILED) != 0;

		if (!trace_fact_of_report(&report, &fact)) {
			continue;
		}
		cr_assert(lt(int, (int)fact.kind, TRACE_ASKABLE), "%x", all);
		cr_assert(is_how_of(&fact, failed), "%x: %d of %d", all, (int)fact.how,
			  (int)fact.kind);
		cr_assert(fact.path == report.first, "%x", all);
		cr_assert(eq(int, fact.to != NULL, has_two(fact.kind)), "%x", all);
		cr_assert(fact.error == 0 || (fact.error == error && failed), "%x", all);
		/* Not there is what MISSING says. */
		cr_assert(failed <= (fact.error == error || fact.kind == TRACE_MISSING), "%x", all);
	}
}
