/* SPDX-License-Identifier: MIT */
/* launcher/policy: which paths can matter at all. */
#include "launcher/policy.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char project[] = "/home/u/project", among_system[] = "/usr/src/app";

static struct policy make_policy(const char *ignored)
{
	struct policy policy = {.roots = {.paths = {project, among_system}, .count = 2}};

	if (ignored != NULL) {
		policy.ignored = patterns_new();
		cr_assert(policy.ignored != NULL);
		cr_assert(zero(int, patterns_add(policy.ignored, ignored)));
	}
	return policy;
}

Test(policy, places)
{
	static const struct {
		const char *path;
		enum policy_place place;
	} cases[] = {
	    {"/home/u/project", POLICY_PROJECT},
	    {"/home/u/project/app.py", POLICY_PROJECT},
	    {"/home/u/project/node_modules/x/index.js", POLICY_PROJECT},
	    {"/home/u/project/.env", POLICY_PROJECT},
	    {"/home/u/projects/app.py", POLICY_ELSEWHERE},
	    {"/home/u/other/app.py", POLICY_ELSEWHERE},
	    {"/opt/lib/x.so", POLICY_ELSEWHERE},
	    {"/", POLICY_ELSEWHERE},
	    /* the system's, but where it is the project's */
	    {"/usr/lib/python3/os.py", POLICY_IGNORED},
	    {"/usr/src/other/x", POLICY_IGNORED},
	    {"/usr/src/app/main.c", POLICY_PROJECT},
	    {"/etc/hosts", POLICY_IGNORED},
	    {"/etc/myapp.conf", POLICY_ELSEWHERE},
	    {"/proc/self/maps", POLICY_IGNORED},
	    /* a version control system's own */
	    {"/home/u/project/.git/index", POLICY_IGNORED},
	    {"/home/u/project/.git", POLICY_IGNORED},
	    {"/home/u/project/sub/.hg/store", POLICY_IGNORED},
	    {"/home/u/other/.svn/entries", POLICY_IGNORED},
	    {"/home/u/other/.jj/repo/x", POLICY_IGNORED},
	    {"/home/u/project/.gitignore", POLICY_PROJECT},
	    {"/home/u/project/.github/x.yml", POLICY_PROJECT},
	    {"/home/u/project/x.git/y", POLICY_PROJECT},
	    {"/home/u/project/.git.git/y", POLICY_PROJECT},
	    {"/home/u/project/a.git/.git/y", POLICY_IGNORED},
	};
	struct policy policy = make_policy(NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, (int)policy_place(&policy, cases[i].path), (int)cases[i].place),
			  "%zu: %s", i, cases[i].path);
		cr_expect(not(policy_is_ignored_by_name(&policy, cases[i].path)), "%zu", i);
	}
}

