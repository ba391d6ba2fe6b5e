/* SPDX-License-Identifier: MIT */
/* launcher/trace_filter: which facts are wanted. */
#include "launcher/trace_filter.h"

#include "tests/unit/told.h"

#define ONLY(kind) (1u << (kind))

static char project[] = "/home/u/project", among_system[] = "/usr/src/app";
static struct trace_filter *filter;
static struct policy policy;

static void enter(void)
{
	scratch_enter();
	policy =
	    (struct policy){.roots = {.paths = {project, among_system, directory}, .count = 3}};
	(void)snprintf(policy.folder, sizeof(policy.folder), "%s", directory);
}

static void leave(void)
{
	patterns_free(policy.ignored);
	scratch_leave();
}

TestSuite(trace_filter, .init = enter, .fini = leave, .timeout = 60);

static void filter_for(unsigned kinds, const char *why)
{
	static const char *whys[1];
	struct trace_wishes wishes = {.kinds = kinds, .why = whys, .why_count = why != NULL};

	whys[0] = why;
	filter = trace_filter_new(&wishes, &policy);
	cr_assert(filter != NULL);
}

static void ignore(const char *line)
{
	policy.ignored = patterns_new();
	cr_assert(policy.ignored != NULL);
	cr_assert(zero(int, patterns_add(policy.ignored, line)));
}

static void forget(void)
{
	trace_filter_free(filter);
	filter = NULL;
	patterns_free(policy.ignored);
	policy.ignored = NULL;
}

static bool wants(enum trace_kind kind, const char *of, const char *to)
{
	struct trace_fact fact = fact_of(kind, of);

	fact.to = to;
	return trace_filter_wants(filter, &fact);
}

Test(trace_filter, kinds)
{
	for (int kind = 0; kind < TRACE_ASKABLE; kind++) {
		const char *to =
		    kind == TRACE_RENAME || kind == TRACE_LINK ? "/home/u/project/y" : NULL;

		filter_for(0, NULL);
		cr_expect(wants((enum trace_kind)kind, "/home/u/project/x", to), "%d", kind);
		forget();
		for (int only = 0; only < TRACE_ASKABLE; only++) {
			filter_for(ONLY(only), NULL);
			cr_expect(eq(int, wants((enum trace_kind)kind, "/home/u/project/x", to),
				     kind == only),
				  "%d, only %d", kind, only);
			forget();
		}
	}
	filter_for(ONLY(TRACE_READ) | ONLY(TRACE_EXEC), NULL);
	cr_expect(wants(TRACE_READ, "/a", NULL));
	cr_expect(wants(TRACE_EXEC, "/a", NULL));
	cr_expect(not(wants(TRACE_LOAD, "/a", NULL)));
	forget();
}

static const struct {
	enum trace_kind kind;
	const char *path, *to;
	bool usually, with_all;
} places[] = {
    {TRACE_READ, "/home/u/project/a", NULL, true, true},
    {TRACE_READ, "/home/u/other/a", NULL, true, true},
    {TRACE_READ, "/etc/myapp.conf", NULL, true, true},
    {TRACE_LIST, "/", NULL, true, true},
    {TRACE_READ, "/usr/lib/python3/os.py", NULL, false, true},
    {TRACE_STAT, "/usr/bin/cc", NULL, false, true},
    {TRACE_LIST, "/usr", NULL, false, true},
    {TRACE_LOAD, "/usr/lib/libz.so", NULL, false, true},
    {TRACE_LOAD, "/lib64/ld-linux-x86-64.so.2", NULL, false, true},
    {TRACE_WRITE, "/dev/null", NULL, false, true},
    {TRACE_READ, "/proc/self/maps", NULL, false, true},
    {TRACE_MISSING, "/etc/ld.so.preload", NULL, false, true},
    {TRACE_MISSING, "/usr/local/bin/nonesuch", NULL, false, true},
    {TRACE_REMOVE, "/usr/lib/x", NULL, false, true},
    /* the project, among the system's */
    {TRACE_READ, "/usr/src/app/main.c", NULL, true, true},
    {TRACE_LIST, "/usr/src/app", NULL, true, true},
    {TRACE_READ, "/usr/src/application/main.c", NULL, false, true},
    {TRACE_READ, "/usr/src/main.c", NULL, false, true},
    /* a program that is run is told wherever it lies */
    {TRACE_EXEC, "/usr/bin/cc", NULL, true, true},
    {TRACE_EXEC, "/proc/self/exe", NULL, true, true},
    {TRACE_EXEC, "/lib64/ld-linux-x86-64.so.2", NULL, true, true},
    /* a name that is nowhere is not the system's */
    {TRACE_MISSING, "nonesuch", NULL, true, true},
    /* a version control system's own is hidden from restarts only */
    {TRACE_READ, "/home/u/project/.git/index", NULL, true, true},
    {TRACE_WRITE, "/home/u/other/.svn/entries", NULL, true, true},
    {TRACE_RENAME, "/home/u/project/.git/index.lock", "/home/u/project/.git/index", true, true},
    /* one of two names is enough */
    {TRACE_RENAME, "/usr/lib/a", "/usr/lib/b", false, true},
    {TRACE_RENAME, "/usr/lib/a", "/home/u/project/b", true, true},
    {TRACE_RENAME, "/home/u/project/a", "/usr/lib/b", true, true},
};

