/* SPDX-License-Identifier: MIT */
/* What inotify(7) says, turned into hints; see watcher.h. */
#include <errno.h>
#include <unistd.h>

#include "launcher/path.h"
#include "launcher/watcher_state.h"

/* What was watched may not stand at its path any more. */
#define GONE_EVENTS (WATCHER_SELF_EVENTS | IN_UNMOUNT)

/* Turns one event about one folder into a hint; false if it says nothing. */
static bool decode(struct watcher *watcher, const struct place *folder,
		   const struct inotify_event *event, struct hint *hint)
{
	struct place *below;

	hint->mask = event->mask;
	if ((event->mask & GONE_EVENTS) != 0) {
		hint->kind = HINT_BELOW;
		(void)path_copy(hint->path, folder->path);
		if (folder->alias != NULL) {
			watcher_remounted(watcher); /* any of the paths may lead elsewhere */
		} else {
			watcher_renew_below(watcher, hint->path);
		}
		return true;
	}
	if (folder->is_file) {
		hint->kind = HINT_ENTRY;
		return path_copy(hint->path, folder->path);
	}
	if (event->len == 0 || !path_join(hint->path, folder->path, event->name)) {
		return false;
	}
	below = folder->waiting && (event->mask & WATCHER_WAITING_EVENTS) != 0
		    ? watcher_find_folder(watcher, hint->path)
		    : NULL;
	/* Also if it is watched by now: what is waited for below it may not be. */
	if (below != NULL) {
		hint->kind = HINT_BELOW;
		watcher_renew_below(watcher, hint->path);
		return true;
	}
	hint->kind = HINT_ENTRY;
	return folder->wanted;
}

static int fill(struct watcher *watcher)
{
	ssize_t size;

	if (watcher->fd < 0) {
		return 0;
	}
	size = read(watcher->fd, watcher->buffer, sizeof(watcher->buffer));
	if (size < 0) {
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	}
	watcher->filled = (size_t)size;
	watcher->at = 0;
	return size > 0;
}

/* The event to hear next and the folder it is about; each alias of the folder hears it, too. */
static const struct inotify_event *take_event(struct watcher *watcher, const struct place **folder)
{
	/* The kernel pads names, so that each event is aligned (inotify(7)). */
	const struct inotify_event *event = (const void *)(watcher->buffer + watcher->at);

	*folder = watcher->alias != NULL ? watcher->alias : watcher_find_wd(watcher, event->wd);
	watcher->alias = *folder != NULL ? (*folder)->alias : NULL;
	if ((event->mask & GONE_EVENTS) != 0) {
		watcher->alias = NULL; /* hearing it renews them all */
	}
	if (watcher->alias == NULL) {
		watcher->at += sizeof(*event) + event->len;
	}
	return event;
}

/* The next of the buffer; false: it says nothing. */
static bool next_event(struct watcher *watcher, struct hint *hint)
{
	const struct place *folder;
	const struct inotify_event *event = take_event(watcher, &folder);

	if ((event->mask & IN_Q_OVERFLOW) != 0) {
		/* That a folder is another now may be among what was lost. */
		watcher_remounted(watcher);
		watcher->all_due = false;
		hint->kind = HINT_ALL;
		hint->mask = IN_Q_OVERFLOW;
		return true;
	}
	if ((event->mask & IN_IGNORED) != 0) {
		watcher->alias = NULL;
		watcher_lose(watcher, event->wd);
		return false;
	}
	return folder != NULL && decode(watcher, folder, event, hint);
}

int watcher_next(struct watcher *watcher, struct hint *hint)
{
	if (watcher->all_due) {
		watcher->all_due = false;
		hint->kind = HINT_ALL;
		hint->mask = 0;
		return 1;
	}
	for (;;) {
		int result = watcher->at < watcher->filled ? 1 : fill(watcher);

		if (result <= 0) {
			return result;
		}
		if (next_event(watcher, hint)) {
			return 1;
		}
	}
}
