/* SPDX-License-Identifier: MIT */
/* launcher/resolver: where a path leads, and by which links. */
#include "launcher/resolver.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "launcher/identity.h"
#include "tests/unit/random.h"
#include "tests/unit/scratch.h"

static struct resolver *resolver;
static char canonical[PATH_MAX];
static char
    links[8 * PATH_MAX]; /* those that were told, without the test's folder, a blank behind */

static void enter(void)
{
	scratch_enter();
	resolver = resolver_new();
	cr_assert(resolver != NULL);
}

static void leave(void)
{
	resolver_free(resolver);
	scratch_leave();
}

TestSuite(resolver, .init = enter, .fini = leave, .timeout = 60);

/* Absolute paths as they are, others below the test's folder. */
static int resolve(const char *given)
{
	const struct route *route;
	char whole[2 * PATH_MAX];

	(void)snprintf(whole, sizeof(whole), "%s", given[0] == '/' ? given : in_scratch(given));
	links[0] = '\0';
	errno = 0;
	route = resolver_resolve(resolver, whole);
	if (route == NULL) {
		return -1;
	}
	(void)strcpy(canonical, route->canonical);
	for (size_t i = 0; i < route->link_count; i++) {
		const char *link = route->links[i].path;

		cr_assert(zero(int, strncmp(link, directory, strlen(directory))), "%s", link);
		(void)strcat(strcat(links, link + strlen(directory) + 1), " ");
	}
	return 0;
}

/* A tree with links of every kind, also out of it and into nothing. */
static void make_tree(void)
{
	static const char *const made[][2] = {
	    {"real/sub/../file", "dots"},
	    {"real", "folder-link"},
	    {"one", "zero"},
	    {"two", "one"},
	    {"real/file", "two"},
	    {"sub", "real/sub-link"},
	    {"../real/./sub//inner", "real/up"},
	    {"gone/deeper", "dangling"},
	    {"self", "self"},
	    {"pong", "ping"},
	    {"ping", "pong"},
	    {"real/", "slashed"},
	    {"..", "real/parent"},
	};

	make_folder("real");
	make_folder("real/sub");
	save("real/file", "");
	save("real/sub/inner", "");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		cr_assert(zero(int, symlink(made[i][0], made[i][1])), "%zu", i);
	}
	cr_assert(zero(int, symlink(in_scratch("real/sub"), "absolute")));
}

Test(resolver, resolves)
{
	static const struct {
		const char *given, *canonical, *links;
	} cases[] = {
	    {"real/file", "real/file", ""},
	    {"real", "real", ""},
	    {"", "", ""},
	    {"folder-link", "real", "folder-link "},
	    {"folder-link/file", "real/file", "folder-link "},
	    {"folder-link/sub/inner", "real/sub/inner", "folder-link "},
	    {"two", "real/file", "two "},
	    {"zero", "real/file", "zero one two "},
	    {"real/sub-link/inner", "real/sub/inner", "real/sub-link "},
	    /* a link within what a link led to is told by where it really is */
	    {"folder-link/sub-link/inner", "real/sub/inner", "folder-link real/sub-link "},
	    {"folder-link/up", "real/sub/inner", "folder-link real/up "},
	    {"absolute/inner", "real/sub/inner", "absolute "},
	    {"slashed/file", "real/file", "slashed "},
	    {"dots", "real/file", "dots "},
	    /* ".." is the parent of where it really is */
	    {"absolute/../file", "real/file", "absolute "},
	    {"folder-link/../two", "real/file", "folder-link two "},
	    {"real/parent/real/file", "real/file", "real/parent "},
	    {"real/./sub/.././file", "real/file", ""},
	    /* slashes */
	    {"real//sub///inner", "real/sub/inner", ""},
	    {"real/", "real", ""},
	    {"real///", "real", ""},
	    {"folder-link/", "real", "folder-link "},
	    {"real/sub/.", "real/sub", ""},
	    {"real/sub/..", "real", ""},
	    /* what is not there is taken as it is written */
	    {"absent", "absent", ""},
	    {"absent/x/y", "absent/x/y", ""},
	    {"real/absent", "real/absent", ""},
	    {"folder-link/absent/x", "real/absent/x", "folder-link "},
	    {"dangling", "gone/deeper", "dangling "},
	    {"dangling/x", "gone/deeper/x", "dangling "},
	    {"absent//x/./y/", "absent/x/y", ""},
	    {"real/file/x", "real/file/x", ""},
	};

	make_tree();
	/* Twice, because folders are remembered: the links must be told again. */
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *given = cases[i / 2].given;

		cr_expect(zero(int, resolve(given)), "%zu: %s: %s", i, given, strerror(errno));
		cr_expect(eq(str, canonical, (char *)in_scratch(cases[i / 2].canonical)), "%zu: %s",
			  i, given);
		cr_expect(eq(str, links, (char *)cases[i / 2].links), "%zu: %s", i, given);
	}
}

