/* SPDX-License-Identifier: MIT */
/* launcher/roots: where the user's own files are. */
#include "launcher/roots.h"

#include "tests/unit/scratch.h"

static struct roots roots;

static void leave(void)
{
	roots_free(&roots);
	scratch_leave();
}

TestSuite(roots, .init = scratch_enter, .fini = leave);

static void make(const char *folders)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "mkdir -p %s", folders);
	cr_assert(zero(int, system(command)));
}

/* The roots are these, in this order (names below the test's folder; NULL ends). */
static void expect_roots(const char *when, const char *const wanted[])
{
	size_t count = 0;

	while (wanted[count] != NULL) {
		count++;
	}
	cr_expect(eq(sz, roots.count, count), "%s", when);
	for (size_t i = 0; i < count && i < roots.count; i++) {
		cr_expect(eq(str, roots.paths[i], (char *)in_scratch(wanted[i])), "%s, %zu", when,
			  i);
	}
	roots_free(&roots);
	cr_expect(zero(sz, roots.count));
}

#define EXPECT_ROOTS(when, ...) expect_roots(when, (const char *const[]){__VA_ARGS__, NULL})

static void expect_none(const char *when)
{
	expect_roots(when, (const char *const[]){NULL});
}

/* No checkout around it: the folder itself. With one: its top, for each kind of them. */
Test(roots, checkouts)
{
	static const char *const kinds[] = {".git", ".hg", ".svn", ".jj"};

	make("plain/sub");
	roots_add(&roots, in_scratch("plain/sub"), NULL);
	EXPECT_ROOTS("no checkout", "plain/sub");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char folders[128];

		(void)snprintf(folders, sizeof(folders), "top/%s top/a/b", kinds[i]);
		make(folders);
		roots_add(&roots, in_scratch("top/a/b"), NULL);
		EXPECT_ROOTS(kinds[i], "top");
		roots_add(&roots, in_scratch("top"), NULL);
		EXPECT_ROOTS(kinds[i], "top");
		(void)snprintf(folders, sizeof(folders), "top/%s", kinds[i]);
		cr_assert(zero(int, rmdir(folders)));
	}
	/* A worktree and a submodule have a file there. */
	save("top/.git", "gitdir: elsewhere\n");
	roots_add(&roots, in_scratch("top/a/b"), NULL);
	EXPECT_ROOTS("a file", "top");
	/* The innermost: a submodule is a project of its own. */
	make("top/a/.git");
	roots_add(&roots, in_scratch("top/a/b"), NULL);
	EXPECT_ROOTS("one in another", "top/a");
}

/* The home folder holds many projects, and may itself be a checkout of dot files. */
Test(roots, home)
{
	const char *home;

	make("home/.git home/project/sub home/checkout/.git home/checkout/sub");
	home = in_scratch("home");
	roots_add(&roots, in_scratch("home"), home);
	expect_none("home itself");
	roots_add(&roots, in_scratch("home/project/sub"), home);
	EXPECT_ROOTS("in home", "home/project/sub");
	roots_add(&roots, in_scratch("home/checkout/sub"), home);
	EXPECT_ROOTS("checkout in home", "home/checkout");
	/* However it is written. */
	cr_assert(zero(int, symlink("home", "link")));
	roots_add(&roots, in_scratch("home"), in_scratch("link"));
	expect_none("home by a link");
	roots_add(&roots, in_scratch("link/"), in_scratch("home/"));
	expect_none("home with slashes");
	/* None, or one that is not there: no reason to fail. */
	roots_add(&roots, in_scratch("home"), in_scratch("absent"));
	EXPECT_ROOTS("home is not there", "home");
}

Test(roots, none)
{
	static const char *const folders[] = {"/",    "/usr",  "/etc", "/bin", "/lib",
					      "/dev", "/proc", "/var", "/run"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		roots_add(&roots, folders[i], NULL);
		if (access(folders[i], F_OK) == 0 &&
		    strchr(realpath(folders[i], path) + 1, '/') == NULL) {
			expect_none(folders[i]);
		}
		roots_free(&roots);
	}
	roots_add(&roots, in_scratch("absent"), NULL);
	expect_none("not there");
}

/* A folder of a project may lie among the system's. */
Test(roots, below_a_system_folder)
{
	roots_add(&roots, "/usr/share", NULL);
	cr_assert(eq(sz, roots.count, 1));
	cr_assert(eq(str, roots.paths[0], "/usr/share"));
}