Test(trace_filter, system_paths)
{
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		policy.all = false;
		filter_for(0, NULL);
		cr_expect(
		    eq(int, wants(places[i].kind, places[i].path, places[i].to), places[i].usually),
		    "%zu: %s", i, places[i].path);
		forget();
		policy.all = true;
		filter_for(0, NULL);
		cr_expect(eq(int, wants(places[i].kind, places[i].path, places[i].to),
			     places[i].with_all),
			  "%zu: %s, all", i, places[i].path);
		forget();
	}
}

/* As for a depfile, in which they would be inputs. */
Test(trace_filter, hidden_programs)
{
	static const struct {
		const char *path;
		bool all, wanted;
	} cases[] = {
	    {"/usr/bin/cc", false, false},	{"/usr/bin/cc", true, true},
	    {"/usr/src/app/tool", false, true}, {"/home/u/project/tool", false, true},
	    {"/opt/tool", false, true},
	};
	struct trace_wishes wishes = {.hides_programs = true};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		policy.all = cases[i].all;
		filter = trace_filter_new(&wishes, &policy);
		cr_assert(filter != NULL);
		cr_expect(eq(int, wants(TRACE_EXEC, cases[i].path, NULL), cases[i].wanted), "%zu",
			  i);
		forget();
	}
}

/* Wanted, but for its kind. */
Test(trace_filter, concerns)
{
	struct trace_fact fact = fact_of(TRACE_WRITE, "/home/u/project/x");

	filter_for(ONLY(TRACE_READ), NULL);
	cr_expect(not(trace_filter_wants(filter, &fact)));
	cr_expect(trace_filter_concerns(filter, &fact));
	fact.path = "/usr/lib/x";
	cr_expect(not(trace_filter_concerns(filter, &fact)));
	forget();
	filter_for(ONLY(TRACE_READ), "/home/u/project/y");
	fact.path = "/home/u/project/x";
	cr_expect(not(trace_filter_concerns(filter, &fact)));
	forget();
}

