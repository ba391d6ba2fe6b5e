/* SPDX-License-Identifier: MIT */
/* launcher/births: files that nobody has asked for by name. */
#include "launcher/births.h"

#include "tests/unit/world.h"

TestSuite(births, .init = world_enter, .fini = world_leave, .timeout = 60);

static void list(const char *name, bool again)
{
	generations_list(generations, in_scratch(name), use_of(name, DEPENDENCY_LISTED), again);
}

/* A folder, older than all that is in it by its time; what is read in it, and what is not. */
static void have_folder(const char *name, const char *const read[], const char *const unread[])
{
	char whole[PATH_MAX];

	make_folder(name);
	for (; *unread != NULL; unread++) {
		(void)snprintf(whole, sizeof(whole), "%s/%s", name, *unread);
		save(whole, "1");
	}
	for (; *read != NULL; read++) {
		(void)snprintf(whole, sizeof(whole), "%s/%s", name, *read);
		save(whole, "1");
		depend(whole);
	}
	touch(name);
	list(name, false);
	expect_no_change("arrival");
}

#define NAMES(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* While all is well: does the command read all files of that kind? */
Test(births, healthy)
{
	static const struct {
		const char *what;
		const char *read[4], *unread[4];
		const char *made;
		bool counts;
	} cases[] = {
	    {"all are read", {"a.html", "b.html"}, {NULL}, "c.html", true},
	    {"one is not", {"a.html", "b.html"}, {"x.html"}, "c.html", false},
	    {"others are not", {"a.html"}, {"x.txt", "y.htm", "z"}, "c.html", true},
	    {"none is there", {"a.txt"}, {NULL}, "c.html", false},
	    {"none is read", {"a.txt"}, {"a.html"}, "c.html", false},
	    {"no extension", {"a", "b"}, {NULL}, "c", false},
	    {"an empty one", {"a."}, {NULL}, "c.", false},
	    {"nothing before the dot", {".html"}, {NULL}, "c.html", false},
	    {"the last dot's", {"a.html.erb"}, {"x.html"}, "c.txt.erb", true},
	    {"unread litter", {"a.html~", "b.html~"}, {NULL}, "c.html~", false},
	    {"an unread dot file", {"a.html"}, {".x.html"}, "c.html", true},
	    {"a dot file", {".a.html", "b.html"}, {NULL}, ".c.html", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char folder[16], whole[32];

		(void)snprintf(folder, sizeof(folder), "app-%zu", i);
		(void)snprintf(whole, sizeof(whole), "%s/%s", folder, cases[i].made);
		have_folder(folder, cases[i].read, cases[i].unread);
		save(whole, "1");
		cr_expect(eq(u32, judge().changed, cases[i].counts), "%s", cases[i].what);
	}
}

/* What could not have been read, or is the command's, says nothing. */
Test(births, does_not_count_against)
{
	have_folder("app", NAMES("a.html"), NAMES("x.txt"));
	make_folder("app/folder.html");
	generations_write(generations, in_scratch("app/own.html"));
	save("app/own.html", "1");
	drop_hints();
	save("app/b.html", "1");
	expect_changes(1, "the first");
	cr_expect(eq(u32, told("changed", "app/b.html", "appeared"), 1));
	save("app/c.html", "1");
	expect_changes(1, "the second: the first has not been read, and could not");
	/* One that is only looked at, or looked for, is not read. */
	generations_begin(generations, true);
	save("app/looked-at.html", "1");
	for (char letter = 'a'; letter <= 'c'; letter++) {
		char name[] = {'a', 'p', 'p', '/', letter, '.', 'h', 't', 'm', 'l', '\0'};

		depend(name);
	}
	generations_depend(generations, in_scratch("app/looked-at.html"),
			   use_of("app/looked-at.html", DEPENDENCY_STAT));
	list("app", false);
	(void)judge();
	save("app/d.html", "1");
	expect_no_change("one has only been looked at");
}

/* A folder is not read anew for each of many new files; but when the one is read at last ... */
Test(births, unread_at_last)
{
	have_folder("app", NAMES("a.html", "a.txt"), NAMES("x.html"));
	have_folder("other", NAMES("a.html"), (const char *const[]){NULL});
	for (char letter = 'b'; letter <= 'd'; letter++) {
		char name[] = {'a', 'p', 'p', '/', letter, '.', 'h', 't', 'm', 'l', '\0'};

		save(name, "1");
		expect_no_change(name);
	}
	save("other/new.html", "1");
	expect_changes(1, "another folder");
	save("app/f.html", "1");
	expect_no_change("unread still");
	save("app/new.txt", "1");
	expect_changes(1, "another kind");
	save("app/e.html", "1");
	expect_no_change("still unread");
	depend("app/x.html");
	save("app/g.html", "1");
	expect_changes(1, "all are read");
	save("app/y.html", "1");
	expect_changes(1, "all are read still");
}

/* An unread one that is gone does not count against for ever. */
Test(births, unread_is_gone)
{
	have_folder("app", NAMES("a.html"), NAMES("x.html"));
	save("app/b.html", "1");
	expect_no_change("one is unread");
	cr_assert(zero(int, unlink("app/x.html")));
	save("app/c.html", "1");
	expect_changes(1, "it is gone");
}

/* What CPython's importer lists says nothing of modules; of anything else it does. */
Test(births, listed_by_importer)
{
	static const char *const modules[] = {"a.py", "b.html", NULL};

	have_folder("script", modules, (const char *const[]){NULL});
	have_folder("package", modules, (const char *const[]){NULL});
	have_folder("plugins", modules, (const char *const[]){NULL});
	strcpy(policy.script, in_scratch("script/main.py"));
	depend("package/__init__.abi3.so");
	expect_no_change("looked for in vain");
	save("script/new.py", "1");
	expect_no_change("where the script is");
	save("package/new.py", "1");
	expect_no_change("a package");
	save("plugins/new.py", "1");
	expect_changes(1, "no package");
	save("script/new.html", "1");
	save("package/new.html", "1");
	expect_changes(2, "no modules");
	strcpy(policy.folder, in_scratch("plugins"));
	save("plugins/newer.py", "1");
	expect_no_change("the working directory");
}

/* The importer does not list an unchanged folder again: that is the program's own doing. */
Test(births, listed_twice)
{
	static const char *const modules[] = {"a.py", NULL}, *const none[] = {NULL};
	static const struct {
		const char *what;
		bool again, changed, by_another;
		bool counts;
	} cases[] = {
	    {"by the same process", true, false, false, true},
	    {"by another process", false, false, false, false},
	    {"by one that did so before, but not first", true, false, true, false},
	    {"of a changed folder", true, true, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char folder[16], whole[32];
		struct use use;

		(void)snprintf(folder, sizeof(folder), "app-%zu", i);
		(void)snprintf(whole, sizeof(whole), "%s/new.py", folder);
		have_folder(folder, modules, none);
		strcpy(policy.folder, in_scratch(folder));
		if (cases[i].changed) {
			touch(folder);
			drop_hints();
		}
		use = use_of(folder, DEPENDENCY_LISTED);
		use.pid += cases[i].by_another;
		generations_list(generations, in_scratch(folder), use, cases[i].again);
		save(whole, "1");
		cr_expect(eq(u32, judge().changed, cases[i].counts), "%s", cases[i].what);
	}
}

static struct verdict look_at(const char *name)
{
	struct verdict verdict = {0};
	struct hint hint = {.kind = HINT_BELOW};

	drop_hints();
	strcpy(hint.path, in_scratch(name));
	generations_judge(generations, &hint, &verdict);
	generations_verify(generations, &verdict);
	return verdict;
}

/* Made while the command ran well, and then it fails: it may be what was lacking. */
Test(births, made_before_the_failure)
{
	static const char *const none[] = {NULL};

	have_folder("app", NAMES("a.html"), none);
	have_folder("same", NAMES("a.html"), none);
	make_folder("unlisted");
	save("app/new", "1");
	save("app/.dot", "1");
	save("unlisted/new", "1");
	generations_write(generations, in_scratch("app/own"));
	save("app/own", "1");
	expect_no_change("healthy");
	generations_fail(generations);
	expect_changes(1, "failed");
	cr_expect(eq(u32, told("changed", "app/new", "appeared"), 1));
	cr_expect(zero(u32, look_at("app").changed), "counted once");
}

/* By the folder's time at the listing: what is older has been seen by who listed it. */
Test(births, younger_and_older)
{
	static const struct timespec early[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	static const struct timespec late[2] = {{.tv_sec = INT32_MAX}, {.tv_sec = INT32_MAX}};

	for (int younger = 0; younger < 2; younger++) {
		const char *folder = younger ? "younger" : "older";
		char whole[32];

		make_folder(folder);
		(void)snprintf(whole, sizeof(whole), "%s/before", folder);
		save(whole, "1");
		cr_assert(zero(int, utimensat(AT_FDCWD, folder, younger ? early : late, 0)));
		list(folder, false);
		/* No other time: nothing was made in it. */
		generations_fail(generations);
		expect_no_change("unchanged");
		(void)snprintf(whole, sizeof(whole), "%s/after", folder);
		make_folder(whole);
		drop_hints();
		cr_expect(eq(u32, look_at(folder).changed, younger), "%s", folder);
		generations_begin(generations, false);
	}
}

/* Events were lost, or the folder was moved: the same rules, without one. */
Test(births, examined)
{
	static const char *const none[] = {NULL};

	have_folder("app", NAMES("a.html"), none);
	have_folder("apple", NAMES("a.html"), none);
	save("app/b.html", "1");
	save("app/b.txt", "1");
	save("apple/b.html", "1");
	make_folder("app/c.html");
	cr_expect(zero(u32, look_at("other").changed));
	cr_expect(eq(u32, look_at("app").changed, 1));
	cr_expect(eq(u32, told("changed", "app/b.html", "appeared"), 1));
	cr_expect(eq(u32, look_at("").changed, 1));
	cr_expect(eq(u32, told("changed", "apple/b.html", "appeared"), 1));
	generations_fail(generations);
	cr_expect(eq(u32, look_at("").changed, 1));
	cr_expect(eq(u32, told("changed", "app/b.txt", "appeared"), 1));
}
