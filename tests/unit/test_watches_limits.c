/* SPDX-License-Identifier: MIT */
/* launcher/watches: limits and mounts. */
#include "launcher/watches.h"

#include <sched.h>
#include <sys/mount.h>

#include "launcher/poller.h"
#include "tests/unit/heard.h"
#include "tests/unit/in_child.h"

TestSuite(watches_limits, .init = heard_enter, .fini = heard_leave, .timeout = 60);

static bool set_limit(const char *name, const char *limit)
{
	char file[64];
	int fd;

	(void)snprintf(file, sizeof(file), "/proc/sys/user/%s", name);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	/* What is said of it is not for who looks at the tests. */
	return freopen("/dev/null", "w", stderr) != NULL && fd >= 0 &&
	       write(fd, limit, strlen(limit)) == (ssize_t)strlen(limit);
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

static bool tells_of_mounts(void)
{
	struct pollfd mounts = {.fd = watches_mounts_fd(watches), .events = POLLPRI};

	return poll(&mounts, 1, 0) == 1 && (mounts.revents & POLLPRI) != 0;
}

/* A file with a mount of its own: its folder does not hear of what is written to it. */
static int check_mounted(void)
{
	struct hint hint;

	if (unshare(CLONE_NEWNS | (geteuid() != 0 ? CLONE_NEWUSER : 0)) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		return NOT_PERMITTED;
	}
	open_watches(-1);
	watches_add_entry(watches, in_scratch("file"));
	if (tells_of_mounts() || see("file")) {
		return 1;
	}
	if (mount("a/source", "file", NULL, MS_BIND, NULL) != 0 || !tells_of_mounts()) {
		return 2;
	}
	if (tells_of_mounts()) {
		return 3;
	}
	watches_remounted(watches);
	if (!next_of(&hint) || hint.kind != HINT_ALL || !see("file") || see("file")) {
		return 4;
	}
	save("a/source", "22");
	return is_next("file", HINT_ENTRY, IN_CLOSE_WRITE) ? FINE : 5;
}

static void run(int (*check)(void))
{
	int status;

	cr_assert(zero(int, system("mkdir -p a/b/c/d/e")));
	save("file", "1");
	save("a/source", "1");
	save("shared", "1");
	cr_assert(zero(int, link("shared", "a/other-name")));
	status = in_child(check);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}

Test(watches_limits, mounted)
{
	run(check_mounted);
}

Test(watches_limits, watches_used_up)
{
	run(check_watches_used_up);
}

Test(watches_limits, no_watch_for_file)
{
	run(check_no_watch_for_file);
}

Test(watches_limits, no_inotify)
{
	run(check_no_inotify);
}
