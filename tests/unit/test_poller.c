/* SPDX-License-Identifier: MIT */
/* launcher/poller: what is found by looking again and again. */
#include "launcher/poller.h"

#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>

#include "tests/unit/hints.h"
#include "tests/unit/scratch.h"

#define OFTEN_NS 1000000

static struct poller *poller;

static void enter(void)
{
	scratch_enter();
	poller = poller_open(OFTEN_NS);
	cr_assert(poller != NULL);
}

static void leave(void)
{
	poller_close(poller);
	poller_close(NULL);
	scratch_leave();
}

TestSuite(poller, .init = enter, .fini = leave, .timeout = 60);

static void look_at(const char *name, bool is_folder)
{
	cr_assert(eq(int, poller_add(poller, in_scratch(name), is_folder), 1), "%s", name);
}

static void wait_until_due(void)
{
	struct pollfd ready = {.fd = poller_fd(poller), .events = POLLIN};

	cr_assert(eq(int, poll(&ready, 1, LIMIT_MS), 1), "it is never time to look");
}

static struct hint next_found(void)
{
	struct hint hint;
	int result;

	while ((result = poller_next(poller, &hint)) == 0) {
		wait_until_due();
	}
	cr_assert(eq(int, result, 1));
	return hint;
}

static void expect_found(const char *name, enum hint_kind kind)
{
	struct hint hint = next_found();

	cr_expect(eq(str, hint.path, (char *)in_scratch(name)));
	cr_expect(eq(int, (int)hint.kind, (int)kind), "%s", name);
	cr_expect(eq(u32, hint.mask, POLLER_MASK), "%s", name);
}

/* The mark has been added last: nothing else has been found when it is, twice. */
static void expect_nothing_but(const char *mark)
{
	for (int i = 0; i < 2; i++) {
		save(mark, i == 0 ? "22" : "1");
		expect_found(mark, HINT_ENTRY);
	}
}

/* How long until the next look; 0: there will be none. */
static int64_t due_in_ns(void)
{
	struct itimerspec at;

	cr_assert(zero(int, timerfd_gettime(poller_fd(poller), &at)));
	return at.it_value.tv_sec * INT64_C(1000000000) + at.it_value.tv_nsec;
}

static int64_t now_ns(void)
{
	struct timespec now;

	cr_assert(zero(int, clock_gettime(CLOCK_MONOTONIC, &now)));
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

Test(poller, entry)
{
	save("file", "1");
	save("mark", "1");
	look_at("file", false);
	look_at("absent", false);
	look_at("mark", false);
	expect_nothing_but("mark");
	save("file", "22");
	expect_found("file", HINT_ENTRY);
	save_by_rename("file", "22");
	expect_found("file", HINT_ENTRY);
	cr_assert(zero(int, chmod("file", 0600)));
	expect_found("file", HINT_ENTRY);
	cr_assert(zero(int, unlink("file")));
	expect_found("file", HINT_ENTRY);
	save("file", "1");
	expect_found("file", HINT_ENTRY);
	save("absent", "1");
	expect_found("absent", HINT_ENTRY);
	expect_nothing_but("mark");
}

/* A `cp -p` of equal size and time shows in the ctime alone. */
Test(poller, ctime_alone)
{
	struct timespec times[2] = {{.tv_sec = 12345}, {.tv_sec = 12345}};

	save("file", "1");
	cr_assert(zero(int, utimensat(AT_FDCWD, "file", times, 0)));
	look_at("file", false);
	save("file", "2");
	cr_assert(zero(int, utimensat(AT_FDCWD, "file", times, 0)));
	expect_found("file", HINT_ENTRY);
}

/* Its mtime tells of its entries, and of nothing that happens in them. */
Test(poller, folder)
{
	make_folder("folder");
	save("folder/file", "1");
	save("mark", "1");
	look_at("folder", true);
	look_at("later", true);
	look_at("mark", false);
	save("folder/file", "22");
	expect_nothing_but("mark");
	save("folder/new", "1");
	expect_found("folder", HINT_BELOW);
	cr_assert(zero(int, unlink("folder/new")));
	expect_found("folder", HINT_BELOW);
	make_folder("later");
	expect_found("later", HINT_BELOW);
	cr_assert(zero(int, rename("folder", "moved")));
	expect_found("folder", HINT_BELOW);
	expect_nothing_but("mark");
}

/* Once is enough; as a folder it tells more. */
Test(poller, added_again)
{
	make_folder("folder");
	look_at("folder", false);
	cr_assert(zero(int, poller_add(poller, in_scratch("folder"), false)));
	cr_assert(eq(sz, poller_count(poller), 1));
	save("folder/a", "1");
	expect_found("folder", HINT_ENTRY);
	save("folder/b", "1");
	/* What was there before is not forgotten by it. */
	cr_assert(zero(int, poller_add(poller, in_scratch("folder"), true)));
	expect_found("folder", HINT_BELOW);
	cr_assert(zero(int, poller_add(poller, in_scratch("folder"), false)));
	save("folder/c", "1");
	expect_found("folder", HINT_BELOW);
}

/* Looks only when it is time to. */
Test(poller, only_when_it_is_time)
{
	struct poller *seldom = poller_open(INT64_C(3600000000000));
	struct pollfd ready = {.events = POLLIN};
	struct hint hint;

	cr_assert(seldom != NULL);
	ready.fd = poller_fd(seldom);
	save("file", "1");
	cr_assert(eq(int, poller_add(seldom, in_scratch("file"), false), 1));
	save("file", "22");
	cr_expect(zero(int, poll(&ready, 1, 0)));
	cr_expect(zero(int, poller_next(seldom, &hint)));
	poller_close(seldom);
}

/* Some hundred at a time, all of them in the end, in their order. */
Test(poller, many)
{
	enum { MANY = 1500 };
	char name[32];
	struct hint hint;

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "file-%d", i);
		look_at(name, false);
	}
	cr_assert(eq(sz, poller_count(poller), MANY));
	save("file-1499", "1");
	wait_until_due();
	cr_expect(zero(int, poller_next(poller, &hint)), "the last is not among the first ones");
	save("file-0", "1");
	save("file-700", "1");
	expect_found("file-700", HINT_ENTRY);
	expect_found("file-1499", HINT_ENTRY);
	expect_found("file-0", HINT_ENTRY);
	save("file-1499", "22");
	save("file-1498", "22");
	expect_found("file-1498", HINT_ENTRY);
	expect_found("file-1499", HINT_ENTRY);
}

