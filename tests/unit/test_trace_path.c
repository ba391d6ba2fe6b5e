/* SPDX-License-Identifier: MIT */
/* launcher/trace_path: paths without detours, and as seen from a folder. */
#include "launcher/trace_path.h"

#include "tests/unit/scratch.h"

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

TestSuite(trace_path, .init = scratch_enter, .fini = scratch_leave);

static const struct {
	const char *path, *clean;
} texts[] = {
    {"/a/b", "/a/b"},
    {"/", "/"},
    {"//", "/"},
    {"///", "/"},
    {"/.", "/"},
    {"/./", "/"},
    {"/a/", "/a"},
    {"/a//", "/a"},
    {"/a/.", "/a"},
    {"/a/./", "/a"},
    {"//a", "/a"},
    {"/a//b", "/a/b"},
    {"/a/./b", "/a/b"},
    {"/a/././/./b/", "/a/b"},
    /* names that only begin so */
    {"/a/.b", "/a/.b"},
    {"/a/..b", "/a/..b"},
    {"/a/...", "/a/..."},
    {"/a./b", "/a./b"},
    {"/a../b", "/a../b"},
    {"/a b/\n", "/a b/\n"},
    {"/\xff/./x", "/\xff/x"},
    /* above "/" is "/" */
    {"/..", "/"},
    {"/../", "/"},
    {"/../..", "/"},
    {"/../a", "/a"},
    {"/no/../../../such", "/such"},
    /* not there: no symlink */
    {"/nonesuch/..", "/"},
    {"/nonesuch/../a", "/a"},
    {"/nonesuch/a/../b", "/nonesuch/b"},
    {"/nonesuch/a/b/../../c", "/nonesuch/c"},
    {"/nonesuch/./../a", "/a"},
    {"/nonesuch//../a", "/a"},
    /* not absolute: not one of ours */
    {"", ""},
    {"a", "a"},
    {"a/./b", "a/./b"},
    {"./a", "./a"},
    {"../a//", "../a//"},
};

Test(trace_path, clean)
{
	char clean[PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		cr_expect(
		    eq(str, (char *)trace_path_clean(texts[i].path, clean), (char *)texts[i].clean),
		    "%zu: '%s'", i, texts[i].path);
	}
}

/* Relative to the test's directory. */
static const struct {
	const char *path, *clean;
} detours[] = {
    {"folder/../x", "x"},
    {"file/../x", "x"},
    {"folder/..", ""},
    {"link/x", "link/x"},
    {"link/./x", "link/x"},
    {"link/../x", "link/../x"},
    {"link/..", "link/.."},
    {"link/./../x", "link/../x"},
    {"link//..//x/", "link/../x"},
    {"dangling/../x", "dangling/../x"},
    {"self/../x", "self/../x"},
    /* behind a link, ".." is somewhere else, and so is the next one */
    {"link/../../x", "link/../../x"},
    {"link/../folder/../x", "link/../x"},
    {"link/inner/../x", "link/x"},
    {"folder/inner/../../x", "x"},
    {"folder/up/../x", "folder/up/../x"},
    {"folder/up/../../x", "folder/up/../../x"},
    {"nonesuch/../link/../x", "link/../x"},
};

Test(trace_path, symlinks)
{
	char clean[PATH_MAX], given[2 * PATH_MAX], wanted[2 * PATH_MAX];

	make_folder("folder");
	make_folder("folder/inner");
	make_folder("away");
	make_folder("away/target");
	make_folder("away/target/inner");
	make_folder("away/folder");
	(void)put_text("file", "");
	cr_assert(zero(int, symlink("away/target", "link")));
	cr_assert(zero(int, symlink("nowhere", "dangling")));
	cr_assert(zero(int, symlink("self", "self")));
	cr_assert(zero(int, symlink("../away/target", "folder/up")));
	for (size_t i = 0; i < COUNT_OF(detours); i++) {
		(void)snprintf(given, sizeof(given), "%s/%s", directory, detours[i].path);
		(void)snprintf(wanted, sizeof(wanted), "%s%s%s", directory,
			       detours[i].clean[0] != '\0' ? "/" : "", detours[i].clean);
		cr_expect(eq(str, (char *)trace_path_clean(given, clean), wanted), "%zu", i);
	}
}

/* Up to the longest path, and as it is beyond. */
Test(trace_path, length)
{
	static char given[3 * PATH_MAX], wanted[3 * PATH_MAX];
	char clean[PATH_MAX];

	memset(wanted, 'x', sizeof(wanted));
	wanted[0] = '/';
	for (size_t at = 200; at < sizeof(wanted); at += 200) {
		wanted[at] = '/';
	}
	wanted[PATH_MAX - 1] = '\0';
	(void)snprintf(given, sizeof(given), "%s", wanted);
	cr_assert(eq(str, (char *)trace_path_clean(given, clean), wanted));
	wanted[PATH_MAX - 1] = 'x';
	for (size_t length = PATH_MAX; length < PATH_MAX + 10; length++) {
		memcpy(given, wanted, length);
		given[length] = '\0';
		given[length - 2] = '/'; /* something that could be made shorter */
		given[length - 1] = '.';
		memcpy(wanted, given, length + 1);
		cr_assert(eq(str, (char *)trace_path_clean(given, clean), wanted), "%zu", length);
		wanted[length] = 'x';
	}
}

static const struct {
	const char *path, *folder, *relative;
} views[] = {
    {"/a/b", "/a", "b"},
    {"/a/b/c", "/a", "b/c"},
    {"/a/b/c", "/a/b", "c"},
    {"/a", "/a", "."},
    {"/ab", "/a", "/ab"},
    {"/a/bc", "/a/b", "/a/bc"},
    {"/a", "/a/b", "/a"},
    {"/", "/a", "/"},
    {"/b/a/c", "/a", "/b/a/c"},
    {"/a", "/", "a"},
    {"/a/b", "/", "a/b"},
    {"/", "/", "."},
    {"nonesuch", "/a", "nonesuch"},
    {"nonesuch", "/", "nonesuch"},
    {"", "/a", ""},
};

Test(trace_path, relative)
{
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		cr_expect(eq(str, (char *)trace_path_relative(views[i].path, views[i].folder),
			     (char *)views[i].relative),
			  "%zu", i);
	}
}