static const struct {
	const char *ignored, *extensions;
	unsigned only;
	enum trace_kind kind;
	const char *path, *to;
	bool wanted;
} rules[] = {
    {"*.log", NULL, 0, TRACE_WRITE, "/home/u/project/a/b.log", NULL, false},
    {"*.log", NULL, 0, TRACE_WRITE, "/home/u/project/a/b.txt", NULL, true},
    {"*.log", NULL, 0, TRACE_READ, "/opt/b.log", NULL, false},
    {"/sub", NULL, 0, TRACE_READ, "/home/u/project/sub/x", NULL, false},
    {"/sub", NULL, 0, TRACE_READ, "/home/u/project/a/sub/x", NULL, true},
    {"/opt/sub", NULL, 0, TRACE_READ, "/opt/sub/x", NULL, false},
    {"cc", NULL, 0, TRACE_EXEC, "/usr/bin/cc", NULL, false},
    {"cc", NULL, 0, TRACE_EXEC, "/usr/bin/make", NULL, true},
    {".git", NULL, 0, TRACE_READ, "/home/u/project/.git/index", NULL, false},
    /* not only ignored */
    {"*.log", NULL, ONLY(TRACE_READ), TRACE_READ, "/home/u/project/x", NULL, true},
    {"*.log", NULL, ONLY(TRACE_READ), TRACE_WRITE, "/home/u/project/x", NULL, false},
    {"*.tmp", NULL, 0, TRACE_RENAME, "/home/u/project/a.tmp", "/home/u/project/b.tmp", false},
    {"*.tmp", NULL, 0, TRACE_RENAME, "/home/u/project/a.tmp", "/home/u/project/a", true},
    {"*.tmp", NULL, 0, TRACE_RENAME, "/home/u/project/a", "/home/u/project/a.tmp", true},
    /* one name hidden by one rule, one by another */
    {"*.tmp", NULL, 0, TRACE_RENAME, "/usr/lib/a", "/home/u/project/a.tmp", false},
    {NULL, "py", 0, TRACE_READ, "/home/u/project/a.py", NULL, true},
    {NULL, "py", 0, TRACE_READ, "/home/u/project/a.pyc", NULL, false},
    {NULL, "py", 0, TRACE_READ, "/home/u/project/py", NULL, false},
    {NULL, "html,py", 0, TRACE_MISSING, "/home/u/project/a.py", NULL, true},
    /* folders, too, and programs */
    {NULL, "py", 0, TRACE_LIST, "/home/u/project/a", NULL, false},
    {NULL, "py", 0, TRACE_MKDIR, "/home/u/project/a", NULL, false},
    {NULL, "py", 0, TRACE_LIST, "/home/u/project/a.py", NULL, true},
    {NULL, "py", 0, TRACE_EXEC, "/usr/bin/cc", NULL, false},
    {NULL, "py", 0, TRACE_EXEC, "/usr/bin/tool.py", NULL, true},
    {NULL, "py", 0, TRACE_READ, "/usr/lib/python3/os.py", NULL, false},
    /* a name that is nowhere is a name all the same */
    {NULL, "py", 0, TRACE_MISSING, "nonesuch", NULL, false},
    {NULL, "py", 0, TRACE_MISSING, "nonesuch.py", NULL, true},
    {"nonesuch", NULL, 0, TRACE_MISSING, "nonesuch", NULL, false},
    {"other", NULL, 0, TRACE_MISSING, "nonesuch", NULL, true},
    {NULL, "py", 0, TRACE_RENAME, "/home/u/project/a.tmp", "/home/u/project/a.py", true},
    {NULL, "py", 0, TRACE_RENAME, "/home/u/project/a.py", "/home/u/project/a.old", true},
    {NULL, "py", 0, TRACE_RENAME, "/home/u/project/a.tmp", "/home/u/project/a", false},
    {"test_*", "py", 0, TRACE_READ, "/home/u/project/test_a.py", NULL, false},
    {"test_*", "py", 0, TRACE_READ, "/home/u/project/a.py", NULL, true},
    /* a program that was not asked for */
    {NULL, NULL, ONLY(TRACE_READ), TRACE_EXEC, "/usr/bin/cc", NULL, false},
    {NULL, NULL, ONLY(TRACE_EXEC), TRACE_EXEC, "/usr/bin/cc", NULL, true},
};

Test(trace_filter, rules)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		if (rules[i].ignored != NULL) {
			ignore(rules[i].ignored);
		}
		policy.extensions = &rules[i].extensions;
		policy.extension_count = rules[i].extensions != NULL;
		filter_for(rules[i].only, NULL);
		cr_expect(
		    eq(int, wants(rules[i].kind, rules[i].path, rules[i].to), rules[i].wanted),
		    "%zu: %s", i, rules[i].path);
		forget();
	}
}

/* Reports that were lost may have been of anything. */
Test(trace_filter, lost)
{
	static const char *const extensions[] = {"py"};

	policy.extensions = extensions;
	policy.extension_count = 1;
	ignore("*");
	filter_for(ONLY(TRACE_READ), "file");
	cr_assert(wants(TRACE_LOST, "", NULL));
	forget();
}

/* Paths are relative to the test's directory, or absolute. */
static const struct {
	const char *why;
	enum trace_kind kind;
	const char *path, *to;
	bool wanted;
} reasons[] = {
    {"file", TRACE_READ, "file", NULL, true},
    {"file", TRACE_READ, "files", NULL, false},
    {"file", TRACE_READ, "folder/file", NULL, false},
    {"file", TRACE_LIST, "", NULL, false},
    {"./folder//file", TRACE_READ, "folder/file", NULL, true},
    {"folder/../file", TRACE_READ, "file", NULL, true},
    {"folder/", TRACE_LIST, "folder", NULL, true},
    {"folder", TRACE_READ, "folder/file", NULL, false},
    {".", TRACE_LIST, "", NULL, true},
    /* another way to it */
    {"file", TRACE_READ, "to-file", NULL, true},
    {"to-file", TRACE_READ, "file", NULL, true},
    {"to-file", TRACE_STAT, "to-file", NULL, true},
    {"to-file", TRACE_READ, "way/../to-file", NULL, true},
    {"folder/file", TRACE_READ, "way/file", NULL, true},
    {"way/file", TRACE_READ, "folder/file", NULL, true},
    {"way/file", TRACE_READ, "file", NULL, false},
    {"folder", TRACE_LIST, "way", NULL, true},
    /* a name that is not there, or not anymore, in folders that are */
    {"gone", TRACE_MISSING, "gone", NULL, true},
    {"gone", TRACE_MISSING, "gone.too", NULL, false},
    {"folder/gone", TRACE_MISSING, "way/gone", NULL, true},
    {"way/gone", TRACE_REMOVE, "folder/gone", NULL, true},
    {"way/gone", TRACE_REMOVE, "gone", NULL, false},
    {"dangling", TRACE_MISSING, "dangling", NULL, true},
    {"no/such/folder", TRACE_MISSING, "no/such/folder", NULL, true},
    {"no/such/folder", TRACE_MISSING, "no/such", NULL, false},
    /* the system's, too */
    {"/usr/bin/env", TRACE_READ, "/usr/bin/env", NULL, true},
    {"/usr/bin/env", TRACE_EXEC, "/usr/bin/env", NULL, true},
    {"/usr/bin/env", TRACE_EXEC, "/usr/bin/make", NULL, false},
    {"/usr/nonesuch", TRACE_MISSING, "/usr/nonesuch", NULL, true},
    {"file", TRACE_EXEC, "/usr/bin/env", NULL, false},
    /* any of the two names */
    {"file", TRACE_RENAME, "file", "file.old", true},
    {"file", TRACE_RENAME, "file.new", "file", true},
    {"file", TRACE_RENAME, "file.new", "file.old", false},
    {"file", TRACE_RENAME, "file.new", "to-file", true},
};

