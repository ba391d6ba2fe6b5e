/* SPDX-License-Identifier: MIT */
/* Looks again and again at what nobody tells of; see poller.h. */
#include "launcher/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "launcher/clock.h"
#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/table.h"

#define AT_ONCE	     512 /* then others have their turn */
#define IDLE_PER_CPU 99	 /* a round is followed by so many times its own processor time */

struct polled {
	char *path;
	struct identity identity;
	bool present;
	bool is_folder;
	UT_hash_handle hh;
};

struct poller {
	int timer;
	int64_t period_ns;
	struct polled *all;
	struct polled *at; /* where the round goes on; NULL: none is under way */
	int64_t cpu_ns;	   /* what the round has taken so far */
};

struct poller *poller_open(int64_t period_ns)
{
	struct poller *poller = calloc(1, sizeof(*poller));

	if (poller == NULL) {
		return NULL;
	}
	poller->period_ns = period_ns;
	poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (poller->timer < 0) {
		free(poller);
		return NULL;
	}
	return poller;
}

static void free_polled(struct polled *polled)
{
	free(polled->path);
	free(polled);
}

void poller_close(struct poller *poller)
{
	struct polled *polled;
	struct polled *next;

	if (poller == NULL) {
		return;
	}
	polled = poller->all;
	HASH_CLEAR(hh, poller->all); /* its links stay */
	while (polled != NULL) {
		next = polled->hh.next;
		free_polled(polled);
		polled = next;
	}
	close(poller->timer);
	free(poller);
}

int poller_fd(const struct poller *poller)
{
	return poller->timer;
}

size_t poller_count(const struct poller *poller)
{
	return HASH_COUNT(poller->all);
}

static void look_again_in(struct poller *poller, int64_t ns)
{
	const struct itimerspec at = {
	    .it_value = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000},
	};

	timerfd_settime(poller->timer, 0, &at, NULL);
}

int poller_add(struct poller *poller, const char *path, bool is_folder)
{
	struct polled *polled;
	struct sight sight;

	HASH_FIND_STR(poller->all, path, polled);
	if (polled != NULL) {
		polled->is_folder |= is_folder;
		return 0;
	}
	polled = calloc(1, sizeof(*polled));
	if (polled == NULL || (polled->path = strdup(path)) == NULL) {
		memory_exhausted(); /* there is no other way left to hear of it */
	}
	sight_take(&sight, path, true);
	polled->present = sight.present;
	polled->identity = sight.identity;
	polled->is_folder = is_folder;
	if (poller->all == NULL) {
		look_again_in(poller, poller->period_ns);
	}
	HASH_ADD_KEYPTR(hh, poller->all, polled->path, strlen(path), polled);
	return 1;
}

static bool has_changed(struct polled *polled)
{
	struct sight now;
	bool changed;

	sight_take(&now, polled->path, true);
	changed = now.present != polled->present ||
		  (now.present && (!identity_equal(&now.identity, &polled->identity) ||
				   now.identity.ctime_ns != polled->identity.ctime_ns));
	polled->present = now.present;
	polled->identity = now.identity;
	return changed;
}

/* Some steps of the round: the first that has changed, or NULL. */
static struct polled *look_at_some(struct poller *poller)
{
	int64_t began_ns = clock_now_ns(CLOCK_THREAD_CPUTIME_ID);
	struct polled *found = NULL;

	for (int i = 0; i < AT_ONCE && found == NULL && poller->at != NULL; i++) {
		struct polled *polled = poller->at;

		poller->at = polled->hh.next;
		found = has_changed(polled) ? polled : NULL;
	}
	poller->cpu_ns += clock_now_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns;
	return found;
}

static void plan_next_look(struct poller *poller)
{
	int64_t pause_ns = IDLE_PER_CPU * poller->cpu_ns;

	if (poller->at != NULL) {
		look_again_in(poller, 1);
	} else if (poller->all != NULL) {
		look_again_in(poller, pause_ns > poller->period_ns ? pause_ns : poller->period_ns);
	}
}

int poller_next(struct poller *poller, struct hint *hint)
{
	const struct polled *found;
	uint64_t times;

	if (read(poller->timer, &times, sizeof(times)) != (ssize_t)sizeof(times)) {
		return 0;
	}
	if (poller->at == NULL) {
		poller->at = poller->all;
		poller->cpu_ns = 0;
	}
	found = look_at_some(poller);
	plan_next_look(poller);
	if (found == NULL) {
		return 0;
	}
	hint->kind = found->is_folder ? HINT_BELOW : HINT_ENTRY;
	hint->mask = POLLER_MASK;
	return path_copy(hint->path, found->path);
}

void poller_prune(struct poller *poller, const struct watcher_keep *keep)
{
	struct polled *polled = poller->all;
	struct polled *next;

	HASH_CLEAR(hh, poller->all); /* its links stay; what is kept comes back, in its order */
	for (; polled != NULL; polled = next) {
		next = polled->hh.next;
		if ((polled->is_folder ? keep->folder : keep->file)(polled->path, keep->context)) {
			HASH_ADD_KEYPTR(hh, poller->all, polled->path, strlen(polled->path),
					polled);
			continue;
		}
		if (poller->at == polled) {
			poller->at = next;
		}
		free_polled(polled);
	}
}
