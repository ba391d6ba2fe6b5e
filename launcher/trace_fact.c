/* SPDX-License-Identifier: MIT */
/* What a trace tells of; see trace_fact.h. */
#include "launcher/trace_fact.h"

#include <string.h>

static const char *const names[TRACE_KINDS] = {
    [TRACE_READ] = "read",     [TRACE_WRITE] = "write",	  [TRACE_MISSING] = "missing",
    [TRACE_STAT] = "stat",     [TRACE_LIST] = "list",	  [TRACE_EXEC] = "exec",
    [TRACE_LOAD] = "load",     [TRACE_RENAME] = "rename", [TRACE_LINK] = "link",
    [TRACE_REMOVE] = "remove", [TRACE_MKDIR] = "mkdir",	  [TRACE_LOST] = "lost",
};

static const char *const hows[TRACE_HOWS] = {
    [TRACE_CREATED] = "created",	 [TRACE_TRUNCATED] = "truncated",
    [TRACE_APPENDED] = "appended",	 [TRACE_UPDATED] = "updated",
    [TRACE_TOUCHED] = "touched",	 [TRACE_READLINK] = "readlink",
    [TRACE_RESOLVED] = "resolved",	 [TRACE_PATH] = "PATH",
    [TRACE_INTERPRETER] = "interpreter",
};

const char *trace_kind_name(enum trace_kind kind)
{
	return names[kind];
}

const char *trace_how_name(enum trace_how how)
{
	return hows[how];
}

static unsigned kind_named(const char *word, size_t length)
{
	for (unsigned kind = 0; kind < TRACE_ASKABLE; kind++) {
		if (strlen(names[kind]) == length && strncmp(names[kind], word, length) == 0) {
			return 1u << kind;
		}
	}
	return 0;
}

unsigned trace_kinds_named(const char *words)
{
	unsigned kinds = 0;

	for (;;) {
		size_t length = strcspn(words, ",");
		unsigned kind = kind_named(words, length);

		if (kind == 0) {
			return 0;
		}
		kinds |= kind;
		if (words[length] == '\0') {
			return kinds;
		}
		words += length + 1;
	}
}

static enum trace_how how_written(unsigned flags)
{
	static const struct {
		unsigned flag;
		enum trace_how how;
	} ways[] = {
	    {REPORT_CREATED, TRACE_CREATED},
	    {REPORT_TOUCHED, TRACE_TOUCHED},
	    {REPORT_TRUNCATED, TRACE_TRUNCATED},
	    {REPORT_APPEND, TRACE_APPENDED},
	};

	if ((flags & REPORT_FAILED) != 0) {
		return TRACE_PLAINLY;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if ((flags & ways[i].flag) != 0) {
			return ways[i].how;
		}
	}
	return TRACE_UPDATED;
}

/* Of a link itself, or of all on the way to a path. */
static enum trace_how how_followed(unsigned flags)
{
	if ((flags & REPORT_FAILED) != 0) {
		return TRACE_PLAINLY;
	}
	return (flags & REPORT_IDENTITY) != 0 ? TRACE_READLINK : TRACE_RESOLVED;
}

bool trace_fact_of_report(const struct report *report, struct trace_fact *fact)
{
	static const struct {
		bool told;
		enum trace_kind kind;
	} kinds[REPORT_KIND_END] = {
	    [REPORT_READ] = {true, TRACE_READ},	      [REPORT_WRITE] = {true, TRACE_WRITE},
	    [REPORT_MISSING] = {true, TRACE_MISSING}, [REPORT_STAT] = {true, TRACE_STAT},
	    [REPORT_LIST] = {true, TRACE_LIST},	      [REPORT_RENAME] = {true, TRACE_RENAME},
	    [REPORT_LINK] = {true, TRACE_LINK},	      [REPORT_REMOVE] = {true, TRACE_REMOVE},
	    [REPORT_MKDIR] = {true, TRACE_MKDIR},     [REPORT_READLINK] = {true, TRACE_STAT},
	    [REPORT_LOAD] = {true, TRACE_LOAD},
	};
	const struct report_header *header = &report->header;

	if (!kinds[header->kind].told) {
		return false;
	}
	fact->kind = kinds[header->kind].kind;
	fact->path = report->first;
	fact->to = report->second[0] != '\0' ? report->second : NULL;
	/* That nothing is there needs no reason, unless something else is on the way. */
	fact->error = (header->flags & REPORT_FAILED) != 0 ? header->error : 0;
	if (header->kind == REPORT_WRITE) {
		fact->how = how_written(header->flags);
	} else if (header->kind == REPORT_READLINK) {
		fact->how = how_followed(header->flags);
	}
	return true;
}
