/* SPDX-License-Identifier: MIT */
/* launcher/lately: what happens in every generation. */
#include "launcher/lately.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static struct lately *lately;

static void enter(void)
{
	lately = lately_new();
	cr_assert(lately != NULL);
}

static void leave(void)
{
	lately_free(lately);
	lately_free(NULL);
}

TestSuite(lately, .init = enter, .fini = leave);

/* Each letter is a path that is noted; '|' begins a generation. */
Test(lately, generations_running)
{
	static const struct {
		const char *notes, *counts;
	} cases[] = {
	    {"a", "1"},
	    {"aa", "11"},
	    {"ab", "11"},
	    {"a|a", "1|2"},
	    {"a|aa|a", "1|22|3"},
	    {"a|a|a|a|a|a", "1|2|3|4|5|6"},
	    {"a|ba|ab", "1|12|32"},
	    /* one generation without it, and it begins anew */
	    {"a||a", "1||1"},
	    {"a|a|b|a", "1|2|1|1"},
	    {"|||a", "|||1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (const char *at = cases[i].notes; *at != '\0'; at++) {
			char path[3] = {'/', *at, '\0'};

			if (*at == '|') {
				lately_begin(lately);
				continue;
			}
			cr_expect(eq(u32, lately_note(lately, path),
				     (unsigned)(cases[i].counts[at - cases[i].notes] - '0')),
				  "%s at %zu", cases[i].notes, (size_t)(at - cases[i].notes));
		}
		lately_begin(lately);
		lately_begin(lately);
	}
}

Test(lately, many)
{
	char path[32];

	for (unsigned generation = 1; generation <= 3; generation++) {
		for (int i = 0; i < 2000; i++) {
			(void)snprintf(path, sizeof(path), "/file-%d", i);
			cr_assert(eq(u32, lately_note(lately, path), generation));
		}
		lately_begin(lately);
	}
	/* The path is its own. */
	path[1] = 'x';
	cr_assert(eq(u32, lately_note(lately, "/file-1999"), 4));
}
