/* SPDX-License-Identifier: MIT */
/* launcher/watches: inotify where it tells, looking where it does not. */
#include "launcher/watches.h"

#include "launcher/poller.h"
#include "tests/unit/heard.h"

#define OFTEN_NS 1000000

TestSuite(watches, .init = heard_enter, .fini = heard_leave, .timeout = 60);

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
