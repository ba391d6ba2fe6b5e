/* SPDX-License-Identifier: MIT */
/*
 * Watches folders with inotify(7); see watcher.h.
 *
 * A folder's own watch tells of its entries, but not that it, or a folder above it, was moved to
 * another name: so each folder on the way up has a light watch for that. A folder that does not
 * exist has its place waited for in the nearest one that does.
 */
#include "launcher/watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <uthash.h>

#include "launcher/path.h"

#define SELF_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF)
#define ENTRY_EVENTS                                                                               \
	(IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB)
#define WAITING_EVENTS (IN_CREATE | IN_MOVED_TO)
#define BUFFER_SIZE    65536

struct folder {
	char *path;
	struct folder *parent; /* NULL for "/" */
	int wd;		       /* -1: not watched: it does not exist, or nothing is asked of it */
	bool wanted;	       /* its entries are */
	bool waiting;	       /* for a folder below it to appear */
	bool needed;	       /* scratch of watcher_prune */
	struct folder *alias;  /* another path to the same inode, with the same wd */
	UT_hash_handle hh;     /* by path; in the order of entry, so parents come first */
	UT_hash_handle hh_wd;  /* by wd; the aliases hang on the one that is in here */
};

struct watcher {
	int fd;
	struct folder *folders;
	struct folder *by_wd;
	size_t filled, at;	    /* bytes in the buffer, and of those that are done with */
	const struct folder *alias; /* still to hear of the event at `at` */
	_Alignas(struct inotify_event) char buffer[BUFFER_SIZE];
};

static void free_folder(struct folder *folder)
{
	if (folder != NULL) {
		free(folder->path);
		free(folder);
	}
}

struct watcher *watcher_open(void)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	if (watcher == NULL) {
		return NULL;
	}
	watcher->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watcher->fd < 0) {
		free(watcher);
		return NULL;
	}
	return watcher;
}

void watcher_close(struct watcher *watcher)
{
	struct folder *folder;
	struct folder *next;

	if (watcher == NULL) {
		return;
	}
	HASH_CLEAR(hh_wd, watcher->by_wd);
	folder = watcher->folders;
	HASH_CLEAR(hh, watcher->folders); /* its links stay */
	while (folder != NULL) {
		next = folder->hh.next;
		free_folder(folder);
		folder = next;
	}
	close(watcher->fd);
	free(watcher);
}

int watcher_fd(const struct watcher *watcher)
{
	return watcher->fd;
}

static struct folder *find_folder(struct watcher *watcher, const char *path)
{
	struct folder *folder;

	HASH_FIND_STR(watcher->folders, path, folder);
	return folder;
}

static struct folder *find_wd(struct watcher *watcher, int wd)
{
	struct folder *folder;

	HASH_FIND(hh_wd, watcher->by_wd, &wd, sizeof(wd), folder);
	return folder;
}

/* Takes the folder off its wd; the kernel's watch goes with the last that uses it. */
static void detach(struct watcher *watcher, struct folder *folder)
{
	struct folder *first;

	if (folder->wd < 0) {
		return;
	}
	first = find_wd(watcher, folder->wd);
	if (first == folder) {
		HASH_DELETE(hh_wd, watcher->by_wd, folder);
		if (folder->alias != NULL) {
			first = folder->alias;
			HASH_ADD(hh_wd, watcher->by_wd, wd, sizeof(first->wd), first);
		} else {
			inotify_rm_watch(watcher->fd, folder->wd);
		}
	} else {
		while (first != NULL && first->alias != folder) {
			first = first->alias;
		}
		if (first != NULL) {
			first->alias = folder->alias;
		}
	}
	folder->alias = NULL;
	folder->wd = -1;
}

static void attach(struct watcher *watcher, struct folder *folder, int wd)
{
	struct folder *first;

	if (folder->wd == wd) {
		return;
	}
	detach(watcher, folder);
	folder->wd = wd;
	first = find_wd(watcher, wd);
	if (first != NULL) {
		folder->alias = first->alias;
		first->alias = folder;
	} else {
		HASH_ADD(hh_wd, watcher->by_wd, wd, sizeof(folder->wd), folder);
	}
}

/* Asks the kernel for what the folder is to tell. 0 or -1. */
static int install(struct watcher *watcher, struct folder *folder)
{
	uint32_t mask = SELF_EVENTS | IN_ONLYDIR | IN_MASK_ADD;
	int wd;

	mask |= folder->wanted ? ENTRY_EVENTS : 0u;
	mask |= folder->waiting ? WAITING_EVENTS : 0u;
	wd = inotify_add_watch(watcher->fd, folder->path, mask);
	if (wd < 0) {
		return -1;
	}
	attach(watcher, folder, wd);
	return 0;
}

static bool is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* Installs, or waits for the folder at the nearest place above it that exists. */
static int install_or_wait(struct watcher *watcher, struct folder *folder)
{
	struct folder *parent = folder->parent;

	if (install(watcher, folder) == 0) {
		return 0;
	}
	if (!is_absence(errno) || parent == NULL) {
		return -1;
	}
	parent->waiting = true;
	if (install_or_wait(watcher, parent) != 0) {
		return -1;
	}
	/* It may have appeared before its parent was asked to tell: look again. */
	if (parent->wd >= 0) {
		(void)install(watcher, folder);
	}
	return 0;
}

static struct folder *enter_folder(struct watcher *watcher, const char *path)
{
	struct folder *folder = find_folder(watcher, path);
	char above[PATH_MAX];

