/* SPDX-License-Identifier: MIT */
/* A fact as a line for people; see trace_text.h. */
#include "launcher/trace_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/printable.h"

static void add(struct trace_output *output, const char *text)
{
	trace_output_add(output, text, strlen(text));
}

/* For numbers and names, which are short. */
__attribute__((format(printf, 2, 3))) static void add_short(struct trace_output *output,
							    const char *format, ...)
{
	char text[128];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	add(output, text);
}

static void add_printable(struct trace_output *output, const char *text)
{
	char *shown = printable_path(text);

	add(output, shown != NULL ? shown : "?");
	free(shown);
}

static void add_words(struct trace_output *output, const struct trace_fact *fact)
{
	const char *end = fact->words + fact->words_length;
	const char *before = ": ";

	/* Why it failed stands there. */
	for (const char *word = fact->words; fact->error == 0 && word < end;
	     word += strlen(word) + 1) {
		add(output, before);
		add_printable(output, word);
		before = " ";
	}
}

static void add_process(struct trace_output *output, const char *program, pid_t pid)
{
	add_printable(output, program);
	add_short(output, "[%d]", (int)pid);
}

static void add_lost(struct trace_output *output, const struct trace_fact *fact)
{
	add_short(output, "%llu facts or more", (unsigned long long)fact->count);
}

void trace_text_tell(struct trace_output *output, const struct trace_fact *fact, bool detailed)
{
	if (detailed) {
		add_short(output, "%10.6f ", (double)fact->time_ns / 1e9);
	}
	add_short(output, "%-7s ", trace_kind_name(fact->kind));
	if (fact->kind == TRACE_LOST) {
		add_lost(output, fact);
	} else {
		add_printable(output, fact->path);
	}
	if (fact->to != NULL) {
		add(output, " -> ");
		add_printable(output, fact->to);
	}
	if (fact->how != TRACE_PLAINLY) {
		add_short(output, " (%s)", trace_how_name(fact->how));
	}
	if (fact->error != 0) {
		add_short(output, ": %s", strerror(fact->error));
	}
	add_words(output, fact);
	add(output, "  ");
	add_process(output, fact->program, fact->pid);
	if (detailed) {
		add(output, " of ");
		add_process(output, fact->parent_program, fact->parent);
	}
	add(output, "\n");
}
