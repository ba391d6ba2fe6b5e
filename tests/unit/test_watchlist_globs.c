/* SPDX-License-Identifier: MIT */
/* launcher/watchlist: globs that are named with --watch. */
#include "launcher/watchlist.h"

#include "tests/unit/world.h"

static struct watchlist *watchlist;
static struct policy policy;

static void leave(void)
{
	patterns_free(policy.ignored);
	watchlist_free(watchlist);
	world_leave();
}

TestSuite(watchlist_globs, .init = world_enter, .fini = leave, .timeout = 60);

/* A generation with that one glob, below a folder of the test's. */
static void watch(const char *glob, const char *base)
{
	const char *paths[] = {glob};

	watchlist_free(watchlist);
	watchlist = watchlist_new(paths, 1, in_scratch(base), &policy, generations);
	cr_assert(watchlist != NULL);
	generations_set_watched(generations, watchlist_covers, watchlist);
	(void)judge();
	generations_begin(generations, true);
	watchlist_begin(watchlist);
	expect_no_change("everything is as it is");
}

/* Saves a file, there or new, and looks whether that is a change. */
static void expect_covered(const char *glob, const char *base, const char *name, bool covered)
{
	for (int is_new = 0; is_new < 2; is_new++) {
		(void)unlink(name);
		if (!is_new) {
			save(name, "1");
		}
		watch(glob, base);
		save(name, "22");
		cr_expect(eq(u32, covered ? judge_until(1).changed : judge().changed, covered),
			  "%s, %s %s", glob, is_new ? "new" : "old", name);
	}
}

Test(watchlist_globs, covered)
{
	static const struct {
		const char *glob, *base, *name;
		bool covered;
	} cases[] = {
	    {"*.html", "", "a.html", true},
	    {"*.html", "", "a.css", false},
	    {"*.html", "", "sub/a.html", false},
	    {"*.html", "sub", "sub/a.html", true},
	    {"*.html", "sub", "a.html", false},
	    {"sub/*.html", "", "sub/a.html", true},
	    {"./sub/?.html", "", "sub/a.html", true},
	    {"../*.html", "sub", "a.html", true},
	    {"**/*.html", "", "sub/deep/a.html", true},
	    {"**/*.html", "", "a.html", true},
	    {"sub/**", "", "sub/deep/a.css", true},
	    {"sub/**", "", "a.css", false},
	    {"s[tuv]b/*/a.*", "", "sub/deep/a.x", true},
	    {"*", "", ".hidden", false},
	    {".*", "", ".hidden", true},
	    {"**/x", "", ".git/x", false},
	    {"link/*.html", "", "sub/a.html", true},
	    {"sub//*.html", "", "sub/a.html", true},
	};

	cr_assert(zero(int, system("mkdir -p sub/deep .git")));
	cr_assert(zero(int, symlink("sub", "link")));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect_covered(cases[i].glob, cases[i].base, cases[i].name, cases[i].covered);
	}
}

/* Absolute ones, in a folder whose name has characters that are special in globs. */
Test(watchlist_globs, special_characters_around)
{
	char glob[PATH_MAX];

	cr_assert(zero(int, system("mkdir -p 'a[1]*' 'plain'")));
	expect_covered("*.html", "a[1]*", "a[1]*/x.html", true);
	(void)snprintf(glob, sizeof(glob), "%s/*.html", in_scratch("plain"));
	expect_covered(glob, "a[1]*", "plain/x.html", true);
	expect_covered(glob, "a[1]*", "a[1]*/x.html", false);
}

/* "pages/[id].js" as a shell hands it on, or completes it: there is a file of that name. */
Test(watchlist_globs, file_with_special_characters)
{
	make_folder("pages");
	save("pages/[id].js", "1");
	watch("pages/[id].js", "");
	save("pages/[id].js", "22");
	expect_changes(1, "the file that is called so");
}

/* Who names a glob means just that: not even the command's own writing takes it away. */
Test(watchlist_globs, pinned)
{
	save("a.html", "1");
	watch("*.html", "");
	generations_write(generations, in_scratch("a.html"));
	save("a.html", "22");
	expect_changes(1, "pinned");
	/* What --ignore covers is left out of a glob. */
	policy.ignored = patterns_new();
	cr_assert(zero(int, patterns_add(policy.ignored, "b*")));
	save("b.html", "1");
	watch("*.html", "");
	save("b.html", "22");
	expect_no_change("ignored");
}

/* New folders, and a fixed part that is not there yet. */
Test(watchlist_globs, new_folders)
{
	cr_assert(zero(int, system("mkdir -p src made/deep")));
	save("made/deep/a.html", "1");
	save("made/deep/a.css", "1");
	watch("src/**/*.html", "");
	cr_assert(zero(int, rename("made", "src/moved")));
	expect_changes(1, "moved in");
	make_folder("src/new");
	expect_no_change("empty");
	save("src/new/b.html", "1");
	expect_changes(1, "in a new folder");
}

Test(watchlist_globs, fixed_part_later)
{
	watch("gen/out/*.json", "");
	make_folder("gen");
	expect_no_change("on its way");
	make_folder("gen/out");
	expect_no_change("there, and empty");
	save("gen/out/a.json", "1");
	expect_changes(1, "appeared");
	save("gen/out/a.txt", "1");
	expect_no_change("not covered");
}
