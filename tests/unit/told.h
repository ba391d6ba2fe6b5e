/* SPDX-License-Identifier: MIT */
/* Facts for a trace, and what has been written of them. */
#ifndef TESTS_UNIT_TOLD_H
#define TESTS_UNIT_TOLD_H

#include <errno.h>

#include "launcher/trace_fact.h"
#include "launcher/trace_output.h"
#include "tests/unit/scratch.h"

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

/* As most of them are: by python3, which sh has started. */
static inline struct trace_fact fact_of(enum trace_kind kind, const char *of)
{
	return (struct trace_fact){.kind = kind,
				   .path = of,
				   .pid = 4711,
				   .parent = 4710,
				   .program = "python3",
				   .parent_program = "sh",
				   .time_ns = 12345000};
}

/* What is in the file (name: relative to the test's directory, or absolute), with a NUL behind. */
static inline const char *content_of(const char *name, size_t *size)
{
	static char content[1 << 20];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	*size = 0;
	cr_assert(fd >= 0, "%s: %s", name, strerror(errno));
	while ((got = read(fd, content + *size, sizeof(content) - 1 - *size)) > 0) {
		*size += (size_t)got;
	}
	cr_assert(zero(i64, got));
	cr_assert(zero(int, close(fd)));
	content[*size] = '\0';
	return content;
}

static inline char *text_of(const char *name)
{
	size_t size;

	return (char *)content_of(name, &size);
}

/* An output to a file of that name, emptied. */
static inline struct trace_output *output_to(const char *name)
{
	struct trace_output *output = trace_output_open(name);

	cr_assert(output != NULL, "%s: %s", name, strerror(errno));
	return output;
}

/* Writes all that is left, to a file, which never has to be waited for. */
static inline void output_end(struct trace_output *output)
{
	cr_assert(trace_output_flush(output));
	cr_assert(zero(int, trace_output_error(output)));
	trace_output_close(output);
}

#endif