	if (folder != NULL) {
		return folder;
	}
	folder = calloc(1, sizeof(*folder));
	if (folder == NULL) {
		return NULL;
	}
	folder->wd = -1;
	folder->path = strdup(path);
	if (strcmp(path, "/") != 0 && path_folder(above, path)) {
		folder->parent = enter_folder(watcher, above);
	}
	if (folder->path == NULL || (folder->parent == NULL && strcmp(path, "/") != 0)) {
		free_folder(folder);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, watcher->folders, folder->path, strlen(folder->path), folder);
	/* That it is moved away; one that we may not read is passed over. "/" cannot be moved. */
	if (folder->parent != NULL) {
		(void)install(watcher, folder);
	}
	return folder;
}

int watcher_add(struct watcher *watcher, const char *path)
{
	struct folder *folder = find_folder(watcher, path);

	if (folder != NULL && folder->wanted) {
		return 0;
	}
	folder = enter_folder(watcher, path);
	if (folder == NULL) {
		return -1;
	}
	folder->wanted = true;
	if (install_or_wait(watcher, folder) != 0) {
		folder->wanted = false;
		return -1;
	}
	return 0;
}

/* The folder has another place, or none: watch what is, or will be, where it was. */
static void renew_below(struct watcher *watcher, const char *path)
{
	for (struct folder *at = watcher->folders; at != NULL; at = at->hh.next) {
		if (path_is_below(at->path, path)) {
			detach(watcher, at);
		}
	}
	for (struct folder *at = watcher->folders; at != NULL; at = at->hh.next) {
		if (path_is_below(at->path, path)) {
			if (at->wanted || at->waiting) {
				(void)install_or_wait(watcher, at);
			} else {
				(void)install(watcher, at);
			}
		}
	}
}

/* Turns one event about one folder into a hint; false if it says nothing. */
static bool decode(struct watcher *watcher, const struct folder *folder,
		   const struct inotify_event *event, struct hint *hint)
{
	struct folder *below;

	hint->mask = event->mask;
	if ((event->mask & (SELF_EVENTS | IN_UNMOUNT)) != 0) {
		hint->kind = HINT_BELOW;
		(void)path_copy(hint->path, folder->path);
		renew_below(watcher, hint->path);
		return true;
	}
	if (event->len == 0 || !path_join(hint->path, folder->path, event->name)) {
		return false;
	}
	below = folder->waiting && (event->mask & WAITING_EVENTS) != 0
		    ? find_folder(watcher, hint->path)
		    : NULL;
	if (below != NULL && below->wd < 0) {
		hint->kind = HINT_BELOW;
		renew_below(watcher, hint->path);
		return true;
	}
	hint->kind = HINT_ENTRY;
	return folder->wanted;
}

static int fill(struct watcher *watcher)
{
	ssize_t size = read(watcher->fd, watcher->buffer, sizeof(watcher->buffer));

	if (size < 0) {
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	}
	watcher->filled = (size_t)size;
	watcher->at = 0;
	return size > 0;
}

/* The event to hear next and the folder it is about; each alias of the folder hears it, too. */
static const struct inotify_event *take_event(struct watcher *watcher, const struct folder **folder)
{
	/* The kernel pads names, so that each event is aligned (inotify(7)). */
	const struct inotify_event *event = (const void *)(watcher->buffer + watcher->at);

	*folder = watcher->alias != NULL ? watcher->alias : find_wd(watcher, event->wd);
	watcher->alias = *folder != NULL ? (*folder)->alias : NULL;
	if ((event->mask & SELF_EVENTS) != 0) {
		watcher->alias = NULL; /* hearing it renews them all */
	}
	if (watcher->alias == NULL) {
		watcher->at += sizeof(*event) + event->len;
	}
	return event;
}

int watcher_next(struct watcher *watcher, struct hint *hint)
{
	for (;;) {
		const struct inotify_event *event;
		const struct folder *folder;
		int result = watcher->at < watcher->filled ? 1 : fill(watcher);

		if (result <= 0) {
			return result;
		}
		event = take_event(watcher, &folder);
		if ((event->mask & IN_Q_OVERFLOW) != 0) {
			hint->kind = HINT_ALL;
			return 1;
		}
		if (folder != NULL && decode(watcher, folder, event, hint)) {
			return 1;
		}
	}
}

void watcher_prune(struct watcher *watcher, bool (*keep)(const char *folder, void *context),
		   void *context)
{
	struct folder *folder;
	struct folder *next;

	for (folder = watcher->folders; folder != NULL; folder = folder->hh.next) {
		folder->needed = false;
	}
	for (folder = watcher->folders; folder != NULL; folder = folder->hh.next) {
		folder->wanted = folder->wanted && keep(folder->path, context);
		if (folder->wanted) {
			for (struct folder *up = folder; up != NULL; up = up->parent) {
				up->needed = true;
			}
		}
	}
	HASH_ITER(hh, watcher->folders, folder, next)
	{
		if (!folder->needed) {
			detach(watcher, folder);
			HASH_DEL(watcher->folders, folder);
			free_folder(folder);
		}
	}
	watcher->alias = NULL;
}

size_t watcher_count(const struct watcher *watcher)
{
	size_t count = 0;

	for (struct folder *at = watcher->folders; at != NULL; at = at->hh.next) {
		count += at->wanted && at->wd >= 0;
	}
	return count;
}
