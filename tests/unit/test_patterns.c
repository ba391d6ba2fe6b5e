/* SPDX-License-Identifier: MIT */
/* launcher/patterns: lists as in .gitignore, and single globs. */
#include "launcher/patterns.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A list in one string, lines separated by blanks (no pattern here has one). */
static struct patterns *list(const char *lines)
{
	struct patterns *patterns = patterns_new();
	char *copy = strdup(lines);
	char *rest = copy;

	cr_assert(patterns != NULL && copy != NULL);
	for (char *line = strsep(&rest, " "); line != NULL && *line != '\0';
	     line = strsep(&rest, " ")) {
		cr_assert(eq(int, patterns_add(patterns, line), 0), "%s", line);
	}
	free(copy);
	return patterns;
}

Test(patterns, match)
{
	static const struct {
		const char *lines;
		const char *path; /* a trailing slash: it is a directory */
		bool covered;
	} cases[] = {
	    /* without a slash: any component, and what lies below */
	    {"node_modules", "node_modules/", true},
	    {"node_modules", "node_modules", true},
	    {"node_modules", "a/node_modules/b/c.js", true},
	    {"node_modules", "a/node_modules2/b", false},
	    {"*.log", "x.log", true},
	    {"*.log", "a/b/x.log", true},
	    {"*.log", "a/b/x.log/y", true},
	    {"*.log", "a/b/xlog", false},
	    {"*.log", ".log", true},
	    {"*", ".hidden", true},
	    {"?.c", "a.c", true},
	    {"?.c", "ab.c", false},
	    {"[ab].c", "x/b.c", true},
	    {"[!ab].c", "c.c", true},
	    {"[!ab].c", "a.c", false},
	    {"#*#", "x/#scratch#", true},
	    /* with a slash: from the root */
	    {"/a.c", "a.c", true},
	    {"/a.c", "b/a.c", false},
	    {"./a.c", "a.c", true},
	    {"./a.c", "b/a.c", false},
	    {"doc/*.txt", "doc/a.txt", true},
	    {"doc/*.txt", "doc/x/a.txt", false},
	    {"doc/*.txt", "x/doc/a.txt", false},
	    {"doc/?.txt", "doc//a.txt", true},
	    {"doc/x", "doc/x/y/z", true},
	    {"a?b", "a/b", false},
	    {"a*b", "a/b", false},
	    {"/a[/]b", "a/b", false},
	    /* trailing slash: directories, and what lies below */
	    {"build/", "build/", true},
	    {"build/", "build", false},
	    {"build/", "x/build/y.o", true},
	    {"/build/", "x/build/y.o", false},
	    {"/build/", "build/y.o", true},
	    {"a/b/", "a/b", false},
	    {"a/b//", "a/b/c", true},
	    /* two stars */
	    {"**", "a", true},
	    {"**", "a/b/c", true},
	    {"**/foo", "foo", true},
	    {"**/foo", "a/b/foo", true},
	    {"**/foo", "a/b/foo2", false},
	    {"**/foo/bar", "x/foo/bar", true},
	    {"**/foo/bar", "x/foo/y/bar", false},
	    {"a/**/b", "a/b", true},
	    {"a/**/b", "a/x/b", true},
	    {"a/**/b", "a/x/y/b/c", true},
	    {"a/**/b", "x/a/b", false},
	    {"a/**/b", "a/x/c", false},
	    {"a/**", "a/b", true},
	    {"a/**", "a/b/c", true},
	    {"a/**", "a/", false},
	    {"a/**", "b/a/c", false},
	    {"a/**/", "a/b/", true},
	    {"a/**/", "a/b", false},
	    {"a/**/", "a/b/c", true},
	    {"**/a/**/b/**", "x/a/y/b/z", true},
	    {"**/a/**/b/**", "x/a/y/b", false},
	    {"**/a/**/a/b", "a/x/a/c/a/b", true},
	    {"/**/**/x", "x", true},
	    {"a**c/x", "abbc/x", true},
	    {"a**c/x", "a/c/x", false},
	    /* taking back: the last line that matches decides */
	    {"*.log !keep.log", "keep.log", false},
	    {"*.log !keep.log", "a/x.log", true},
	    {"!keep.log *.log", "keep.log", true},
	    {"build !build/keep", "build/keep/x", false},
	    {"build !build/keep", "build/lose/x", true},
	    {"build !build/keep *.o", "build/keep/x.o", true},
	    {"!x", "x", false},
	    {"* !*.py", "a/b.py", false},
	    {"* !*.py", "a/b.pyc", true},
	    /* escapes */
	    {"\\*", "*", true},
	    {"\\*", "x", false},
	    {"\\!x", "!x", true},
	    {"\\#x", "#x", true},
	    {"a\\?c", "a?c", true},
	    {"a\\?c", "abc", false},
	    {"x\\", "x", false},
	    /* a list with nothing in it, and a path with nothing in it */
	    {"", "a", false},
	    {"*", "", false},
	    {"**", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct patterns *patterns = list(cases[i].lines);
		const char *path = cases[i].path;
		bool is_directory = *path != '\0' && path[strlen(path) - 1] == '/';

		cr_expect(eq(int, patterns_match(patterns, path, is_directory), cases[i].covered),
			  "%zu: '%s' and %s", i, cases[i].lines, path);
		patterns_free(patterns);
	}
}

Test(patterns, refused)
{
	static const char *const cases[] = {"", "!", "/", "//", "!/", ".", "./", "!./."};
	struct patterns *patterns = patterns_new();
	char *line = malloc(2000);

	cr_assert(patterns != NULL && line != NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		errno = 0;
		cr_expect(eq(int, patterns_add(patterns, cases[i]), -1), "%zu: %s", i, cases[i]);
		cr_expect(eq(int, errno, EINVAL), "%zu: %s", i, cases[i]);
	}
	memset(line, 'x', 2000);
	line[1999] = '\0';
	cr_assert(eq(int, patterns_add(patterns, line), -1));
	cr_assert(eq(int, errno, ENAMETOOLONG));
	line[1000] = '/';
	cr_assert(eq(int, patterns_add(patterns, line), 0));
	cr_assert(not(patterns_match(patterns, "x", false)));
	cr_assert(patterns_match(patterns, line, false));
	line[1000] = 'x';
	cr_assert(not(patterns_match(patterns, line, false)));
	free(line);
	patterns_free(patterns);
	patterns_free(NULL);
}

/* count times piece, then end. */
static char *repeated(const char *piece, size_t count, const char *end)
{
	size_t length = strlen(piece);
	char *text = malloc(length * count + strlen(end) + 1);

	cr_assert(text != NULL);
	for (size_t i = 0; i < count; i++) {
		memcpy(text + i * length, piece, length);
	}
	memcpy(text + count * length, end, strlen(end) + 1);
	return text;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

Test(patterns, no_explosion, .timeout = 60)
{
	struct {
		char *pattern;
		char *path;
	} cases[] = {
	    {repeated("**/", 300, "x"), repeated("a/", 2000, "b")},
	    {repeated("**/a/", 300, "x"), repeated("a/", 2000, "b")},
	    {repeated("**/*/", 300, "x"), repeated("a/", 2000, "b")},
	    {repeated("a*", 100, "b"), repeated("a", 255, "")},
	    {repeated("*a", 100, "*b"), repeated("a", 255, "")},
	    {repeated("[a-z]*", 50, "!"), repeated("a", 255, "")},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct patterns *patterns = patterns_new();
		double start = seconds();

		cr_assert(patterns != NULL);
		cr_assert(eq(int, patterns_add(patterns, cases[i].pattern), 0));
		cr_expect(not(patterns_match(patterns, cases[i].path, false)), "%zu", i);
		cr_expect(not(patterns_glob_match(cases[i].pattern, cases[i].path)), "%zu", i);
		/* Far above what it takes, far below what an exponent would. */
		cr_expect(lt(dbl, seconds() - start, 5.0), "%zu", i);
		patterns_free(patterns);
		free(cases[i].pattern);
		free(cases[i].path);
	}
}

Test(patterns, glob_match)
{
	static const struct {
		const char *glob;
		const char *path;
		bool matches;
	} cases[] = {
	    {"*.py", "a.py", true},
	    {"*.py", "x/a.py", false},
	    {"*.py", "/a.py", false},
	    {"*.py", ".a.py", false},
	    {".*.py", ".a.py", true},
	    {"/srv/*.py", "/srv/a.py", true},
	    {"/srv/*.py", "srv/a.py", false},
	    {"/srv/*.py", "/srv/a.py/x", false},
	    {"src/**/*.html", "src/a.html", true},
	    {"src/**/*.html", "src/x/y/a.html", true},
	    {"src/**/*.html", "src/x/.git/a.html", false},
	    {"src/**/.git/*.html", "src/x/.git/a.html", true},
	    {"src/**/*.html", "src/x/.a.html", false},
	    {"src/**", "src/x", true},
	    {"src/**", "src/x/y", true},
	    {"src/**", "src", false},
	    {"src/**", "src/x/.swp", false},
	    {"**", "a/b", true},
	    {"**/x", "x", true},
	    {"**/x", "a/x", true},
	    {"**/x", "a/x/b", false},
	    {"/**/x", "/a/x", true},
	    {"a/**/b/**/c", "a/b/x/b/y/c", true},
	    {"a/**/b/**/c", "a/b/x/b/y/d", false},
	    {"./a", "a", true},
	    {"a/", "a", true},
	    {"a[12]", "a2", true},
	    {"a?b", "a/b", false},
	    {"a\\*b", "a*b", true},
	    {"a\\*b", "axb", false},
	    {"plain", "plain", true},
	    {"plain", "plain2", false},
	    {"", "", true},
	    {"", "a", false},
	    {"*", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(
		    eq(int, patterns_glob_match(cases[i].glob, cases[i].path), cases[i].matches),
		    "%zu: %s and %s", i, cases[i].glob, cases[i].path);
	}
}

Test(patterns, is_glob)
{
	cr_assert(patterns_is_glob("*.c"));
	cr_assert(patterns_is_glob("a/b?"));
	cr_assert(patterns_is_glob("[ab]"));
	cr_assert(patterns_is_glob("a\\*"));
	cr_assert(not(patterns_is_glob("")));
	cr_assert(not(patterns_is_glob("/srv/app/models.py")));
	cr_assert(not(patterns_is_glob("a\\b]{c}")));
}

Test(patterns, fixed_prefix)
{
	static const struct {
		const char *glob;
		size_t length;
	} cases[] = {
	    {"*.c", 0},		{"src/*.c", 3}, {"src//*.c", 3},  {"src/a*/b/*.c", 3},
	    {"src/lib/**", 7},	{"/*.c", 1},	{"//*.c", 1},	  {"/srv/x?", 4},
	    {"/srv/[ab]/c", 4}, {"a\\*/x*", 0}, {"b/a\\*/x*", 1}, {"src/main.c", 3},
	    {"main.c", 0},	{"", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(sz, patterns_fixed_prefix(cases[i].glob), cases[i].length), "%zu: %s",
			  i, cases[i].glob);
	}
}
