/* SPDX-License-Identifier: MIT */
/* launcher/dependencies: the set, and how the disk differs from what is known. */
#include "launcher/dependencies.h"

#include "launcher/identity.h"
#include "tests/unit/scratch.h"

static struct dependencies *set;

static void enter(void)
{
	scratch_enter();
	set = dependencies_new();
	cr_assert(set != NULL);
}

static void leave(void)
{
	dependencies_free(set);
	scratch_leave();
}

TestSuite(dependencies, .init = enter, .fini = leave);

Test(dependencies, enter_and_find)
{
	char text[] = "/a/b";
	struct dependency *first, *second;
	bool made = false;

	cr_assert(zero(sz, dependencies_count(set)));
	cr_assert(dependencies_find(set, "/a/b") == NULL);
	first = dependencies_enter(set, text, &made);
	cr_assert(made);
	cr_assert(eq(str, first->path, "/a/b"));
	cr_assert(eq(int, (int)first->role, DEPENDENCY_SEEN));
	cr_assert(not(first->present));
	cr_assert(not(first->changed));
	/* The path is the set's own. */
	text[1] = 'x';
	cr_assert(eq(str, first->path, "/a/b"));
	cr_assert(dependencies_find(set, "/a/b") == first);
	first->role = DEPENDENCY_TRIGGER;
	second = dependencies_enter(set, "/a/b", &made);
	cr_assert(second == first);
	cr_assert(not(made));
	cr_assert(eq(int, (int)second->role, DEPENDENCY_TRIGGER));
	cr_assert(dependencies_find(set, "/a") == NULL);
	cr_assert(dependencies_find(set, "/a/b/") == NULL);
	cr_assert(dependencies_enter(set, "/a", &made) != first);
	cr_assert(made);
	cr_assert(eq(sz, dependencies_count(set), 2));
	dependencies_free(NULL);
}

static void expect_next(struct dependency *dependency, void *context)
{
	int *number = context;
	char wanted[32];

	(void)snprintf(wanted, sizeof(wanted), "/file-%d", (*number)++);
	cr_assert(eq(str, dependency->path, wanted));
}

/* In the order they came, however many there are; and they stay where they are. */
Test(dependencies, many)
{
	struct dependency *first = NULL;
	int number = 0;
	bool made;

	for (int i = 0; i < 5000; i++) {
		char name[32];
		struct dependency *entered;

		(void)snprintf(name, sizeof(name), "/file-%d", i);
		entered = dependencies_enter(set, name, &made);
		cr_assert(entered != NULL && made);
		first = first != NULL ? first : entered;
	}
	cr_assert(eq(sz, dependencies_count(set), 5000));
	cr_assert(dependencies_find(set, "/file-0") == first);
	dependencies_each(set, expect_next, &number);
	cr_assert(eq(int, number, 5000));
}

static void mark(struct dependency *dependency, void *context)
{
	unsigned *count = context;

	cr_expect(not(dependency->changed), "%s is visited twice", dependency->path);
	dependency->changed = true;
	(*count)++;
}

static void unmark(struct dependency *dependency, void *context)
{
	(void)context;
	dependency->changed = false;
}

/* What lies at the path and below it: each once, and nothing that is only called alike. */
Test(dependencies, each_below)
{
	static const char *const paths[] = {
	    "/a/b",	"/a/b/1", "/a/b/c/d/e/2", "/a/b/c/3", "/a/bc",	  "/a/bc/4",
	    "/a/b.d/5", "/ab/6",  "/a/b/c/d",	  "/7",	      "/a/b/x/8", "/a/b/c/d/e/f/9"};
	static const struct {
		const char *top;
		const char *visited; /* one letter for each path */
	} cases[] = {
	    {"/a/b", "yyyy----y-yy"},	  {"/a/b/c", "--yy----y--y"},
	    {"/a/b/c/d", "--y-----y--y"}, {"/a/b/c/d/e/f", "-----------y"},
	    {"/a/b/x", "----------y-"},	  {"/a/b/1", "-y----------"},
	    {"/a/bc", "----yy------"},	  {"/a", "yyyyyyy-y-yy"},
	    {"/ab", "-------y----"},	  {"/", "yyyyyyyyyyyy"},
	    {"/b", "------------"},	  {"/a/b/c/d/e/f/9/below", "------------"},
	    {"/a/b/", "------------"},
	};
	bool made;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_assert(dependencies_enter(set, paths[i], &made) != NULL && made);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned count = 0;

		dependencies_each_below(set, cases[i].top, mark, &count);
		for (size_t j = 0; j < sizeof(paths) / sizeof(paths[0]); j++) {
			cr_expect(eq(int, dependencies_find(set, paths[j])->changed,
				     cases[i].visited[j] == 'y'),
				  "below %s: %s", cases[i].top, paths[j]);
		}
		dependencies_each(set, unmark, NULL);
	}
	dependencies_clear(set);
	cr_expect(zero(sz, dependencies_count(set)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned count = 0;

		dependencies_each_below(set, cases[i].top, mark, &count);
		cr_expect(zero(u32, count), "%s", cases[i].top);
	}
}

