/* SPDX-License-Identifier: MIT */
/* launcher/watches: inotify where it tells, looking where it does not. */
#include "launcher/watches.h"

#include <sched.h>
#include <sys/inotify.h>

#include "launcher/poller.h"
#include "tests/unit/in_child.h"
#include "tests/unit/world.h"

#define OFTEN_NS 1000000

static void open_watches(int64_t poll_ns)
{
	watches_close(watches);
	watches = watches_open(poll_ns, journal);
}

static void enter(void)
{
	world_enter();
	/* Nobody else uses those of the world. */
	generations_free(generations);
	generations = NULL;
}

static void leave(void)
{
	watches_close(NULL);
	world_leave();
}

TestSuite(watches, .init = enter, .fini = leave, .timeout = 60);

/* The next hint; false: none has come for so long. No Criterion: it is used in a child, too. */
static bool next_of(struct hint *hint)
{
	for (;;) {
		struct pollfd ready = {.fd = watches_fd(watches), .events = POLLIN};
		int result = watches_next(watches, hint);

		if (result != 0) {
			return result == 1;
		}
		if (poll(&ready, 1, LIMIT_MS) != 1) {
			return false;
		}
	}
}

static bool is_next(const char *name, enum hint_kind kind, uint32_t mask)
{
	struct hint hint;

	return next_of(&hint) && hint.kind == kind && strcmp(hint.path, in_scratch(name)) == 0 &&
	       (kind != HINT_ENTRY || hint.mask == mask);
}

static bool see(const char *name)
{
	struct sight sight;

	sight_take(&sight, in_scratch(name), false);
	return watches_see(watches, in_scratch(name), &sight);
}

/* A local filesystem tells all by itself. */
Test(watches, by_inotify)
{
	save("file", "1");
	make_folder("folder");
	watches_add_entry(watches, in_scratch("file"));
	watches_add_folder(watches, in_scratch("folder"));
	cr_expect(eq(sz, watches_count(watches), 2));
	cr_expect(not(see("file")));
	cr_expect(not(see("absent")));
	save("file", "22");
	cr_expect(is_next("file", HINT_ENTRY, IN_CLOSE_WRITE));
	cr_assert(zero(int, mkfifo("folder/fifo", 0600)));
	cr_expect(is_next("folder/fifo", HINT_ENTRY, IN_CREATE));
	cr_expect(zero(u32, told("limited", NULL, NULL)));
}

/* --poll: the kernel is not asked at all. */
Test(watches, poll_all)
{
	open_watches(OFTEN_NS);
	save("file", "1");
	save("shared", "1");
	cr_assert(zero(int, link("shared", "other-name")));
	make_folder("folder");
	watches_add_entry(watches, in_scratch("file"));
	watches_add_entry(watches, in_scratch("absent"));
	watches_add_entry(watches, in_scratch("shared"));
	watches_add_folder(watches, in_scratch("folder"));
	cr_expect(not(see("file")));
	cr_expect(not(see("shared")));
	cr_expect(zero(sz, watches_count(watches)));
	save("file", "22");
	cr_expect(is_next("file", HINT_ENTRY, POLLER_MASK));
	save("other-name", "22");
	cr_expect(is_next("shared", HINT_ENTRY, POLLER_MASK));
	save("absent", "1");
	cr_expect(is_next("absent", HINT_ENTRY, POLLER_MASK));
	cr_assert(zero(int, unlink("file")));
	cr_expect(is_next("file", HINT_ENTRY, POLLER_MASK));
	save("folder/new", "1");
	cr_expect(is_next("folder", HINT_BELOW, 0));
	cr_expect(zero(u32, told("limited", NULL, NULL)), "it is what was asked for");
}

/* Written under another name, in a folder that nobody watches. */
Test(watches, shared)
{
	make_folder("a");
	make_folder("b");
	save("a/file", "1");
	watches_add_entry(watches, in_scratch("a/file"));
	cr_expect(not(see("a/file")));
	cr_assert(zero(int, link("a/file", "b/file")));
	drop_hints();
	cr_expect(see("a/file"), "what has happened before is not known");
	cr_expect(not(see("a/file")), "watched already");
	save("b/file", "22");
	cr_expect(is_next("a/file", HINT_ENTRY, IN_CLOSE_WRITE));
	/* Another file, which has other names, too. */
	save("b/next", "1");
	cr_assert(zero(int, link("b/next", "b/next-2")));
	cr_assert(zero(int, rename("b/next", "a/file")));
	drop_hints();
	cr_expect(see("a/file"));
	save("b/next-2", "22");
	cr_expect(is_next("a/file", HINT_ENTRY, IN_CLOSE_WRITE));
	/* One name only: its folder's watch will do. */
	cr_assert(zero(int, unlink("b/next-2")));
	drop_hints();
	cr_expect(not(see("a/file")));
	cr_assert(zero(int, chmod("a/file", 0600)));
	cr_expect(is_next("a/file", HINT_ENTRY, IN_ATTRIB));
	save("a/mark", "");
	cr_expect(is_next("a/mark", HINT_ENTRY, IN_CREATE), "said once");
}

