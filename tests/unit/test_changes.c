/* SPDX-License-Identifier: MIT */
/* launcher/changes: a line for each path, whatever its name; and no more than fits. */
#include "launcher/changes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

Test(changes, lines)
{
	static const struct {
		const char *paths[4];
		const char *text;
	} cases[] = {
	    {{"/a"}, "/a"},
	    {{"/a", "/b c", "/d"}, "/a\n/b c\n/d"},
	    {{"/a\nb", "/c"}, "/a\\nb\n/c"},
	    {{"/a\\nb", "/\\"}, "/a\\\\nb\n/\\\\"},
	    {{"/\xff\t"}, "/\xff\t"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct changes changes = {0};

		for (size_t path = 0; cases[i].paths[path] != NULL; path++) {
			changes_add(&changes, cases[i].paths[path]);
		}
		cr_expect(eq(str, changes.text, (char *)cases[i].text), "%zu", i);
		cr_expect(eq(sz, changes.length, strlen(cases[i].text)), "%zu", i);
		changes_free(&changes);
		cr_expect(changes.text == NULL && changes.length == 0);
	}
}

/* Cut at a whole line, and nothing after it: what is there is the first that changed. */
Test(changes, full)
{
	struct changes changes = {0};
	char path[4097];
	size_t before = 0;

	for (int i = 0; i < 4000; i++) {
		(void)snprintf(path, sizeof(path), "/a/path/that/is/not/too/short/%04d", i);
		changes_add(&changes, path);
	}
	cr_assert(le(sz, changes.length, CHANGES_MAX));
	cr_assert(gt(sz, changes.length + 36, CHANGES_MAX));
	cr_assert(eq(sz, strlen(changes.text), changes.length));
	cr_assert(zero(int, strncmp(strrchr(changes.text, '\n') + 1, "/a/path", 7)));
	before = changes.length;
	changes_add(&changes, "/b");
	cr_assert(eq(sz, changes.length, before), "a shorter one is not put in its place");
	changes_free(&changes);
}

Test(changes, to_the_last_byte)
{
	static char path[CHANGES_MAX + 2];
	struct changes changes = {0};

	memset(path, 'a', CHANGES_MAX);
	changes_add(&changes, path);
	cr_assert(eq(sz, changes.length, CHANGES_MAX));
	changes_free(&changes);
	path[CHANGES_MAX] = 'a';
	changes_add(&changes, path);
	cr_assert(changes.text == NULL);
	path[CHANGES_MAX] = '\0';
	path[0] = '\n'; /* takes two */
	changes_add(&changes, path);
	cr_assert(changes.text == NULL);
	changes_free(&changes);
}