/* The depth and the width of a tree are not ours to bound. */
Test(dependencies, each_below_deep_and_wide)
{
	char deep[PATH_MAX] = "";
	char name[64];
	unsigned count = 0;
	bool made;

	for (unsigned depth = 0; depth < 2000; depth++) {
		strcpy(deep + 2 * depth, "/d");
		cr_assert(dependencies_enter(set, deep, &made) != NULL && made);
	}
	for (unsigned i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "/w/%u/file", i);
		cr_assert(dependencies_enter(set, name, &made) != NULL && made);
	}
	dependencies_each_below(set, "/", mark, &count);
	cr_expect(eq(u32, count, 4000));
	dependencies_each(set, unmark, NULL);
	count = 0;
	dependencies_each_below(set, "/w", mark, &count);
	cr_expect(eq(u32, count, 2000));
	dependencies_each_below(set, "/d/d", mark, &count);
	cr_expect(eq(u32, count, 3999));
}

static void add_below(struct dependency *dependency, void *context)
{
	unsigned *count = context;
	char name[PATH_MAX];
	bool made;

	if (*count < 3000) {
		(void)snprintf(name, sizeof(name), "%s/%u", dependency->path, (*count)++);
		cr_assert(dependencies_enter(set, name, &made) != NULL);
		(void)snprintf(name, sizeof(name), "/other/%u", *count);
		cr_assert(dependencies_enter(set, name, &made) != NULL);
	}
}

/* Hundreds are added meanwhile: those that were there are visited all the same. */
Test(dependencies, each_below_while_adding)
{
	char name[32];
	unsigned count = 0;
	bool made;

	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "/a/file-%u", i);
		cr_assert(dependencies_enter(set, name, &made) != NULL);
	}
	dependencies_each_below(set, "/a", add_below, &count);
	cr_expect(ge(u32, count, 1000));
	cr_expect(gt(sz, dependencies_count(set), 3000));
	count = 0;
	dependencies_each_below(set, "/a", mark, &count);
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "/a/file-%u", i);
		cr_expect(dependencies_find(set, name)->changed, "%s", name);
	}
}

/* Knows the file as it is now. */
static struct dependency *know(const char *name)
{
	bool made;
	struct dependency *dependency = dependencies_enter(set, in_scratch(name), &made);

	cr_assert(dependency != NULL);
	dependency->present = identity_of_path(dependency->path, &dependency->identity);
	return dependency;
}

static void expect_change(const char *name, enum dependency_change change)
{
	struct dependency *dependency = dependencies_find(set, in_scratch(name));
	struct sight now;

	sight_take(&now, in_scratch(name), false);
	cr_expect(eq(int, (int)dependency_compare(dependency, &now), (int)change), "%s", name);
}

Test(dependencies, compare)
{
	static const char *const there[] = {"same", "written",	   "replaced", "removed",
					    "link", "folder-link", "touched"};
	struct dependency *known;

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		save(there[i], "1");
	}
	cr_assert(zero(int, unlink("link")));
	cr_assert(zero(int, symlink("same", "link")));
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		(void)know(there[i]);
		expect_change(there[i], CHANGE_NONE);
	}
	(void)know("appeared");
	(void)know("absent");
	(void)know("same/below-a-file");

	save("written", "22");
	save_by_rename("replaced", "1");
	cr_assert(zero(int, unlink("removed")));
	save("appeared", "1");
	cr_assert(zero(int, chmod("same", 0600)));
	expect_change("same", CHANGE_NONE);
	expect_change("same/below-a-file", CHANGE_NONE);
	expect_change("absent", CHANGE_NONE);
	expect_change("written", CHANGE_WRITTEN);
	expect_change("replaced", CHANGE_REPLACED);
	expect_change("removed", CHANGE_REMOVED);
	expect_change("appeared", CHANGE_APPEARED);
	/* A link is what it is itself, whatever happens behind it; retargeted it is another. */
	save("same", "22");
	expect_change("link", CHANGE_NONE);
	cr_assert(zero(int, symlink("other", "link.new")));
	cr_assert(zero(int, rename("link.new", "link")));
	expect_change("link", CHANGE_REPLACED);
	/* Older is as different as newer. */
	known = know("touched");
	known->identity.mtime_ns++;
	expect_change("touched", CHANGE_WRITTEN);
	known->identity.mtime_ns -= 2;
	expect_change("touched", CHANGE_WRITTEN);
	/* Another file, though the inode's number is the same. */
	known->identity.mtime_ns++;
	expect_change("touched", CHANGE_NONE);
	known->identity.device++;
	expect_change("touched", CHANGE_REPLACED);
}

