/* SPDX-License-Identifier: MIT */
/* launcher/path: joining, cutting and comparing, up to the longest path and not beyond. */
#include "launcher/path.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* A path of that length: "/xxx…". */
static const char *long_path(size_t length)
{
	static char text[2 * PATH_MAX];

	memset(text, 'x', length);
	text[0] = '/';
	text[length] = '\0';
	return text;
}

Test(path, copy)
{
	char copy[PATH_MAX];

	cr_assert(path_copy(copy, ""));
	cr_assert(eq(str, copy, ""));
	cr_assert(path_copy(copy, "/a/b"));
	cr_assert(eq(str, copy, "/a/b"));
	cr_assert(path_copy(copy, long_path(PATH_MAX - 1)));
	cr_assert(eq(sz, strlen(copy), PATH_MAX - 1));
	cr_assert(not(path_copy(copy, long_path(PATH_MAX))));
	cr_assert(eq(str, copy, ""));
}

Test(path, join)
{
	static const struct {
		const char *folder, *name, *joined;
	} cases[] = {
	    {"/a", "b", "/a/b"},       {"/a/", "b", "/a/b"}, {"/", "b", "/b"},
	    {"/a", "b/c", "/a/b/c"},   {"/a", "/b", "/b"},   {"/a", ".", "/a/."},
	    {"/a", "../b", "/a/../b"}, {"/a", "", "/a/"},
	};
	char joined[PATH_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(path_join(joined, cases[i].folder, cases[i].name), "%zu", i);
		cr_expect(eq(str, joined, (char *)cases[i].joined), "%zu", i);
	}
	cr_assert(path_join(joined, long_path(PATH_MAX - 3), "y"));
	cr_assert(eq(sz, strlen(joined), PATH_MAX - 1));
	cr_assert(not(path_join(joined, long_path(PATH_MAX - 2), "y")));
	cr_assert(eq(str, joined, ""));
	cr_assert(not(path_join(joined, "/a", long_path(PATH_MAX))));
	cr_assert(eq(str, joined, ""));
}

Test(path, folder_and_name)
{
	static const struct {
		const char *path, *folder, *name;
	} cases[] = {
	    {"/a/b/c", "/a/b", "c"}, {"/a/b", "/a", "b"},	{"/a", "/", "a"},
	    {"/", "/", ""},	     {"/a b/.c", "/a b", ".c"},
	};
	char folder[PATH_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(path_folder(folder, cases[i].path), "%zu", i);
		cr_expect(eq(str, folder, (char *)cases[i].folder), "%zu", i);
		cr_expect(eq(str, (char *)path_name(cases[i].path), (char *)cases[i].name), "%zu",
			  i);
	}
	cr_assert(not(path_folder(folder, "relative")));
	cr_assert(eq(str, (char *)path_name("relative"), "relative"));
	cr_assert(not(path_folder(folder, long_path(PATH_MAX))));
}

Test(path, below)
{
	static const struct {
		const char *path, *folder;
		bool below;
	} cases[] = {
	    {"/a/b", "/a", true},    {"/a", "/a", true},     {"/a/b/c", "/a", true},
	    {"/ab", "/a", false},    {"/a", "/a/b", false},  {"/", "/a", false},
	    {"/a", "/", true},	     {"/", "/", true},	     {"/a.b", "/a", false},
	    {"/b/a/c", "/a", false}, {"/a/b", "/a/b", true}, {"/a/bc", "/a/b", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, path_is_below(cases[i].path, cases[i].folder), cases[i].below),
			  "%zu: %s and %s", i, cases[i].path, cases[i].folder);
	}
}