static bool keep(const char *where, void *context)
{
	return strstr(where, context) != NULL;
}

static void prune(void)
{
	watches_prune(watches, &(struct watcher_keep){keep, keep, "kept"});
}

Test(watches, pruned)
{
	make_folder("kept");
	make_folder("other");
	watches_add_folder(watches, in_scratch("kept"));
	watches_add_folder(watches, in_scratch("other"));
	prune();
	cr_expect(eq(sz, watches_count(watches), 1));
	cr_assert(zero(int, mkfifo("other/fifo", 0600)));
	cr_assert(zero(int, mkfifo("kept/fifo", 0600)));
	cr_expect(is_next("kept/fifo", HINT_ENTRY, IN_CREATE));
	open_watches(OFTEN_NS);
	watches_add_folder(watches, in_scratch("other"));
	watches_add_folder(watches, in_scratch("kept"));
	watches_add_entry(watches, in_scratch("file"));
	prune();
	save("file", "1");
	save("other/new", "1");
	save("kept/new", "1");
	cr_expect(is_next("kept", HINT_BELOW, 0));
}

static bool set_limit(const char *name, const char *limit)
{
	char file[64];
	int fd;

	(void)snprintf(file, sizeof(file), "/proc/sys/user/%s", name);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, limit, strlen(limit)) == (ssize_t)strlen(limit);
}

/* What cannot be watched is looked at, and that is said once. */
static int check_watches_used_up(void)
{
	if (unshare(CLONE_NEWUSER) != 0 || !set_limit("max_inotify_watches", "4")) {
		return NOT_PERMITTED;
	}
	open_watches(-1);
	watches_add_entry(watches, in_scratch("a/b/c/d/e/file"));
	watches_add_folder(watches, in_scratch("a/b/c/d"));
	watches_add_entry(watches, in_scratch("a/b/c/d/other"));
	if (watches_count(watches) != 0) {
		return 1;
	}
	if (told("limited", "a/b/c/d/e/file", NULL) != 1 || told("limited", NULL, NULL) != 1) {
		return 2;
	}
	save("a/b/c/d/e/file", "1");
	save("a/b/c/d/new", "1");
	return is_next("a/b/c/d/e/file", HINT_ENTRY, POLLER_MASK) &&
		       is_next("a/b/c/d", HINT_BELOW, 0)
		   ? FINE
		   : 3;
}

/* The folder is watched, and the further one for a file with other names is too much. */
static int check_no_watch_for_file(void)
{
	static char count[16];
	const char *at = directory;
	int folders = 0;

	while ((at = strchr(at, '/')) != NULL) {
		at++;
		folders++;
	}
	(void)snprintf(count, sizeof(count), "%d", folders);
	if (unshare(CLONE_NEWUSER) != 0 || !set_limit("max_inotify_watches", count)) {
		return NOT_PERMITTED;
	}
	open_watches(-1);
	watches_add_entry(watches, in_scratch("shared"));
	if (watches_count(watches) != 1 || told("limited", NULL, NULL) != 0) {
		return 1;
	}
	if (!see("shared") || told("limited", "shared", NULL) != 1) {
		return 2;
	}
	if (see("shared")) {
		return 3;
	}
	save("a/other-name", "22");
	return is_next("shared", HINT_ENTRY, POLLER_MASK) ? FINE : 4;
}

/* Not even one inotify. */
static int check_no_inotify(void)
{
	if (unshare(CLONE_NEWUSER) != 0 || !set_limit("max_inotify_instances", "0")) {
		return NOT_PERMITTED;
	}
	open_watches(-1);
	if (watches == NULL) {
		return 1;
	}
	watches_add_entry(watches, in_scratch("file"));
	watches_add_folder(watches, in_scratch("a"));
	if (watches_count(watches) != 0 || told("limited", "file", NULL) != 1) {
		return 2;
	}
	save("file", "1");
	return is_next("file", HINT_ENTRY, POLLER_MASK) ? FINE : 3;
}

static void run(int (*check)(void))
{
	int status;

	cr_assert(zero(int, system("mkdir -p a/b/c/d/e")));
	save("shared", "1");
	cr_assert(zero(int, link("shared", "a/other-name")));
	status = in_child(check);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}

Test(watches, watches_used_up)
{
	run(check_watches_used_up);
}

Test(watches, no_watch_for_file)
{
	run(check_no_watch_for_file);
}

Test(watches, no_inotify)
{
	run(check_no_inotify);
}