/* Relative to the root that a path lies in; elsewhere to "/". */
Test(policy, ignored_by_name)
{
	static const struct {
		const char *pattern, *path;
		bool ignored;
	} cases[] = {
	    {"*.log", "/home/u/project/a/x.log", true}, {"*.log", "/home/u/other/x.log", true},
	    {"*.log", "/home/u/project/x.py", false},	{"/data", "/home/u/project/data", true},
	    {"/data", "/home/u/project/data/x", true},	{"/data", "/home/u/project/a/data", false},
	    {"/data", "/usr/src/app/data/x", true},	{"/data", "/home/u/data", false},
	    {"/opt/data", "/opt/data/x", true},		{"build/", "/home/u/project/build/x", true},
	    {"project", "/home/u/project/x", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy policy = make_policy(cases[i].pattern);

		cr_expect(
		    eq(int, policy_is_ignored_by_name(&policy, cases[i].path), cases[i].ignored),
		    "%zu: %s and %s", i, cases[i].pattern, cases[i].path);
		cr_expect(eq(int, policy_place(&policy, cases[i].path) == POLICY_IGNORED,
			     cases[i].ignored),
			  "%zu", i);
		patterns_free(policy.ignored);
	}
}

/* --ext: which names it asks for. */
Test(policy, extensions)
{
	static const struct {
		const char *lists[2]; /* each of an option of its own */
		const char *path;
		bool has;
	} cases[] = {
	    {{NULL}, "/p/file", true},
	    {{"py"}, "/p/file.py", true},
	    {{".py"}, "/p/file.py", true},
	    {{"*.py"}, "/p/file.py", true},
	    {{"py"}, "/p/file.pyc", false},
	    {{"py"}, "/p/file.p", false},
	    {{"py"}, "/p/file.PY", false},
	    {{"py"}, "/p/py", false},
	    {{"py"}, "/p/file", false},
	    {{"py"}, "/p/x.py/file", false},
	    {{"py"}, "/p/file.", false},
	    {{"py"}, "/p/", false},
	    /* a dot file has no extension, but for what follows another dot */
	    {{"py"}, "/p/.py", false},
	    {{"py"}, "/p/.file.py", true},
	    /* several dots */
	    {{"html.erb"}, "/p/a.html.erb", true},
	    {{"erb"}, "/p/a.html.erb", true},
	    {{"html"}, "/p/a.html.erb", false},
	    {{"html.erb"}, "/p/a.erb", false},
	    {{"ts"}, "/p/a.d.ts", true},
	    {{"d.ts"}, "/p/a.ts", false},
	    /* lists, however they are written */
	    {{"py,html"}, "/p/a.html", true},
	    {{"py,html"}, "/p/a.py", true},
	    {{"py,html"}, "/p/a.htm", false},
	    {{".py;.html"}, "/p/a.html", true},
	    {{"*.py *.html"}, "/p/a.html", true},
	    {{" py , html, "}, "/p/a.html", true},
	    {{"py,,html"}, "/p/a.", false},
	    {{"py,"}, "/p/a.", false},
	    {{"py", "html"}, "/p/a.html", true},
	    {{"py", "html"}, "/p/a.py", true},
	    {{"py", "html"}, "/p/a.js", false},
	    {{"c"}, "name.c", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy policy = make_policy("ignored*");

		policy.extensions = cases[i].lists;
		policy.extension_count =
		    (size_t)(cases[i].lists[0] != NULL) + (cases[i].lists[1] != NULL);
		cr_expect(eq(int, policy_has_extension(&policy, cases[i].path), cases[i].has),
			  "%zu: %s", i, cases[i].path);
		cr_expect(eq(int, policy_counts(&policy, cases[i].path), cases[i].has), "%zu: %s",
			  i, cases[i].path);
		cr_expect(not(policy_counts(&policy, "/p/ignored.py")), "%zu", i);
		patterns_free(policy.ignored);
	}
}

/* --all: nothing is left out but what is made up when it is looked at, and what has its own rules.
 */
Test(policy, all)
{
	static const struct {
		const char *path;
		enum policy_place place;
	} cases[] = {
	    {"/usr/lib/python3/os.py", POLICY_ELSEWHERE},
	    {"/etc/hosts", POLICY_ELSEWHERE},
	    {"/lib/x.so", POLICY_ELSEWHERE},
	    {"/var/cache/x", POLICY_ELSEWHERE},
	    {"/usr/src/app/main.c", POLICY_PROJECT},
	    {"/home/u/project/app.py", POLICY_PROJECT},
	    {"/proc/self/maps", POLICY_IGNORED},
	    {"/proc", POLICY_IGNORED},
	    {"/sys/class/net", POLICY_IGNORED},
	    {"/dev/null", POLICY_IGNORED},
	    {"/device/x", POLICY_ELSEWHERE},
	    {"/process", POLICY_ELSEWHERE},
	    {"/usr/src/other/.git/index", POLICY_IGNORED},
	    {"/usr/lib/x.log", POLICY_IGNORED},
	};
	struct policy policy = make_policy("*.log");

	policy.all = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, (int)policy_place(&policy, cases[i].path), (int)cases[i].place),
			  "%zu: %s", i, cases[i].path);
	}
	patterns_free(policy.ignored);
}