/* However often the user wants it: a round takes some processor time, and is followed by a pause.
 */
Test(poller, pause)
{
	char name[32];
	struct hint hint;
	int64_t began_ns;

	poller_close(poller);
	poller = poller_open(1);
	cr_assert(poller != NULL);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "file-%d", i);
		look_at(name, false);
	}
	wait_until_due();
	began_ns = now_ns();
	cr_expect(zero(int, poller_next(poller, &hint)));
	cr_expect(ge(i64, due_in_ns() + now_ns() - began_ns, 5000000));
}

static bool keep_folder(const char *where, void *context)
{
	(void)context;
	return strstr(where, "kept-folder") != NULL;
}

static bool keep_file(const char *where, void *context)
{
	(void)context;
	return strstr(where, "kept-file") != NULL;
}

static bool keep_none(const char *where, void *context)
{
	(void)where, (void)context;
	return false;
}

static void prune(bool all)
{
	poller_prune(poller, &(struct watcher_keep){all ? keep_none : keep_folder,
						    all ? keep_none : keep_file, NULL});
}

Test(poller, pruned)
{
	static const char *const names[] = {"a", "kept-file-1", "b", "kept-file-2", "c"};

	for (size_t i = 0; i < 5; i++) {
		save(names[i], "1");
		look_at(names[i], false);
	}
	look_at("kept-folder", true);
	look_at("kept-file-that-is-a-folder", true);
	look_at("folder", true);
	prune(false);
	cr_assert(eq(sz, poller_count(poller), 3));
	for (size_t i = 0; i < 5; i++) {
		save(names[i], "22");
	}
	make_folder("folder");
	make_folder("kept-file-that-is-a-folder");
	make_folder("kept-folder");
	expect_found("kept-file-1", HINT_ENTRY);
	expect_found("kept-file-2", HINT_ENTRY);
	expect_found("kept-folder", HINT_BELOW);
	/* Anew it is looked at as it is now. */
	look_at("a", false);
	save("kept-file-1", "1");
	expect_found("kept-file-1", HINT_ENTRY);
	save("a", "1");
	expect_found("a", HINT_ENTRY);
}

/* In the middle of a round: it goes on where it was, or with what follows. */
Test(poller, pruned_under_way)
{
	static const char *const names[] = {"kept-file-0", "a", "b", "kept-file-1", "kept-file-2"};

	for (size_t i = 0; i < 5; i++) {
		look_at(names[i], false);
	}
	for (size_t i = 0; i < 5; i++) {
		save(names[i], "1");
	}
	expect_found("kept-file-0", HINT_ENTRY);
	prune(false);
	save("kept-file-0", "22");
	expect_found("kept-file-1", HINT_ENTRY);
	expect_found("kept-file-2", HINT_ENTRY);
	expect_found("kept-file-0", HINT_ENTRY);
	/* The rest of a round is gone. */
	save("kept-file-1", "22");
	expect_found("kept-file-1", HINT_ENTRY);
	prune(true);
	cr_assert(zero(sz, poller_count(poller)));
	save("new", "1");
	look_at("new", false);
	save("new", "22");
	expect_found("new", HINT_ENTRY);
}

/* With nothing to look at, nobody is woken. */
Test(poller, nothing_left)
{
	struct hint hint;

	cr_expect(zero(i64, due_in_ns()));
	save("file", "1");
	look_at("file", false);
	save("file", "22");
	expect_found("file", HINT_ENTRY);
	prune(true);
	wait_until_due();
	cr_expect(zero(int, poller_next(poller, &hint)));
	cr_expect(zero(i64, due_in_ns()));
	look_at("file", false);
	save("file", "1");
	expect_found("file", HINT_ENTRY);
}
