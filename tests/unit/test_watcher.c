/* SPDX-License-Identifier: MIT */
/* launcher/watcher: what the real kernel says of entries of a watched folder. */
#include "launcher/watcher.h"

#include <errno.h>
#include <sys/inotify.h>

#include "tests/unit/hints.h"
#include "tests/unit/scratch.h"

static struct watcher *watcher;

static void enter(void)
{
	scratch_enter();
	watcher = watcher_open();
	cr_assert(watcher != NULL);
}

static void leave(void)
{
	watcher_close(watcher);
	scratch_leave();
}

TestSuite(watcher, .init = enter, .fini = leave, .timeout = 60);

/* Watches a folder of the test's directory. */
static void watch(const char *name)
{
	cr_assert(zero(int, watcher_add(watcher, in_scratch(name))), "%s: %s", name,
		  strerror(errno));
}

Test(watcher, nothing_to_say)
{
	struct hint hint;

	watch("");
	cr_assert(zero(int, watcher_next(watcher, &hint)));
	cr_assert(eq(sz, watcher_count(watcher), 1));
	/* Again costs nothing, and changes nothing. */
	watch("");
	cr_assert(eq(sz, watcher_count(watcher), 1));
	watcher_close(NULL);
}

Test(watcher, written)
{
	struct hint hint;

	save("file", "one");
	watch("");
	save("file", "two");
	hint = await(watcher, HINT_ENTRY, in_scratch("file"));
	cr_assert(eq(u32, hint.mask, IN_CLOSE_WRITE));
}

Test(watcher, renamed_over)
{
	save("file", "one");
	watch("");
	save_by_rename("file", "two");
	await_mask(watcher, in_scratch("file.new"), IN_CREATE);
	await_mask(watcher, in_scratch("file.new"), IN_CLOSE_WRITE);
	await_mask(watcher, in_scratch("file.new"), IN_MOVED_FROM);
	await_mask(watcher, in_scratch("file"), IN_MOVED_TO);
}

Test(watcher, deleted_and_created)
{
	save("file", "one");
	watch("");
	cr_assert(zero(int, unlink("file")));
	save("file", "two");
	await_mask(watcher, in_scratch("file"), IN_DELETE);
	await_mask(watcher, in_scratch("file"), IN_CREATE);
	await_mask(watcher, in_scratch("file"), IN_CLOSE_WRITE);
}

Test(watcher, attributes)
{
	static const struct timespec times[2] = {{.tv_sec = 12345}, {.tv_sec = 12345}};

	save("file", "one");
	watch("");
	cr_assert(zero(int, chmod("file", 0600)));
	await_mask(watcher, in_scratch("file"), IN_ATTRIB);
	cr_assert(zero(int, utimensat(AT_FDCWD, "file", times, 0)));
	await_mask(watcher, in_scratch("file"), IN_ATTRIB);
}

Test(watcher, symlink_swapped)
{
	make_folder("release-1");
	make_folder("release-2");
	cr_assert(zero(int, symlink("release-1", "current")));
	watch("");
	cr_assert(zero(int, symlink("release-2", "next")));
	cr_assert(zero(int, rename("next", "current")));
	await_mask(watcher, in_scratch("current"), IN_MOVED_TO);
}

Test(watcher, hard_link_and_folder)
{
	save("file", "one");
	watch("");
	cr_assert(zero(int, link("file", "other")));
	await_mask(watcher, in_scratch("other"), IN_CREATE);
	make_folder("folder");
	await_mask(watcher, in_scratch("folder"), IN_CREATE);
	cr_assert(zero(int, rmdir("folder")));
	await_mask(watcher, in_scratch("folder"), IN_DELETE);
}

