/* SPDX-License-Identifier: MIT */
/* launcher/checkout: whose lock is it, and is it held? */
#include "launcher/checkout.h"

#include <sys/stat.h>

#include "tests/unit/scratch.h"

static struct checkout checkout;

static void leave(void)
{
	checkout_forget(&checkout);
	scratch_leave();
}

TestSuite(checkout, .init = scratch_enter, .fini = leave, .timeout = 60);

static void expect_lock(const char *changed, const char *lock)
{
	const char *found;

	checkout_forget(&checkout);
	checkout_note(&checkout, in_scratch(changed));
	found = checkout_lock(&checkout);
	if (lock == NULL) {
		cr_expect(found == NULL, "%s: %s", changed, found);
	} else if (found == NULL) {
		cr_expect(false, "%s: no lock", changed);
	} else {
		cr_expect(eq(str, (char *)found, (char *)in_scratch(lock)), "%s", changed);
	}
}

Test(checkout, of_git)
{
	cr_assert(zero(int, system("mkdir -p top/.git top/a/b")));
	expect_lock("top/a/b/file", NULL);
	save("top/.git/index.lock", "");
	expect_lock("top/a/b/file", "top/.git/index.lock");
	expect_lock("top/file", "top/.git/index.lock");
	/* One that is not there any more, or never was, or lies elsewhere. */
	expect_lock("top/absent/file", "top/.git/index.lock");
	expect_lock("file", NULL);
	cr_assert(zero(int, unlink("top/.git/index.lock")));
	cr_expect(checkout_lock(&checkout) == NULL);
}

/* A linked worktree, and a submodule: the control folder is elsewhere. */
Test(checkout, of_git_file)
{
	char text[PATH_MAX + 16];

	cr_assert(zero(int, system("mkdir -p main/.git/worktrees/w main/.git/modules/s w main/s")));
	(void)snprintf(text, sizeof(text), "gitdir: %s\n", in_scratch("main/.git/worktrees/w"));
	save("w/.git", text);
	save("main/s/.git", "gitdir: ../.git/modules/s\n");
	save("main/.git/worktrees/w/index.lock", "");
	save("main/.git/modules/s/index.lock", "");
	expect_lock("w/file", "main/.git/worktrees/w/index.lock");
	checkout_forget(&checkout);
	checkout_note(&checkout, in_scratch("main/s/file"));
	cr_expect(checkout_lock(&checkout) != NULL);
	expect_lock("main/file", NULL);
	save("w/.git", "no such thing\n");
	expect_lock("w/file", NULL);
	save("w/.git", "");
	expect_lock("w/file", NULL);
}

/* Mercurial's is a symlink that leads nowhere. */
Test(checkout, of_mercurial)
{
	cr_assert(zero(int, system("mkdir -p top/.hg && ln -s host:4711 top/.hg/wlock")));
	expect_lock("top/file", "top/.hg/wlock");
}

/* Left behind by a crash. */
Test(checkout, old)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - 15}, {.tv_sec = time(NULL) - 15}};

	cr_assert(zero(int, system("mkdir -p top/.git other/.git")));
	save("top/.git/index.lock", "");
	cr_assert(zero(int, utimensat(AT_FDCWD, "top/.git/index.lock", times, 0)));
	expect_lock("top/file", NULL);
	/* Of two checkouts, the one that is really at work. */
	save("other/.git/index.lock", "");
	checkout_note(&checkout, in_scratch("other/file"));
	cr_expect(
	    eq(str, (char *)checkout_lock(&checkout), (char *)in_scratch("other/.git/index.lock")));
	/* A long burst does not make it old. */
	checkout.since -= 3600;
	cr_expect(checkout_lock(&checkout) != NULL);
}

Test(checkout, many)
{
	for (int i = 0; i < CHECKOUT_LOCKS + 2; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "mkdir -p top-%d/.git", i);
		cr_assert(zero(int, system(name)));
		(void)snprintf(name, sizeof(name), "top-%d/file", i);
		checkout_note(&checkout, in_scratch(name));
		checkout_note(&checkout, in_scratch(name));
	}
	cr_expect(eq(sz, checkout.count, CHECKOUT_LOCKS));
	save("top-3/.git/index.lock", "");
	cr_expect(checkout_lock(&checkout) != NULL);
}
