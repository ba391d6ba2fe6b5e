/* SPDX-License-Identifier: MIT */
/*
 * Watches folders with inotify(7); see watcher.h.
 *
 * A folder's own watch tells of its entries, but not that it, or a folder above it, was moved to
 * another name: so each folder on the way up has a light watch for that. A folder that does not
 * exist has its place waited for in the nearest one that does.
 */
#include "launcher/watcher_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/path.h"

#define ENTRY_EVENTS                                                                               \
	(IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB)
#define FILE_EVENTS (IN_CLOSE_WRITE | IN_ATTRIB)

static void free_place(struct place *place)
{
	if (place != NULL) {
		free(place->path);
		free(place);
	}
}

struct watcher *watcher_open(void)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	if (watcher != NULL) {
		watcher->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	}
	return watcher;
}

static void free_all(struct place **places)
{
	struct place *place = *places;
	struct place *next;

	HASH_CLEAR(hh, *places); /* its links stay */
	while (place != NULL) {
		next = place->hh.next;
		free_place(place);
		place = next;
	}
}

void watcher_close(struct watcher *watcher)
{
	if (watcher == NULL) {
		return;
	}
	HASH_CLEAR(hh_wd, watcher->by_wd);
	free_all(&watcher->folders);
	free_all(&watcher->files);
	if (watcher->fd >= 0) {
		close(watcher->fd);
	}
	free(watcher);
}

int watcher_fd(const struct watcher *watcher)
{
	return watcher->fd;
}

struct place *watcher_find_folder(struct watcher *watcher, const char *path)
{
	struct place *folder;

	HASH_FIND_STR(watcher->folders, path, folder);
	return folder;
}

struct place *watcher_find_wd(struct watcher *watcher, int wd)
{
	struct place *folder;

	HASH_FIND(hh_wd, watcher->by_wd, &wd, sizeof(wd), folder);
	return folder;
}

/* Takes the place off its wd; the kernel's watch goes with the last that uses it. */
static void detach(struct watcher *watcher, struct place *place)
{
	struct place *first;

	if (place->wd < 0) {
		return;
	}
	first = watcher_find_wd(watcher, place->wd);
	if (first == place) {
		HASH_DELETE(hh_wd, watcher->by_wd, place);
		if (place->alias != NULL) {
			first = place->alias;
			HASH_ADD(hh_wd, watcher->by_wd, wd, sizeof(first->wd), first);
		} else {
			inotify_rm_watch(watcher->fd, place->wd);
		}
	} else {
		while (first != NULL && first->alias != place) {
			first = first->alias;
		}
		if (first != NULL) {
			first->alias = place->alias;
		}
	}
	place->alias = NULL;
	place->wd = -1;
}

void watcher_lose(struct watcher *watcher, int wd)
{
	struct place *place;

	while ((place = watcher_find_wd(watcher, wd)) != NULL) {
		detach(watcher, place);
	}
}

static void attach(struct watcher *watcher, struct place *place, int wd)
{
	struct place *first;

	if (place->wd == wd) {
		return;
	}
	detach(watcher, place);
	place->wd = wd;
	first = watcher_find_wd(watcher, wd);
	if (first != NULL) {
		place->alias = first->alias;
		first->alias = place;
	} else {
		HASH_ADD(hh_wd, watcher->by_wd, wd, sizeof(place->wd), place);
	}
}

static uint32_t wanted_events(const struct place *place)
{
	uint32_t mask = IN_MASK_ADD;

	if (place->is_file) {
		return mask | FILE_EVENTS | IN_DONT_FOLLOW;
	}
	mask |= WATCHER_SELF_EVENTS | IN_ONLYDIR;
	mask |= place->wanted ? ENTRY_EVENTS : 0u;
	return mask | (place->waiting ? WATCHER_WAITING_EVENTS : 0u);
}

/* Asks the kernel for what the place is to tell. 0 or -1. */
static int install(struct watcher *watcher, struct place *place)
{
	int wd;

	if (watcher->fd < 0) {
		errno = EMFILE; /* as it was when the watcher was opened */
		return -1;
	}
	wd = inotify_add_watch(watcher->fd, place->path, wanted_events(place));
	if (wd < 0) {
		return -1;
	}
	attach(watcher, place, wd);
	return 0;
}

static bool is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* Installs, or waits for the folder at the nearest place above it that exists. */
static int install_or_wait(struct watcher *watcher, struct place *folder)
{
	struct place *parent = folder->parent;

	if (install(watcher, folder) == 0) {
		return 0;
	}
	if (!is_absence(errno) || parent == NULL) {
		return -1;
	}
	detach(watcher, folder);
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

static struct place *new_place(const char *path)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL) {
		return NULL;
	}
	place->wd = -1;
	place->path = strdup(path);
	if (place->path == NULL) {
		free(place);
		return NULL;
	}
	return place;
}

static void link_to_parent(struct place *folder)
{
	if (folder->parent != NULL) {
		folder->next_sibling = folder->parent->first_child;
		folder->parent->first_child = folder;
	}
}

static struct place *enter_folder(struct watcher *watcher, const char *path)
{
	struct place *folder = watcher_find_folder(watcher, path);
	char above[PATH_MAX];