Test(resolver, near_the_root)
{
	static const struct {
		const char *given, *canonical;
	} cases[] = {
	    {"/", "/"},
	    {"//", "/"},
	    {"/.", "/"},
	    {"/..", "/"},
	    {"/../../..", "/"},
	    {"/absent-here", "/absent-here"},
	    {"//absent-here", "/absent-here"},
	    {"/absent-here/..", "/"},
	    {"/../absent-here/", "/absent-here"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(zero(int, resolve(cases[i].given)), "%s", cases[i].given);
		cr_expect(eq(str, canonical, (char *)cases[i].canonical), "%s", cases[i].given);
	}
}

Test(resolver, refused)
{
	static char text[PATH_MAX + 300];
	static const struct {
		const char *given;
		int error;
	} cases[] = {
	    {"self", ELOOP},
	    {"self/x", ELOOP},
	    {"ping", ELOOP},
	    {"real/../pong/x/y", ELOOP},
	};

	make_tree();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, resolve(cases[i].given), -1), "%s", cases[i].given);
		cr_expect(eq(int, errno, cases[i].error), "%s", cases[i].given);
	}
	cr_expect(resolver_resolve(resolver, "real/file") == NULL);
	cr_expect(eq(int, errno, EINVAL));
	cr_expect(resolver_resolve(resolver, "") == NULL);
	cr_expect(eq(int, errno, EINVAL));
	/* A name that is too long, at the end and before it. */
	memset(text, 'x', NAME_MAX + 1);
	text[0] = '/';
	text[NAME_MAX + 1] = '\0';
	cr_expect(zero(int, resolve(text)));
	strcpy(text + NAME_MAX + 1, "x");
	cr_expect(eq(int, resolve(text), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
	strcat(text, "/y");
	cr_expect(eq(int, resolve(text), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
	/* A path that is, as it is given, and by what its links add. */
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		text[i] = i % 2 == 0 ? '/' : 'x';
	}
	cr_expect(eq(int, resolve(text), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
	text[PATH_MAX] = '\0';
	cr_expect(eq(int, resolve(text), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
	text[PATH_MAX - 1] = '\0';
	cr_expect(zero(int, resolve(text)));
	/* One that its links make too long: in what is resolved, and in what is left. */
	cr_assert(zero(int, symlink(text + 1, "long")));
	(void)snprintf(text, sizeof(text), "%s/%02000d", "long", 0);
	memset(text + 5, '/', 2000);
	for (size_t i = 6; i < 2000; i += 2) {
		text[i] = 'x';
	}
	cr_expect(eq(int, resolve(text), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
	cr_expect(eq(int, resolve("long/x"), -1));
	cr_expect(eq(int, errno, ENAMETOOLONG));
}

/* As many as the kernel follows, and no more. */
Test(resolver, forty_links)
{
	char from[16], to[16];

	save("link-0", "");
	for (int i = 1; i <= 41; i++) {
		(void)snprintf(from, sizeof(from), "link-%d", i);
		(void)snprintf(to, sizeof(to), "link-%d", i - 1);
		cr_assert(zero(int, symlink(to, from)));
	}
	cr_assert(zero(int, resolve("link-40")));
	cr_assert(eq(str, canonical, (char *)in_scratch("link-0")));
	cr_assert(zero(int, access("link-40", F_OK)));
	cr_assert(eq(int, resolve("link-41"), -1));
	cr_assert(eq(int, errno, ELOOP));
	cr_assert(eq(int, access("link-41", F_OK), -1));
}

/* A folder is remembered until it is forgotten; the file itself never is. */
Test(resolver, remembers)
{
	make_tree();
	make_folder("next");
	save("next/file", "");
	cr_assert(zero(int, resolve("folder-link/file")));
	cr_assert(zero(int, resolve("two")));
	cr_assert(zero(int, symlink("next", "new")));
	cr_assert(zero(int, rename("new", "folder-link")));
	cr_assert(zero(int, symlink("next/file", "new")));
	cr_assert(zero(int, rename("new", "two")));
	cr_assert(zero(int, resolve("two")));
	cr_assert(eq(str, canonical, (char *)in_scratch("next/file")));
	cr_assert(zero(int, resolve("folder-link/other")));
	cr_assert(eq(str, canonical, (char *)in_scratch("real/other")));
	cr_assert(eq(str, links, "folder-link "));
	resolver_forget(resolver);
	cr_assert(zero(int, resolve("folder-link/other")));
	cr_assert(eq(str, canonical, (char *)in_scratch("next/other")));
	/* What was not there is not remembered as such. */
	cr_assert(zero(int, resolve("later/file")));
	cr_assert(zero(int, symlink("next", "later")));
	cr_assert(zero(int, resolve("later/file")));
	cr_assert(eq(str, canonical, (char *)in_scratch("next/file")));
	cr_assert(eq(str, links, "later "));
	resolver_free(NULL);
}

#define DEEP "1/2/3/4/5/6/7/8/"
#define DEEP "1/2/3/4/5/6/7/8/"

/* Links from anywhere to anywhere: as realpath(3) has it, where that finds the way. */
Test(resolver, like_realpath)
{
	static const char *const names[] = {"a", "b", "c", "d", "..", ".", ""};
	struct random random = {5};
	unsigned found = 0, loops = 0;

	/* Deep enough that no ".." leads to where others keep files called so. */
	cr_assert(zero(int, system("mkdir -p " DEEP)));
	for (int round = 0; round < 40; round++) {
		char text[64];

		make_folder(DEEP "t");
		for (int i = 0; i < 25; i++) {
			char target[16];

			(void)snprintf(
			    text, sizeof(text), DEEP "t/%s/%s/%s", names[random_below(&random, 4)],
			    names[random_below(&random, 7)], names[random_below(&random, 4)]);
			(void)snprintf(target, sizeof(target), "%s/%s",
				       names[random_below(&random, 5)],
				       names[random_below(&random, 7)]);
			if (random_below(&random, 2) == 0) {
				(void)mkdir(text, 0755);
				text[strlen(text) - 2] = '\0';
				(void)mkdir(text, 0755);
			} else {
				(void)symlink(target, text);
			}
		}
		resolver_forget(resolver);
		for (int i = 0; i < 200; i++) {
			char real[PATH_MAX];

			(void)snprintf(
			    text, sizeof(text), DEEP "t/%s/%s/%s/%s",
			    names[random_below(&random, 7)], names[random_below(&random, 7)],
			    names[random_below(&random, 7)], names[random_below(&random, 7)]);
			if (realpath(text, real) != NULL) {
				cr_assert(zero(int, resolve(text)), "%s", text);
				cr_assert(eq(str, canonical, real), "%s", text);
				found++;
			} else if (errno == ELOOP) {
				cr_assert(eq(int, resolve(text), -1), "%s", text);
				loops++;
			}
		}
		cr_assert(zero(int, system("rm -r " DEEP "t")));
	}
	cr_assert(found > 900, "%u", found);
	cr_assert(loops > 10, "%u", loops);
}

#define TURNS 20000

static struct identity turned[TURNS]; /* the link that leads to target-N */

static void *turn_link(void *context)
{
	char target[32];

	(void)context;
	for (int i = 0; i < TURNS; i++) {
		(void)snprintf(target, sizeof(target), "target-%d", i);
		(void)symlink(target, "new");
		(void)identity_of_path("new", &turned[i]);
		(void)rename("new", "link");
	}
	return NULL;
}

/* Who is told an older target with a newer link's identity never hears of the difference. */
Test(resolver, link_replaced_meanwhile)
{
	const char *link = in_scratch("link");
	pthread_t thread;
	unsigned seen = 0, later = 0;
	int target = 0;

	save("link", "");
	cr_assert(zero(int, pthread_create(&thread, NULL, turn_link, NULL)));
	while (target < TURNS - 1) {
		const struct route *route = resolver_resolve(resolver, link);

		cr_assert(route != NULL);
		if (route->link_count == 1) {
			int turn = 0;

			target = atoi(strrchr(route->canonical, '-') + 1);
			while (turn < target &&
			       !identity_equal(&turned[turn], &route->links[0].identity)) {
				turn++;
			}
			cr_assert(identity_equal(&turned[turn], &route->links[0].identity), "%d",
				  target);
			seen++;
			later += turn < target;
		}
		resolver_forget(resolver);
	}
	cr_assert(zero(int, pthread_join(thread, NULL)));
	cr_log_info("%u looks at the link, %u while it was replaced", seen, later);
}
