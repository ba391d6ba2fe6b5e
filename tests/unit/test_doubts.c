/* SPDX-License-Identifier: MIT */
/* launcher/doubts: with --content, a save counts when it is complete and its content another. */
#include "launcher/doubts.h"

#include "launcher/generations_state.h"
#include "tests/unit/world.h"

static void begin(bool by_content)
{
	generations_free(generations);
	generations = generations_new(&(struct generations_parts){.watches = watches,
								  .journal = journal,
								  .policy = &policy,
								  .by_content = by_content,
								  .drain = drain});
	cr_assert(generations != NULL);
}

static void enter(void)
{
	world_enter();
	begin(true);
}

TestSuite(doubts, .init = enter, .fini = world_leave, .timeout = 60);

static void have_read_file(void)
{
	save("file", "1");
	depend("file");
	expect_no_change("arrival");
}

/* As if so much more time had passed since each doubt. */
static void make_older(struct dependency *doubted, void *context)
{
	doubted->time_ns -= (uint64_t) * (int64_t *)context;
}

static struct verdict end_doubts(int64_t after_ns)
{
	struct verdict verdict = {0};

	dependencies_each(generations->doubted, make_older, &after_ns);
	generations_end_doubts(generations, &verdict);
	return verdict;
}

static bool is_doubted(void)
{
	return generations_doubt_deadline_ns(generations) != INT64_MAX;
}

/* Every way to save the same. */
Test(doubts, same)
{
	have_read_file();
	save("file", "1");
	cr_expect(judge().stirred);
	save_by_rename("file", "1");
	expect_no_change("by rename");
	touch("file");
	expect_no_change("touched");
	cr_assert(zero(int, unlink("file")));
	save("file", "1");
	expect_no_change("deleted and made again");
	cr_expect(not(generations_unfinished(generations)));
	cr_expect(zero(u32, told("changed", NULL, NULL)));
	save("file", "2");
	expect_changes(1, "another");
	cr_expect(eq(u32, told("changed", "file", NULL), 1));
	save("file", "1");
	cr_expect(judge().stirred, "and back: it is about to be restarted anyway");
}

/* Without the option, any save counts. */
Test(doubts, not_asked_for)
{
	begin(false);
	have_read_file();
	save_by_rename("file", "1");
	expect_changes(1, "the same content");
	cr_expect(not(is_doubted()));
}

/* What is new is compared with what the command has read, and not with the save before. */
Test(doubts, other)
{
	static const char *const names[] = {"written", "renamed", "remade", "removed"};

	for (size_t i = 0; i < 4; i++) {
		save(names[i], "1");
		depend(names[i]);
	}
	cr_assert(zero(int, symlink("written", "link")));
	cr_assert(zero(int, symlink("written", "same-link")));
	depend("link");
	depend("same-link");
	expect_no_change("arrival");
	save("written", "2");
	save_by_rename("renamed", "2");
	cr_assert(zero(int, unlink("remade")));
	save("remade", "2");
	cr_assert(zero(int, unlink("link")));
	cr_assert(zero(int, symlink("renamed", "link")));
	cr_assert(zero(int, unlink("same-link")));
	cr_assert(zero(int, symlink("written", "same-link")));
	expect_changes(4, "others");
	cr_expect(eq(u32, told("changed", "written", "written"), 1));
	cr_expect(eq(u32, told("changed", "renamed", "replaced"), 1));
	cr_expect(eq(u32, told("changed", "link", NULL), 1));
	cr_expect(zero(u32, told("changed", "same-link", NULL)));
	/* With a change, the doubts about it have an end. */
	cr_assert(zero(int, unlink("written")));
	expect_no_change("counted once");
	cr_expect(generations_unfinished(generations), "a change that is under way");
}

/* Away, and made but not closed: more is to come. */
Test(doubts, under_way)
{
	int fd;

	have_read_file();
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	cr_expect(is_doubted());
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	expect_no_change("made");
	cr_assert(eq(i64, write(fd, "1", 1), 1));
	cr_expect(zero(u32, end_doubts(0).changed), "it is too early");
	cr_expect(is_doubted());
	cr_assert(zero(int, close(fd)));
	expect_no_change("closed, with the same content");
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away again");
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	expect_no_change("made again");
	cr_assert(eq(i64, write(fd, "2", 1), 1));
	cr_assert(zero(int, close(fd)));
	expect_changes(1, "closed, with another content");
}

/* A hard link is complete when it is made. */
Test(doubts, hard_link)
{
	have_read_file();
	save("other", "2");
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	cr_assert(zero(int, link("other", "file")));
	expect_changes(1, "linked");
}

/* Away for good. */
Test(doubts, deadline_removed)
{
	have_read_file();
	cr_expect(not(is_doubted()));
	cr_expect(zero(u32, end_doubts(0).changed));
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	cr_expect(zero(u32, end_doubts(DOUBTS_MOST_NS / 2).changed));
	cr_expect(is_doubted());
	cr_expect(eq(u32, end_doubts(DOUBTS_MOST_NS / 2 + 1).changed, 1));
	cr_expect(eq(u32, told("changed", "file", "removed"), 1));
	cr_expect(not(is_doubted()));
}

/* Others that go away meanwhile do not put it off. */
Test(doubts, deadline_of_the_first)
{
	have_read_file();
	save("other", "1");
	depend("other");
	expect_no_change("arrival");
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	(void)end_doubts(DOUBTS_MOST_NS / 2);
	cr_assert(zero(int, unlink("other")));
	expect_no_change("away, too");
	cr_expect(ge(u32, end_doubts(DOUBTS_MOST_NS / 2 + 1).changed, 1));
	cr_expect(eq(u32, told("changed", "file", "removed"), 1));
}

/* Never closed. */
Test(doubts, deadline_open)
{
	int fd;

	have_read_file();
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	cr_assert(eq(i64, write(fd, "2", 1), 1));
	expect_no_change("made");
	cr_expect(eq(u32, end_doubts(DOUBTS_MOST_NS).changed, 1));
	cr_expect(eq(u32, told("changed", "file", NULL), 1));
	cr_assert(zero(int, close(fd)));
	expect_no_change("counted once");
}

/* The same again by then, or nobody's any more. */
Test(doubts, deadline_settled)
{
	have_read_file();
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	save("file", "1");
	expect_no_change("the same");
	cr_expect(zero(u32, end_doubts(DOUBTS_MOST_NS).changed));
	cr_expect(not(is_doubted()));
	cr_assert(zero(int, unlink("file")));
	expect_no_change("away");
	generations_begin(generations, true);
	cr_expect(not(is_doubted()), "the next one finds what it finds");
}

/* Some have nothing to compare with. */
Test(doubts, nothing_known)
{
	save("late", "1");
	depend("late");
	save("late", "22");
	drop_hints();
	expect_changes(1, "saved before it arrived");
	depend("missing");
	expect_no_change("looked for");
	save("missing", "1");
	expect_changes(1, "appeared");
	save("large", "1");
	cr_assert(zero(int, truncate("large", (off_t)CONTENT_SIZE_MAX + 1)));
	depend("large");
	expect_no_change("too large");
	touch("large");
	expect_changes(1, "by its time alone");
}
