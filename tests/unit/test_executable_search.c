/* SPDX-License-Identifier: MIT */
/* launcher/executable_search: PATH, and "#!" lines that lead to one another. */
#include "launcher/executable.h"
#include "tests/unit/scratch.h"

#include <errno.h>

static struct executable got;

TestSuite(executable_search, .init = scratch_enter, .fini = scratch_leave);

Test(executable_search, find)
{
	char found[PATH_MAX], wanted[PATH_MAX + 16], search_path[3 * PATH_MAX + 32], small[8];

	cr_assert(mkdir("one", 0755) == 0 && mkdir("two", 0755) == 0);
	cr_assert(zero(int, mkdir("one/folder", 0755)));
	(void)put("one/plain", "x", 1, 0644);
	(void)put("one/both", "x", 1, 0644);
	(void)put("two/both", "x", 1, 0755);
	(void)put("here", "x", 1, 0755);
	(void)put("two/cmd", "x", 1, 0755);
	strcpy(wanted, path);
	(void)snprintf(search_path, sizeof(search_path), "%s/none:%s/one:%s/two", directory,
		       directory, directory);

	cr_assert(zero(int, executable_find("cmd", search_path, found, sizeof(found))));
	cr_assert(eq(str, found, wanted));
	cr_assert(zero(int, executable_find(wanted, "/nonexistent", found, sizeof(found))));
	cr_assert(eq(str, found, wanted));
	cr_assert(zero(int, executable_find("two/cmd", "", found, sizeof(found))));
	cr_assert(eq(str, found, "two/cmd"));
	/* What may not be run is passed over, and reported if there is nothing better. */
	cr_assert(zero(int, executable_find("both", search_path, found, sizeof(found))));
	(void)snprintf(wanted, sizeof(wanted), "%s/two/both", directory);
	cr_assert(eq(str, found, wanted));
	cr_assert(eq(int, executable_find("plain", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, EACCES));
	cr_assert(eq(str, found, ""));
	cr_assert(eq(int, executable_find("folder", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, EACCES));
	cr_assert(eq(int, executable_find("one/folder", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, EACCES));
	cr_assert(eq(int, executable_find("absent", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(int, executable_find("./absent", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(int, executable_find("here/x", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, ENOTDIR));
	cr_assert(eq(int, executable_find("", search_path, found, sizeof(found)), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(int, executable_find("cmd", search_path, small, sizeof(small)), -1));
	cr_assert(eq(int, errno, ENAMETOOLONG));
	cr_assert(eq(int, executable_find("./toolong", search_path, small, sizeof(small)), -1));
	cr_assert(eq(int, errno, ENAMETOOLONG));
}

Test(executable_search, find_in_empty_elements)
{
	static const char *const search_paths[] = {"", ":/nonexistent",
						   "/nonexistent:", "/nonexistent::/nonexistent"};
	char found[PATH_MAX];

	(void)put("here", "x", 1, 0755);
	for (size_t i = 0; i < sizeof(search_paths) / sizeof(search_paths[0]); i++) {
		cr_expect(zero(int, executable_find("here", search_paths[i], found, sizeof(found))),
			  "%zu", i);
		cr_expect(eq(str, found, "./here"), "%zu", i);
	}
	cr_assert(eq(int, executable_find("here", "/nonexistent", found, sizeof(found)), -1));
	/* No PATH at all. */
	cr_assert(zero(int, executable_find("sh", NULL, found, sizeof(found))));
	cr_assert(eq(str, found, "/bin/sh"));
	cr_assert(eq(int, executable_find("here", NULL, found, sizeof(found)), -1));
}

static int resolve(const char *file, char *final)
{
	memset(&got, 0xff, sizeof(got));
	errno = 0;
	return executable_resolve(file, &got, final, PATH_MAX);
}

/* Scripts that lead to one another: s1 -> s2 -> ... -> the interpreter given. */
static void put_chain(int length, const char *interpreter)
{
	char name[16], text[PATH_MAX + 32];

	for (int i = 1; i <= length; i++) {
		if (i < length) {
			(void)snprintf(text, sizeof(text), "#!%s/s%d\n", directory, i + 1);
		} else {
			(void)snprintf(text, sizeof(text), "#!%s\n", interpreter);
		}
		(void)snprintf(name, sizeof(name), "s%d", i);
		(void)put_text(name, text);
	}
}

Test(executable_search, resolve_levels)
{
	char final[PATH_MAX];

	for (int length = 1; length <= 5; length++) {
		put_chain(length, "/bin/sh");
		cr_expect(zero(int, resolve("s1", final)), "%d: %s", length, strerror(errno));
		cr_expect(eq(str, final, "/bin/sh"), "%d", length);
		cr_expect(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC), "%d", length);
	}
	put_chain(6, "/bin/sh");
	cr_assert(eq(int, resolve("s1", final), -1));
	cr_assert(eq(int, errno, ELOOP));
	(void)put_text("self", "#!./self\n");
	cr_assert(eq(int, resolve("self", final), -1));
	cr_assert(eq(int, errno, ELOOP));
	/* The kernel agrees. */
	cr_assert(zero(int, system("./s2 -c true")));
	cr_assert(not(zero(int, system("./s1 -c true 2>/dev/null"))));
}

Test(executable_search, resolve_scripts)
{
	static const struct {
		const char *text;
		int error;
		const char *final;
	} cases[] = {
	    {"#!/bin/sh -e\n", 0, "/bin/sh"},
	    {"#!./tool\n", 0, "./tool"},
	    /* no PATH for what the kernel reads */
	    {"#!sh\n", ENOENT, "sh"},
	    {"#!/nonexistent/python\n", ENOENT, "/nonexistent/python"},
	    {"#!/bin/sh\r\n", ENOENT, "/bin/sh\r"},
	    {"#!./plain\n", EACCES, "./plain"},
	    {"#!/tmp\n", EACCES, "/tmp"},
	    {"echo no line\n", 0, "./script"},
	    /* env: in our PATH, which is tools/ and no more */
	    {"#!/usr/bin/env tool\n", 0, "tools/tool"},
	    {"#!/usr/bin/env  tool \n", 0, "tools/tool"},
	    {"#!/bin/env tool\n", 0, "tools/tool"},
	    {"#!/usr/bin/env ./tool\n", 0, "./tool"},
	    {"#!/usr/bin/env absent\n", ENOENT, "absent"},
	    {"#!/usr/bin/env tool\r\n", ENOENT, "tool\r"},
	    {"#!/usr/bin/env tool -x\n", ENOENT, "tool -x"},
	    {"#!/usr/bin/env -S tool -x\n", 0, "tools/tool"},
	    {"#!/usr/bin/env -Stool -x\n", 0, "tools/tool"},
	    {"#!/usr/bin/env -vS tool\n", 0, "tools/tool"},
	    {"#!/usr/bin/env --split-string=tool -x\n", 0, "tools/tool"},
	    {"#!/usr/bin/env -S A=1 B=2 tool -x\n", 0, "tools/tool"},
	    {"#!/usr/bin/env -S absent -x\n", ENOENT, "absent"},
	    /* not plain to see: env itself, which exists */
	    {"#!/usr/bin/env\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -i\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -S -u X tool\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -S \"a b\"\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -S ${TOOL}\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -S\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env -S A=1\n", 0, "/usr/bin/env"},
	    {"#!/usr/bin/env A=1\n", 0, "/usr/bin/env"},
	};
	char final[PATH_MAX];

	cr_assert(zero(int, mkdir("tools", 0755)));
	cr_assert(zero(int, symlink("/bin/sh", "tools/tool")));
	cr_assert(zero(int, symlink("/bin/sh", "tool")));
	(void)put("plain", "x", 1, 0644);
	cr_assert(zero(int, setenv("PATH", "tools", 1)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int error;

		(void)put_text("script", cases[i].text);
		error = resolve("./script", final) == 0 ? 0 : errno;
		cr_expect(eq(int, error, cases[i].error), "%zu", i);
		cr_expect(eq(str, final, (char *)cases[i].final), "%zu", i);
	}
}