Test(policy, script_folder)
{
	static const struct {
		const char *folder, *script, *path;
		bool is;
	} cases[] = {
	    {"/p", "", "/p", true},
	    {"/p", "", "/p/a", false},
	    {"/p", "", "/", false},
	    {"/p", "/p/bin/app.py", "/p/bin", true},
	    {"/p", "/p/bin/app.py", "/p", true},
	    {"/p", "/p/bin/app.py", "/p/bi", false},
	    {"/p", "/other/app.py", "/other", true},
	    {"/p", "/app.py", "/", true},
	    {"/p", "/p/bin/app.py", "/p/bin/app.py", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy policy = make_policy(NULL);

		strcpy(policy.folder, cases[i].folder);
		strcpy(policy.script, cases[i].script);
		cr_expect(eq(int, policy_is_script_folder(&policy, cases[i].path), cases[i].is),
			  "%zu", i);
	}
}

Test(policy, python_source)
{
	static const struct {
		const char *cache, *prefix, *source; /* NULL: it is no cache */
	} cases[] = {
	    {"/p/__pycache__/mod.cpython-311.pyc", NULL, "/p/mod.py"},
	    {"/p/__pycache__/mod.cpython-311.opt-1.pyc", NULL, "/p/mod.py"},
	    {"/p/__pycache__/__init__.pypy39.pyc", NULL, "/p/__init__.py"},
	    {"/p/a/__pycache__/m.x.pyc", "/cache", "/p/a/m.py"},
	    {"/__pycache__/m.x.pyc", NULL, "/m.py"},
	    /* below PYTHONPYCACHEPREFIX */
	    {"/cache/p/mod.cpython-311.pyc", "/cache", "/p/mod.py"},
	    {"/cache/mod.cpython-311.pyc", "/cache", "/mod.py"},
	    {"/cache/p/mod.cpython-311.pyc", NULL, NULL},
	    {"/cached/p/mod.cpython-311.pyc", "/cache", NULL},
	    {"/p/mod.cpython-311.pyc", "/cache", NULL},
	    {"/p/mod.cpython-311.pyc", "", NULL},
	    {"/p/mod.cpython-311.pyc", "cache", NULL},
	    /* a module without a source, or no cache at all */
	    {"/p/mod.pyc", NULL, NULL},
	    {"/p/__pycache__/mod.pyc", NULL, NULL},
	    {"/p/__pycache__/mod..pyc", NULL, NULL},
	    {"/p/__pycache__/.x.pyc", NULL, NULL},
	    {"/p/__pycache__/mod.cpython-311.pyo", NULL, NULL},
	    {"/p/__pycache__/mod.py", NULL, NULL},
	    {"/p/__pycache__/sub/mod.cpython-311.pyc", NULL, NULL},
	    {"/p/x__pycache__/mod.cpython-311.pyc", NULL, NULL},
	    {"/p/__pycache__", NULL, NULL},
	    {"/p/mod.py", NULL, NULL},
	    {"/", NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char source[PATH_MAX] = "";
		bool known = policy_python_source(cases[i].cache, cases[i].prefix, source);

		cr_expect(eq(int, known, cases[i].source != NULL), "%zu: %s", i, cases[i].cache);
		if (known && cases[i].source != NULL) {
			cr_expect(eq(str, source, (char *)cases[i].source), "%zu", i);
		}
	}
}

/* CPython takes slashes off the end of PYTHONPYCACHEPREFIX before it joins. */
Test(policy, python_source_with_slashes)
{
	char source[PATH_MAX] = "";

	cr_assert(policy_python_source("/cache/p/mod.cpython-311.pyc", "/cache/", source));
	cr_assert(eq(str, source, "/p/mod.py"));
	cr_assert(policy_python_source("/cache/p/mod.cpython-311.pyc", "/cache//", source));
	cr_assert(eq(str, source, "/p/mod.py"));
	cr_assert(not(policy_python_source("/cached/p/mod.cpython-311.pyc", "/cache/", source)));
}

Test(policy, python_cache)
{
	cr_expect(policy_is_python_cache("/p/__pycache__"));
	cr_expect(policy_is_python_cache("/p/__pycache__/mod.cpython-311.pyc"));
	cr_expect(not(policy_is_python_cache("/p/__pycache__x/mod.pyc")));
	cr_expect(not(policy_is_python_cache("/p/x__pycache__")));
	cr_expect(not(policy_is_python_cache("/p/mod.pyc")));
}

/* What editors leave beside a file while they work on it. */
Test(policy, litter)
{
	static const char *const litter[] = {
	    "4913",   "file~",	"~", ".file.swp", ".file.py.swx", ".x.swo",
	    "#file#", ".#file", "",  "sedfF01oT", "sedabcde0"};
	static const char *const others[] = {
	    "file", "4913.py",	   "file~1", "file.swp",  ".swp",     "#file",	   "file#",
	    ".env", ".file.swift", ".s",     "sedatives", "sedF01oT", "sed.F01oT", "sedfF01oT1"};

	for (size_t i = 0; i < sizeof(litter) / sizeof(litter[0]); i++) {
		cr_expect(policy_is_litter(litter[i]), "%s", litter[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		cr_expect(not(policy_is_litter(others[i])), "%s", others[i]);
	}
}
