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