Test(roots, canonical_and_once)
{
	make("a/b other");
	cr_assert(zero(int, symlink("a", "link")));
	roots_add(&roots, in_scratch("link/../link/b"), NULL);
	roots_add(&roots, in_scratch("a/b"), NULL);
	cr_assert(eq(sz, roots.count, 1));
	/* One that contains it is more; what lies in it is not. */
	roots_add(&roots, in_scratch("a"), NULL);
	roots_add(&roots, in_scratch("a/b"), NULL);
	roots_add(&roots, in_scratch("other"), NULL);
	EXPECT_ROOTS("once", "a/b", "a", "other");
	for (int i = 0; i < ROOTS_MAX + 2; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "many-%d", i);
		make(name);
		roots_add(&roots, in_scratch(name), NULL);
	}
	cr_assert(eq(sz, roots.count, ROOTS_MAX));
}

static char script[PATH_MAX];

static void of_command(const char *name, const char *first, const char *second)
{
	char *command[] = {(char *)name, (char *)first, (char *)second, NULL};

	roots_of_command(&roots, command, NULL, script);
}

Test(roots, of_command)
{
	make("cwd/sub cwd/-o else/app/.git else/app/bin third");
	save("else/app/bin/run.py", "");
	save("third/script", "");
	save("cwd/local.py", "");
	save("cwd/python3", "");
	cr_assert(zero(int, symlink("../else/app/bin/run.py", "cwd/link.py")));
	cr_assert(zero(int, chdir("cwd")));
	of_command("python3", NULL, NULL);
	EXPECT_ROOTS("the working directory", "cwd");
	of_command("python3", "local.py", NULL);
	EXPECT_ROOTS("a script here", "cwd");
	cr_expect(eq(str, script, (char *)in_scratch("cwd/local.py")));
	of_command("python3", "../else/app/bin/run.py", NULL);
	EXPECT_ROOTS("a script elsewhere", "cwd", "else/app");
	of_command("python3", "-X", in_scratch("third/script"));
	EXPECT_ROOTS("behind an option", "cwd", "third");
	of_command("python3", "../else/app/bin/run.py", "../third/script");
	EXPECT_ROOTS("the first of them", "cwd", "else/app");
	of_command("python3", "link.py", NULL);
	EXPECT_ROOTS("where it really is", "cwd", "else/app");
	of_command("../third/script", NULL, NULL);
	EXPECT_ROOTS("the command itself", "cwd", "third");
	of_command("/bin/sh", "../third/script", NULL);
	EXPECT_ROOTS("the system's is passed over", "cwd", "third");
	of_command("/bin/sh", "/etc/passwd", NULL);
	EXPECT_ROOTS("an argument of the system's", "cwd");
	of_command("python3", "../third", "../absent");
	EXPECT_ROOTS("no files", "cwd");
	of_command("python3", "-o/../../third/script", NULL);
	EXPECT_ROOTS("an option", "cwd");
	cr_expect(eq(str, script, ""));
	/* Called by its name alone it is not the file of that name here. */
	cr_assert(zero(int, chdir("sub")));
	cr_assert(zero(int, symlink("../../third/script", "make")));
	of_command("make", NULL, NULL);
	EXPECT_ROOTS("a bare name", "cwd/sub");
	of_command("./make", NULL, NULL);
	EXPECT_ROOTS("a path", "cwd/sub", "third");
}

Test(roots, contain)
{
	static const struct {
		const char *path, *relative;
	} cases[] = {
	    {"/srv/app", ""},
	    {"/srv/app/a.py", "a.py"},
	    {"/srv/app/a/b", "a/b"},
	    {"/srv/application", NULL},
	    {"/srv", NULL},
	    {"/lib/x", "x"},
	    {"/", NULL},
	};
	char one[] = "/srv/app", two[] = "/lib";
	const struct roots known = {.paths = {one, two}, .count = 2};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *relative = roots_relative(&known, cases[i].path);

		cr_expect(eq(int, roots_contain(&known, cases[i].path), cases[i].relative != NULL),
			  "%s", cases[i].path);
		if (cases[i].relative != NULL) {
			cr_expect(eq(str, (char *)relative, (char *)cases[i].relative), "%s",
				  cases[i].path);
		}
	}
}