/* The words of --events: tools rest on them. */
Test(dependencies, words)
{
	static const char *const reasons[] = {"read",	 "stat",   "executed", "loaded", "cache",
					      "missing", "listed", "link",     "watch"};
	static const char *const changes[] = {"none",	  "touched",  "written",
					      "replaced", "appeared", "removed"};

	for (int i = DEPENDENCY_READ; i <= DEPENDENCY_WATCH; i++) {
		cr_expect(eq(str, (char *)dependency_reason_word((enum dependency_reason)i),
			     (char *)reasons[i]));
	}
	for (int i = CHANGE_NONE; i <= CHANGE_REMOVED; i++) {
		cr_expect(eq(str, (char *)dependency_change_word((enum dependency_change)i),
			     (char *)changes[i]));
	}
}

static bool keep_odd(const struct dependency *dependency, void *context)
{
	unsigned *asked = context;

	(*asked)++;
	return dependency->may_write;
}

static void count(struct dependency *dependency, void *context)
{
	unsigned *visits = context;

	cr_assert(dependency->may_write);
	(*visits)++;
}

static void count_all(struct dependency *dependency, void *context)
{
	unsigned *visits = context;

	(void)dependency;
	(*visits)++;
}

/* What is kept stays where it is, and is found as before; what is not can come again. */
Test(dependencies, prune)
{
	struct dependency *kept[5000] = {NULL};
	unsigned asked = 0, visits = 0;
	char text[64];
	bool made;

	cr_assert(not(dependencies_has_doubled(set)));
	for (int i = 0; i < 10000; i++) {
		struct dependency *dependency;

		(void)snprintf(text, sizeof(text), "/%d/%d/file", i % 7, i);
		dependency = dependencies_enter(set, text, &made);
		dependency->may_write = i % 2 == 1;
		if (i % 2 == 1) {
			kept[i / 2] = dependency;
		}
	}
	cr_assert(dependencies_has_doubled(set));
	dependencies_prune(set, keep_odd, &asked);
	cr_assert(eq(u32, asked, 10000));
	cr_assert(eq(sz, dependencies_count(set), 5000));
	cr_assert(not(dependencies_has_doubled(set)));
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(text, sizeof(text), "/%d/%d/file", i % 7, i);
		cr_assert(dependencies_find(set, text) == (i % 2 == 1 ? kept[i / 2] : NULL));
	}
	dependencies_each_below(set, "/", count, &visits);
	cr_assert(eq(u32, visits, 5000));
	visits = 0;
	dependencies_each_below(set, "/3", count, &visits);
	cr_assert(eq(u32, visits, 715));
	visits = 0;
	dependencies_each_below(set, "/2/2", count, &visits);
	cr_assert(zero(u32, visits));
	cr_assert(dependencies_enter(set, "/2/2/file", &made) != NULL && made);
	dependencies_each(set, count_all, &visits);
	cr_assert(eq(u32, visits, 5001));
	for (int i = 0; i < 4999; i++) {
		cr_assert(not(dependencies_has_doubled(set)));
		(void)snprintf(text, sizeof(text), "/more/%d", i);
		(void)dependencies_enter(set, text, &made);
	}
	cr_assert(dependencies_has_doubled(set));
}

static bool keep_none(const struct dependency *dependency, void *context)
{
	(void)dependency;
	(void)context;
	return false;
}

/* Nobody makes it take all memory: what is there stays, and there is room again after a prune. */
Test(dependencies, full)
{
	static char text[3500];
	struct dependency *first;
	unsigned long count = 0;
	bool made;

	first = dependencies_enter(set, "/first", &made);
	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(text); i += 200) {
		text[i] = '/'; /* each folder on the way is kept as well */
	}
	do {
		(void)snprintf(text + 3400, 90, "/%lu", count);
		count++;
	} while (dependencies_enter(set, text, &made) != NULL);
	cr_assert(all(ge(u64, count, 50000), le(u64, count, 100000)), "%lu", count);
	cr_assert(dependencies_is_full(set));
	cr_assert(dependencies_find(set, text) == NULL);
	cr_assert(dependencies_enter(set, "/first", &made) == first);
	dependencies_prune(set, keep_none, NULL);
	cr_assert(not(dependencies_is_full(set)));
	cr_assert(dependencies_enter(set, text, &made) != NULL);
}