/* Reading is not changing, and a log that is written to does not wake us with every line. */
Test(watcher, reading_and_appending_are_not_heard)
{
	char text[8];
	int fd;

	save("file", "one");
	save("log", "");
	watch("");
	fd = open("file", O_RDONLY | O_CLOEXEC);
	cr_assert(eq(i64, read(fd, text, sizeof(text)), 3));
	cr_assert(zero(int, close(fd)));
	fd = open("log", O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert(eq(i64, write(fd, "line\n", 5), 5));
	save("mark", "");
	cr_expect(zero(u32, count_hints_until(watcher, in_scratch("file"), in_scratch("mark"))));
	save("mark", "1");
	cr_expect(zero(u32, count_hints_until(watcher, in_scratch("log"), in_scratch("mark"))));
	cr_assert(zero(int, close(fd)));
	await_mask(watcher, in_scratch("log"), IN_CLOSE_WRITE);
}

/* Of the folders above, and of those below, nothing is heard: only their own moves are. */
Test(watcher, only_the_folder_itself)
{
	make_folder("a");
	make_folder("a/b");
	make_folder("a/b/c");
	watch("a/b");
	cr_assert(eq(sz, watcher_count(watcher), 1));
	save("a/file", "");
	save("a/b/c/file", "");
	save("file", "");
	save("a/b/mark", "");
	cr_expect(
	    zero(u32, count_hints_until(watcher, in_scratch("a/file"), in_scratch("a/b/mark"))));
	save("a/b/mark", "1");
	cr_expect(zero(
	    u32, count_hints_until(watcher, in_scratch("a/b/c/file"), in_scratch("a/b/mark"))));
}

Test(watcher, several_folders)
{
	make_folder("a");
	make_folder("b");
	watch("a");
	watch("b");
	watch("");
	cr_assert(eq(sz, watcher_count(watcher), 3));
	save("a/same", "");
	save("b/same", "");
	save("same", "");
	await_mask(watcher, in_scratch("a/same"), IN_CLOSE_WRITE);
	await_mask(watcher, in_scratch("b/same"), IN_CLOSE_WRITE);
	await_mask(watcher, in_scratch("same"), IN_CLOSE_WRITE);
}

static bool is_context(const char *folder, void *context)
{
	return strcmp(folder, context) == 0;
}

/* How many watches the kernel keeps for us (proc(5), fdinfo). */
static unsigned kernel_watches(void)
{
	char line[256];
	unsigned count = 0;
	FILE *info;

	(void)snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", watcher_fd(watcher));
	info = fopen(line, "re");
	cr_assert(info != NULL);
	while (fgets(line, sizeof(line), info) != NULL) {
		count += strncmp(line, "inotify ", 8) == 0;
	}
	(void)fclose(info);
	return count;
}

static bool keeps_nothing(const char *folder, void *context)
{
	(void)folder;
	(void)context;
	return false;
}

Test(watcher, pruned)
{
	char kept[PATH_MAX];
	unsigned others;

	make_folder("a");
	make_folder("a/b");
	make_folder("a/b/c");
	make_folder("other");
	watch("a");
	watch("a/b/c");
	others = kernel_watches();
	watch("other");
	cr_assert(eq(sz, watcher_count(watcher), 3));
	cr_assert(eq(u32, kernel_watches(), others + 1));
	strcpy(kept, in_scratch("a/b/c"));
	watcher_prune(watcher, &(struct watcher_keep){is_context, is_context, kept});
	cr_assert(eq(sz, watcher_count(watcher), 1));
	cr_assert(eq(u32, kernel_watches(), others));
	save("a/file", "");
	save("other/file", "");
	save("a/b/c/mark", "");
	cr_expect(
	    zero(u32, count_hints_until(watcher, in_scratch("a/file"), in_scratch("a/b/c/mark"))));
	save("a/b/c/mark", "1");
	cr_expect(zero(
	    u32, count_hints_until(watcher, in_scratch("other/file"), in_scratch("a/b/c/mark"))));
	/* Taken up again, they are heard again. */
	watch("a");
	watch("other");
	cr_assert(eq(sz, watcher_count(watcher), 3));
	save("a/file", "1");
	save("other/file", "1");
	await_mask(watcher, in_scratch("a/file"), IN_CLOSE_WRITE);
	await_mask(watcher, in_scratch("other/file"), IN_CLOSE_WRITE);
	/* The folders above what was kept still tell that they are moved. */
	watcher_prune(watcher, &(struct watcher_keep){is_context, is_context, kept});
	cr_assert(zero(int, rename("a", "z")));
	(void)await(watcher, HINT_BELOW, in_scratch("a"));
	watcher_prune(watcher, &(struct watcher_keep){keeps_nothing, keeps_nothing, NULL});
	cr_assert(zero(sz, watcher_count(watcher)));
	cr_assert(zero(u32, kernel_watches()));
}
