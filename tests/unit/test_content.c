/* SPDX-License-Identifier: MIT */
/* launcher/content: the digest of what lies at a path. */
#include "launcher/content.h"

#include "tests/unit/scratch.h"

TestSuite(content, .init = scratch_enter, .fini = scratch_leave, .timeout = 60);

static struct digest digest;

static bool take(const char *name)
{
	struct sight sight;

	digest = (struct digest){{0, 0}};
	sight_take(&sight, in_scratch(name), false);
	return content_digest(in_scratch(name), &sight, &digest);
}

static struct digest digest_of(const char *name)
{
	cr_assert(take(name), "%s", name);
	return digest;
}

static void expect_equal(const char *left, const char *right, bool equal)
{
	struct digest one = digest_of(left);
	struct digest other = digest_of(right);

	cr_expect(eq(int, content_equal(&one, &other), equal), "%s and %s", left, right);
}

/* Only the content counts, all of it. */
Test(content, files)
{
	static char text[100001];

	save("one", "1");
	save("other", "1");
	save("two", "2");
	save("empty", "");
	save("longer", "1\n");
	memset(text, 'x', sizeof(text) - 1);
	save("long", text);
	text[sizeof(text) - 2] = 'y';
	save("long-2", text);
	text[sizeof(text) - 2] = 'x';
	save("long-3", text);
	cr_assert(zero(int, chmod("other", 0600)));
	expect_equal("one", "one", true);
	expect_equal("one", "other", true);
	expect_equal("one", "two", false);
	expect_equal("one", "longer", false);
	expect_equal("one", "empty", false);
	expect_equal("long", "long-2", false);
	expect_equal("long", "long-3", true);
}

/* Where it leads, and not what is there. */
Test(content, links)
{
	save("a", "1");
	save("b", "1");
	cr_assert(zero(int, symlink("a", "link-a")));
	cr_assert(zero(int, symlink("a", "also-a")));
	cr_assert(zero(int, symlink("b", "link-b")));
	cr_assert(zero(int, symlink("absent", "nowhere")));
	expect_equal("link-a", "also-a", true);
	expect_equal("link-a", "link-b", false);
	expect_equal("link-a", "nowhere", false);
	expect_equal("link-a", "a", false);
}

/* Half of a digest says nothing. */
Test(content, equal)
{
	static const struct digest one = {{1, 2}}, same = {{1, 2}}, first = {{3, 2}},
				   second = {{1, 3}};

	cr_expect(content_equal(&one, &same));
	cr_expect(not(content_equal(&one, &first)));
	cr_expect(not(content_equal(&one, &second)));
}

/* What cannot be read, or is not what was seen. */
Test(content, none)
{
	struct sight sight;

	make_folder("folder");
	cr_assert(zero(int, mkfifo("fifo", 0600)));
	cr_expect(not(take("absent")));
	cr_expect(not(take("folder")));
	cr_expect(not(take("fifo")));
	/* Too large to be read in the time that a restart takes; its holes cost nothing. */
	save("large", "");
	cr_assert(zero(int, truncate("large", CONTENT_SIZE_MAX)));
	cr_expect(take("large"));
	cr_assert(zero(int, truncate("large", (off_t)CONTENT_SIZE_MAX + 1)));
	cr_expect(not(take("large")));
	/* Saved since it was seen. */
	save("file", "1");
	sight_take(&sight, in_scratch("file"), false);
	save("file", "22");
	cr_expect(not(content_digest(in_scratch("file"), &sight, &digest)), "written");
	sight_take(&sight, in_scratch("file"), false);
	save_by_rename("file", "33");
	cr_expect(not(content_digest(in_scratch("file"), &sight, &digest)), "replaced");
	sight_take(&sight, in_scratch("file"), false);
	cr_assert(zero(int, unlink("file")));
	cr_expect(not(content_digest(in_scratch("file"), &sight, &digest)), "removed");
	/* A link that has come in its place is not followed. */
	save("other", "33");
	cr_assert(zero(int, symlink("other", "file")));
	cr_expect(not(content_digest(in_scratch("file"), &sight, &digest)), "a link");
	sight_take(&sight, in_scratch("file"), false);
	save_by_rename("file", "33");
	cr_expect(not(content_digest(in_scratch("file"), &sight, &digest)), "no link any more");
}