	if (folder != NULL) {
		return folder;
	}
	folder = new_place(path);
	if (folder == NULL) {
		return NULL;
	}
	if (strcmp(path, "/") != 0 && path_folder(above, path)) {
		folder->parent = enter_folder(watcher, above);
	}
	if (folder->parent == NULL && strcmp(path, "/") != 0) {
		free_place(folder);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, watcher->folders, folder->path, strlen(folder->path), folder);
	link_to_parent(folder);
	/* That it is moved away; one that we may not read is passed over. "/" cannot be moved. */
	if (folder->parent != NULL) {
		(void)install(watcher, folder);
	}
	return folder;
}

void watcher_begin_round(struct watcher *watcher)
{
	watcher->round++;
}

/* The folders above tell that it is moved: those, too, must be the ones that stand there. */
static void renew_above(struct watcher *watcher, struct place *folder)
{
	for (; folder != NULL && folder->round != watcher->round; folder = folder->parent) {
		folder->round = watcher->round;
		if (folder->parent != NULL) {
			(void)install(watcher, folder);
		}
	}
}

int watcher_add(struct watcher *watcher, const char *path)
{
	struct place *folder = watcher_find_folder(watcher, path);
	bool was_wanted;

	if (folder != NULL && folder->wanted && folder->round == watcher->round) {
		return 0;
	}
	folder = enter_folder(watcher, path);
	if (folder == NULL) {
		return -1;
	}
	was_wanted = folder->wanted;
	folder->wanted = true;
	folder->round = watcher->round;
	if (install_or_wait(watcher, folder) != 0) {
		folder->wanted = was_wanted;
		return -1;
	}
	renew_above(watcher, folder->parent);
	return 0;
}

int watcher_add_file(struct watcher *watcher, const char *path)
{
	struct place *file;
	int wd;

	HASH_FIND_STR(watcher->files, path, file);
	if (file == NULL) {
		file = new_place(path);
		if (file == NULL) {
			return -1;
		}
		file->is_file = true;
		file->wanted = true;
		HASH_ADD_KEYPTR(hh, watcher->files, file->path, strlen(file->path), file);
	}
	wd = file->wd;
	if (install(watcher, file) != 0) {
		return -1;
	}
	return file->wd != wd;
}

/* The next of the places at and below `top`, each after the one it lies in; NULL: that was all. */
static struct place *next_below(struct place *at, const struct place *top)
{
	if (at->first_child != NULL) {
		return at->first_child;
	}
	while (at != top && at->next_sibling == NULL) {
		at = at->parent;
	}
	return at == top ? NULL : at->next_sibling;
}

void watcher_renew_below(struct watcher *watcher, const char *path)
{
	struct place *top = watcher_find_folder(watcher, path);

	for (struct place *at = top; at != NULL; at = next_below(at, top)) {
		detach(watcher, at);
	}
	for (struct place *at = top; at != NULL; at = next_below(at, top)) {
		if (at->wanted || at->waiting) {
			(void)install_or_wait(watcher, at);
		} else {
			(void)install(watcher, at);
		}
	}
}

static void remove_place(struct watcher *watcher, struct place **places, struct place *place)
{
	detach(watcher, place);
	HASH_DEL(*places, place);
	free_place(place);
}

void watcher_drop_file(struct watcher *watcher, const char *path)
{
	struct place *file;

	HASH_FIND_STR(watcher->files, path, file);
	if (file != NULL) {
		if (watcher->alias == file) {
			watcher->alias = file->alias;
		}
		remove_place(watcher, &watcher->files, file);
	}
}

void watcher_remounted(struct watcher *watcher)
{
	/* What stands at a path may be another inode now; what is the same keeps its wd. */
	for (struct place *at = watcher->folders; at != NULL; at = at->hh.next) {
		if (install(watcher, at) != 0) {
			detach(watcher, at);
			if (at->wanted || at->waiting) {
				(void)install_or_wait(watcher, at);
			}
		}
	}
	for (struct place *at = watcher->files; at != NULL; at = at->hh.next) {
		(void)install(watcher, at);
	}
	watcher->all_due = true;
}

static void prune_files(struct watcher *watcher, const struct watcher_keep *keep)
{
	struct place *file;
	struct place *next;

	HASH_ITER(hh, watcher->files, file, next)
	{
		if (!keep->file(file->path, keep->context)) {
			remove_place(watcher, &watcher->files, file);
		}
	}
}

static void note_needed(struct watcher *watcher, const struct watcher_keep *keep)
{
	struct place *folder;

	for (folder = watcher->folders; folder != NULL; folder = folder->hh.next) {
		folder->needed = false;
		folder->first_child = NULL;
	}
	for (folder = watcher->folders; folder != NULL; folder = folder->hh.next) {
		folder->wanted = folder->wanted && keep->folder(folder->path, keep->context);
		if (folder->wanted) {
			for (struct place *up = folder; up != NULL; up = up->parent) {
				up->needed = true;
			}
		}
	}
}

void watcher_prune(struct watcher *watcher, const struct watcher_keep *keep)
{
	struct place *folder;
	struct place *next;

	note_needed(watcher, keep);
	HASH_ITER(hh, watcher->folders, folder, next)
	{
		if (folder->needed) {
			link_to_parent(folder);
		} else {
			remove_place(watcher, &watcher->folders, folder);
		}
	}
	prune_files(watcher, keep);
	watcher->alias = NULL;
}

size_t watcher_count(const struct watcher *watcher)
{
	size_t count = 0;

	for (struct place *at = watcher->folders; at != NULL; at = at->hh.next) {
		count += at->wanted && at->wd >= 0;
	}
	return count;
}
