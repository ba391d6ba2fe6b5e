/* SPDX-License-Identifier: MIT */
/* A fact about a path; see tell.h. */
#include "preload/tell.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

#include "preload/guest.h"
#include "preload/path_hash.h"
#include "preload/place.h"
#include "preload/system_paths.h"
#include "preload/text.h"

bool tell_is_beneath_notice(const char *path)
{
	return path[0] == '\0' || (!guest_wants_everything() && system_path(path));
}

bool tell_may_touch(const char *path, int error)
{
	struct status status;

	switch (error) {
	case 0:
	case ENOENT: /* for these, it has walked the path */
	case ENOTDIR:
	case EACCES:
	case ELOOP:
	case EEXIST:
	case EISDIR:
	case ENOTEMPTY:
		return true;
	case EFAULT:
		return false;
	case ENAMETOOLONG:
		return text_ends_within(path, PATH_MAX);
	default:
		error = -status_of_path(AT_FDCWD, path, 0, &status);
		return error != EFAULT &&
		       (error != ENAMETOOLONG || text_ends_within(path, PATH_MAX));
	}
}

void tell_status(struct report_header *header, const struct status *status)
{
	header->flags |= REPORT_IDENTITY;
	header->mode = status->mode;
	header->identity = status->identity;
}

int tell_identify(int dirfd, const char *path, int at_flags, struct report_header *header)
{
	struct status status;
	int result = status_of_path(dirfd, path, at_flags, &status);

	if (result == 0) {
		tell_status(header, &status);
	}
	return result;
}

/* In a vfork child it is its parent's, who tells of itself alone when that matters. */
static bool has_own_memory(void)
{
	return !guest_traces() || guest_owns_memory();
}

bool tell_has_told(int dirfd, const char *path, unsigned kind)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t hash;

	return place_quick_hash(&place, &hash) && guest_has_sent(path_key(hash, kind)) &&
	       has_own_memory();
}

void tell_remember(int dirfd, const char *path, unsigned kind)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t hash;

	if (place_quick_hash(&place, &hash) && has_own_memory()) {
		guest_mark_sent(path_key(hash, kind));
	}
}

bool tell_is_news(int dirfd, const char *path, unsigned kind)
{
	if (tell_has_told(dirfd, path, kind)) {
		return false;
	}
	if (tell_is_beneath_notice(path)) {
		tell_remember(dirfd, path, kind);
		return false;
	}
	return true;
}

void tell_fact(struct report_header *header, int dirfd, const char *path, unsigned variant)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t key;

	place_key(&place, &key);
	if (key != 0) {
		key = path_key(key, TELL_KIND(header->kind, variant));
		if (guest_has_sent(key) && has_own_memory()) {
			return;
		}
	}
	if (place_send(header, &place, NULL, NULL) && has_own_memory()) {
		guest_mark_sent(key);
	}
}

void tell_forget(int dirfd, const char *path)
{
	/* Those that tell what stands under the name. */
	static const unsigned char failures[] = {ENOENT, EEXIST, ENOTDIR,   EISDIR,
						 EACCES, EPERM,	 ENOTEMPTY, ELOOP};
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t key;

	place_key(&place, &key);
	for (unsigned kind = 1; key != 0 && kind < REPORT_KIND_END; kind++) {
		unsigned variants = kind == REPORT_WRITE ? TELL_VARIANTS : 2;

		for (unsigned variant = 0; variant < variants; variant++) {
			guest_forget_sent(path_key(key, TELL_KIND(kind, variant)));
		}
		for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
			guest_forget_sent(path_key(key, TELL_KIND(kind, TELL_FAILED(failures[i]))));
		}
	}
}

void tell_failure(enum report_kind kind, int dirfd, const char *path, int error)
{
	struct report_header header = {
	    .kind = (uint16_t)kind, .flags = REPORT_FAILED, .error = error};
	struct status status;

	if (!guest_traces() || !tell_may_touch(path, error)) {
		return;
	}
	/* Of it, or of what it was looked for in? */
	if (error == ENOTDIR && status_of_path(dirfd, path, 0, &status) == -ENOTDIR) {
		header.kind = REPORT_MISSING;
	}
	if (tell_is_news(dirfd, path, TELL_KIND(header.kind, TELL_FAILED(error)))) {
		tell_fact(&header, dirfd, path, TELL_FAILED(error));
	}
}