static void make_ways(void)
{
	(void)put_text("file", "");
	make_folder("folder");
	save("folder/file", "");
	cr_assert(zero(int, symlink("folder", "way")));
	cr_assert(zero(int, symlink("file", "to-file")));
	cr_assert(zero(int, symlink("nowhere", "dangling")));
}

static const char *absolute(const char *name)
{
	return name == NULL || name[0] == '/' ? name : in_scratch(name);
}

/* With --all, which --why implies. */
Test(trace_filter, why)
{
	make_ways();
	policy.all = true;
	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		filter_for(0, reasons[i].why);
		cr_expect(
		    eq(int,
		       wants(reasons[i].kind, absolute(reasons[i].path), absolute(reasons[i].to)),
		       reasons[i].wanted),
		    "%zu: %s by %s", i, reasons[i].why, reasons[i].path);
		forget();
		/* What is asked for is what is known by then; files come and go. */
		filter_for(ONLY(TRACE_MKDIR), reasons[i].why);
		cr_expect(
		    not(wants(reasons[i].kind, absolute(reasons[i].path), absolute(reasons[i].to))),
		    "%zu: another kind", i);
		forget();
	}
}

/* The file comes, and goes again, while the command runs. */
Test(trace_filter, why_comes_and_goes)
{
	make_folder("folder");
	cr_assert(zero(int, symlink("folder", "way")));
	policy.all = true;
	filter_for(0, "folder/late");
	cr_expect(wants(TRACE_MISSING, in_scratch("way/late"), NULL));
	save("folder/late", "");
	cr_expect(wants(TRACE_WRITE, in_scratch("way/late"), NULL));
	cr_expect(wants(TRACE_READ, in_scratch("folder/late"), NULL));
	cr_assert(zero(int, symlink("folder/late", "to-late")));
	cr_expect(wants(TRACE_READ, in_scratch("to-late"), NULL));
	cr_assert(zero(int, unlink("folder/late")));
	cr_expect(wants(TRACE_REMOVE, in_scratch("way/late"), NULL));
	cr_expect(wants(TRACE_MISSING, in_scratch("folder/late"), NULL));
	forget();
}

/* So does the folder. */
Test(trace_filter, why_in_a_late_folder)
{
	policy.all = true;
	filter_for(0, "build/out");
	cr_expect(wants(TRACE_MISSING, in_scratch("build/out"), NULL));
	make_folder("build");
	cr_assert(zero(int, symlink("build", "latest")));
	cr_expect(wants(TRACE_MISSING, in_scratch("latest/out"), NULL));
	save("build/out", "");
	cr_expect(wants(TRACE_WRITE, in_scratch("latest/out"), NULL));
	cr_expect(wants(TRACE_READ, in_scratch("build/out"), NULL));
	forget();
}

Test(trace_filter, several_whys)
{
	static const char *const whys[] = {"one", "two"};
	struct trace_wishes wishes = {.why = whys, .why_count = 2};

	filter = trace_filter_new(&wishes, &policy);
	cr_assert(filter != NULL);
	cr_expect(wants(TRACE_MISSING, in_scratch("one"), NULL));
	cr_expect(wants(TRACE_MISSING, in_scratch("two"), NULL));
	cr_expect(not(wants(TRACE_MISSING, in_scratch("three"), NULL)));
	forget();
	trace_filter_free(NULL);
}
