/* SPDX-License-Identifier: MIT */
/* launcher/watcher: limits, permissions and mounts. */
#include "launcher/watcher.h"

#include <errno.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>

#include "tests/unit/hints.h"
#include "tests/unit/in_child.h"
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

TestSuite(watcher_limits, .init = enter, .fini = leave, .timeout = 60);

/* More than the kernel keeps for us: said once, and then everything may have changed. */
Test(watcher_limits, overflow)
{
	FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	unsigned long count = 0;

	cr_assert(limit != NULL && fscanf(limit, "%lu", &count) == 1);
	(void)fclose(limit);
	save("a", "");
	save("b", "");
	cr_assert(zero(int, watcher_add(watcher, directory)));
	for (unsigned long i = 0; i < count + 10; i++) {
		/* Two in turn: equal ones in a row count as one. */
		cr_assert(zero(int, chmod(i % 2 == 0 ? "a" : "b", 0600)));
	}
	(void)await(watcher, HINT_ALL, "");
	save("after", "");
	await_mask(watcher, in_scratch("after"), IN_CLOSE_WRITE);
}

static int check_limit(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER) != 0) {
		return NOT_PERMITTED;
	}
	fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "4", 1) != 1) {
		return NOT_PERMITTED;
	}
	watcher = watcher_open();
	if (watcher == NULL || watcher_add(watcher, in_scratch("a/b/c/d/e/f")) != -1) {
		return 1;
	}
	if (errno != ENOSPC || watcher_count(watcher) != 0) {
		return 2;
	}
	/* It is no lasting failure. */
	if (pwrite(fd, "400", 3, 0) != 3 || watcher_add(watcher, in_scratch("a/b/c/d/e/f")) != 0) {
		return 3;
	}
	return watcher_count(watcher) == 1 ? FINE : 4;
}

Test(watcher_limits, limit_reached)
{
	int status;

	cr_assert(zero(int, system("mkdir -p a/b/c/d/e/f")));
	status = in_child(check_limit);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}

/* A folder above may be entered but not read: it cannot be watched, what is below it can. */
static int check_unreadable(void)
{
	struct hint hint;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
		return NOT_PERMITTED;
	}
	watcher = watcher_open();
	if (watcher == NULL || watcher_add(watcher, in_scratch("closed/open")) != 0) {
		return 1;
	}
	save("closed/open/file", "");
	if (!next_hint(watcher, &hint) || !points_at(&hint, in_scratch("closed/open/file"))) {
		return 2;
	}
	return watcher_add(watcher, in_scratch("closed")) == -1 && errno == EACCES ? FINE : 3;
}

Test(watcher_limits, unreadable_folder_above)
{
	int status;

	make_folder("closed");
	make_folder("closed/open");
	cr_assert(zero(int, chmod("closed/open", 0777)));
	cr_assert(zero(int, chmod("closed", 0311)));
	status = in_child(check_unreadable);
	cr_assert(zero(int, chmod("closed", 0755)));
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}

/* Is the path the next that is spoken of? */
static bool is_next(const char *where)
{
	struct hint hint;

	return next_hint(watcher, &hint) && hint.kind == HINT_ENTRY &&
	       strcmp(hint.path, where) == 0;
}

/* One folder at two places, by a bind mount: whatever happens in it is told of both. */
static int check_bind_mount(void)
{
	unsigned first;

	if (unshare(CLONE_NEWNS | (geteuid() != 0 ? CLONE_NEWUSER : 0)) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("a", "b", NULL, MS_BIND, NULL) != 0) {
		return NOT_PERMITTED;
	}
	if (watcher_add(watcher, in_scratch("a")) != 0 ||
	    watcher_add(watcher, in_scratch("b/c")) != 0 || mkfifo("a/early", 0600) != 0 ||
	    !is_next(in_scratch("a/early"))) {
		return 1;
	}
	if (watcher_add(watcher, in_scratch("b")) != 0 || watcher_count(watcher) != 3) {
		return 2;
	}
	(void)count_hints(watcher, "");
	if (mkfifo("a/fifo", 0600) != 0 || !is_next(in_scratch("a/fifo")) ||
	    !is_next(in_scratch("b/fifo"))) {
		return 3;
	}
	/* Moved away and back, which only the one of them is. */
	if (rename("a", "z") != 0 || rename("z", "a") != 0) {
		return 4;
	}
	first = count_hints(watcher, in_scratch("a/fifo"));
	if (first == 0 || first > 4 || watcher_count(watcher) != 3) {
		return 5;
	}
	if (unlink("b/fifo") != 0) {
		return 6;
	}
	return count_hints(watcher, in_scratch("a/fifo")) == 1 ? FINE : 7;
}

Test(watcher_limits, bind_mount)
{
	int status;

	cr_assert(zero(int, system("mkdir -p a/c b")));
	status = in_child(check_bind_mount);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}
