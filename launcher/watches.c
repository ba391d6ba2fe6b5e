/* SPDX-License-Identifier: MIT */
/* Hears of changes in the way that is to be had; see watches.h. */
#include "launcher/watches.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "launcher/filesystems.h"
#include "launcher/path.h"
#include "launcher/poller.h"

#define DEVICES 32 /* more mounts than a command reads from; beyond, statfs is called anew */

struct device {
	uint64_t number;
	bool tells;
};

struct watches {
	struct watcher *watcher;
	struct poller *poller;
	struct journal *journal;
	bool poll_all;
	bool limit_told;
	int mounts; /* /proc/self/mountinfo, or -1 */
	int epoll;  /* of the other two */
	size_t device_count;
	struct device devices[DEVICES];
};

static int add_source(struct watches *watches, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return fd < 0 ? 0 : epoll_ctl(watches->epoll, EPOLL_CTL_ADD, fd, &event);
}

struct watches *watches_open(int64_t poll_ns, struct journal *journal)
{
	struct watches *watches = calloc(1, sizeof(*watches));

	if (watches == NULL) {
		return NULL;
	}
	watches->journal = journal;
	watches->poll_all = poll_ns >= 0;
	watches->watcher = watcher_open();
	watches->poller = poller_open(poll_ns > 0 ? poll_ns : WATCHES_POLL_NS);
	/* proc_pid_mountinfo(5): an exceptional condition when something is mounted or unmounted.
	 */
	watches->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	watches->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (watches->watcher == NULL || watches->poller == NULL || watches->epoll < 0 ||
	    add_source(watches, watcher_fd(watches->watcher)) != 0 ||
	    add_source(watches, poller_fd(watches->poller)) != 0) {
		watches_close(watches);
		return NULL;
	}
	return watches;
}

void watches_close(struct watches *watches)
{
	int saved_errno = errno;

	if (watches == NULL) {
		return;
	}
	watcher_close(watches->watcher);
	poller_close(watches->poller);
	if (watches->mounts >= 0) {
		close(watches->mounts);
	}
	if (watches->epoll >= 0) {
		close(watches->epoll);
	}
	free(watches);
	errno = saved_errno;
}

int watches_fd(const struct watches *watches)
{
	return watches->epoll;
}

int watches_mounts_fd(const struct watches *watches)
{
	return watches->mounts;
}

void watches_remounted(struct watches *watches)
{
	watcher_remounted(watches->watcher);
}

void watches_begin_round(struct watches *watches)
{
	watcher_begin_round(watches->watcher);
}

int watches_next(struct watches *watches, struct hint *hint)
{
	int count = watcher_next(watches->watcher, hint);

	return count != 0 ? count : poller_next(watches->poller, hint);
}

/* --- in which way --- */

static bool device_tells(struct watches *watches, uint64_t number, const char *path)
{
	bool tells;

	for (size_t i = 0; i < watches->device_count; i++) {
		if (watches->devices[i].number == number) {
			return watches->devices[i].tells;
		}
	}
	tells = filesystem_tells(path);
	if (watches->device_count < DEVICES) {
		watches->devices[watches->device_count++] = (struct device){number, tells};
	}
	return tells;
}

/* Of a folder, or of where something is missing. */
static bool folder_tells(struct watches *watches, const char *path)
{
	char folder[PATH_MAX];
	struct sight sight;

	sight_take(&sight, path, false);
	if (!sight.present && path_folder(folder, path)) {
		sight_take(&sight, folder, false);
	}
	return sight.present ? device_tells(watches, sight.identity.device, path)
			     : filesystem_tells(path);
}

static void tell_limit(struct watches *watches, const char *path)
{
	if (!watches->limit_told) {
		watches->limit_told = true;
		journal_limited(watches->journal, path, errno);
	}
}

void watches_add_folder(struct watches *watches, const char *folder)
{
	bool watched = false;

	if (!watches->poll_all) {
		watched = watcher_add(watches->watcher, folder) == 0;
		if (!watched) {
			tell_limit(watches, folder);
		}
	}
	if (!watched || !folder_tells(watches, folder)) {
		(void)poller_add(watches->poller, folder, true);
	}
}

void watches_add_entry(struct watches *watches, const char *path)
{
	char folder[PATH_MAX];

	if (watches->poll_all || !path_folder(folder, path) ||
	    watcher_add(watches->watcher, folder) != 0) {
		if (!watches->poll_all) {
			tell_limit(watches, path);
		}
		(void)poller_add(watches->poller, path, false);
	}
}

bool watches_see(struct watches *watches, const char *path, const struct sight *sight)
{
	bool tells = sight->present ? device_tells(watches, sight->identity.device, path)
				    : folder_tells(watches, path);
	int added = 0;

	if (!sight->shared && !sight->mounted) {
		watcher_drop_file(watches->watcher, path);
	} else if (!watches->poll_all) {
		added = watcher_add_file(watches->watcher, path);
		if (added < 0 && errno != ENOENT && errno != ENOTDIR) {
			tell_limit(watches, path);
			tells = false;
		}
	}
	return (!tells && poller_add(watches->poller, path, false) == 1) || added == 1;
}

size_t watches_count(const struct watches *watches)
{
	return watcher_count(watches->watcher);
}

void watches_prune(struct watches *watches, const struct watcher_keep *keep)
{
	watcher_prune(watches->watcher, keep);
	poller_prune(watches->poller, keep);
}
