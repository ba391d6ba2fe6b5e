/* SPDX-License-Identifier: MIT */
/* launcher/updates: files that were opened for update, and have changed in place. */
#include "launcher/updates.h"

#include "tests/unit/world.h"

enum {
	MOST = 5, /* restarts in a row for what looks like somebody else's doing */
};

static int held = -1; /* what the command has open; we are the command */

static void leave(void)
{
	if (held >= 0) {
		(void)close(held);
	}
	world_leave();
}

TestSuite(updates, .init = world_enter, .fini = leave, .timeout = 60);

/* In place, another size each time; as SQLite's files begin, or not. */
static void write_file(const char *name, bool database)
{
	static char bytes[200] = "SQLite format 3";
	static size_t size = 100;
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	size = size < sizeof(bytes) ? size + 1 : 100;
	bytes[0] = database ? 'S' : '#';
	cr_assert(fd >= 0 && ftruncate(fd, 0) == 0);
	cr_assert(eq(i64, write(fd, bytes, size), (ssize_t)size));
	cr_assert(zero(int, close(fd)));
}

/* The command has read the file, and opened it for update. */
static void use_for_update(const char *name)
{
	depend(name);
	generations_update(generations, in_scratch(name), getpid());
	expect_no_change("arrival");
}

/* In so many generations, one after the other, somebody writes it: in how many is that a change? */
static unsigned count_changes(const char *name, bool database, unsigned of)
{
	unsigned changed = 0;

	for (unsigned i = 0; i < of; i++) {
		struct verdict verdict;

		generations_begin(generations, i % 2 == 0);
		use_for_update(name);
		write_file(name, database);
		verdict = judge();
		changed += verdict.changed;
		cr_expect(eq(u32, told("output", name, NULL), i + 1 - changed));
	}
	return changed;
}

static void have_script(void)
{
	write_file("script", false);
	strcpy(policy.script, in_scratch("script"));
}

/* It is open all the time, and nothing is read from it or written: a lock. */
Test(updates, script_that_locks_itself)
{
	have_script();
	held = open("script", O_RDWR | O_CLOEXEC);
	cr_assert(held >= 0);
	cr_expect(eq(u32, count_changes("script", false, 3 * MOST), 3 * MOST));
}

/* Who has moved in it may have written. */
Test(updates, script_held_and_moved)
{
	have_script();
	held = open("script", O_RDWR | O_CLOEXEC);
	cr_assert(held >= 0);
	cr_assert(eq(i64, lseek(held, 1, SEEK_SET), 1));
	cr_expect(eq(u32, count_changes("script", false, MOST + 3), MOST));
}

/* Opened twice, and moved with the one of them. */
Test(updates, script_held_twice)
{
	int other;

	have_script();
	held = open("script", O_WRONLY | O_CLOEXEC);
	other = open("script", O_WRONLY | O_CLOEXEC);
	cr_assert(other >= 0 && lseek(held, 1, SEEK_SET) == 1);
	cr_expect(eq(u32, count_changes("script", false, MOST + 1), MOST));
	cr_assert(zero(int, close(other)));
}

/* To read it is no lock, wherever it is read; nor is to hold another file. */
Test(updates, script_not_held)
{
	int other;

	have_script();
	write_file("script.lock", false);
	held = open("script", O_RDONLY | O_CLOEXEC);
	other = open("script.lock", O_RDWR | O_CLOEXEC);
	cr_assert(held >= 0 && other >= 0);
	cr_expect(eq(u32, count_changes("script", false, MOST + 3), MOST));
	cr_assert(zero(int, close(other)));
}

/* What was executed is a program, too. */
Test(updates, executed)
{
	write_file("program", false);
	depend("program");
	generations_depend(generations, in_scratch("program"),
			   use_of("program", DEPENDENCY_EXECUTED));
	generations_update(generations, in_scratch("program"), getpid());
	expect_no_change("arrival");
	write_file("program", false);
	expect_changes(1, "a program");
}

/* In the end it is the command's own; a generation in which nothing happens ends the row. */
Test(updates, comes_back)
{
	have_script();
	cr_expect(eq(u32, count_changes("script", false, MOST), MOST));
	generations_begin(generations, true);
	use_for_update("script");
	expect_no_change("nothing");
	cr_expect(eq(u32, count_changes("script", false, MOST), MOST));
	generations_begin(generations, true);
	use_for_update("script");
	write_file("script", false);
	expect_no_change("its own after all");
	write_file("script", false);
	cr_expect(not(judge().stirred), "an output from then on");
	/* Replaced, it is somebody else's whatever has been before. */
	generations_begin(generations, true);
	use_for_update("script");
	save_by_rename("script", "another");
	expect_changes(1, "replaced");
}

/* Opened for update even by who only reads. */
Test(updates, database)
{
	write_file("db", true);
	cr_expect(eq(u32, count_changes("db", true, MOST + 3), MOST));
}

/* Who writes has made the journal first, or has the log open. */
Test(updates, database_with_journal)
{
	static const struct {
		const char *beside;
		void (*use)(const char *name);
		bool own;
		bool database;
	} cases[] = {
	    {NULL, NULL, false, true},
	    {NULL, NULL, true, false},
	    {"db-journal", depend, false, true},
	    {"db-wal", depend, false, true},
	    {"other-journal", NULL, false, true},
	    {"db-journal", NULL, true, true},
	    {"db-wal", NULL, true, true},
	    {"db-shm", NULL, false, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int opened = 0; opened < 2; opened++) {
			generations_begin(generations, false);
			generations_begin(generations, false); /* ends each row */
			write_file("db", cases[i].database);
			use_for_update("db");
			if (cases[i].use != NULL) {
				cases[i].use(cases[i].beside);
			} else if (cases[i].beside != NULL && opened == 0) {
				generations_write(generations, in_scratch(cases[i].beside));
			} else if (cases[i].beside != NULL) {
				generations_update(generations, in_scratch(cases[i].beside),
						   getpid());
			}
			expect_no_change("arrival");
			write_file("db", cases[i].database);
			cr_expect(eq(u32, judge().changed, !cases[i].own), "%zu, %d", i, opened);
		}
	}
}
