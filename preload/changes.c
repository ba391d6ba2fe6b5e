/* SPDX-License-Identifier: MIT */
/* Changing; see changes.h. */
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "preload/changes.h"

#include "preload/guest.h"
#include "preload/place.h"
#include "preload/tell.h"

/* Facts of REPORT_WRITE that are told apart. */
#define TRUNCATES 1u
#define APPENDS	  2u
#define CREATES	  4u

/* Of a file that is there: will this open succeed, and be able to change it? */
static bool changes_existing(unsigned mode, int flags)
{
	if ((mode & STATUS_TYPE_MASK) != STATUS_TYPE_REGULAR ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		return false;
	}
	/* O_CREAT alone on a file that is there is reading. */
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
}

void change_open(int dirfd, const char *path, int flags)
{
	struct report_header header = {.kind = REPORT_WRITE};
	unsigned variant =
	    ((flags & O_TRUNC) != 0 ? TRUNCATES : 0u) | ((flags & O_APPEND) != 0 ? APPENDS : 0u);
	int found;

	if (!change_is_possible(flags) || !guest_enter()) {
		return;
	}
	found = tell_identify(dirfd, path, (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0,
			      &header);
	if (found == -ENOENT && (flags & O_CREAT) != 0) {
		header.flags |= REPORT_CREATED;
		variant |= CREATES;
	} else if (found != 0 || !changes_existing(header.mode, flags)) {
		return;
	}
	if (tell_is_beneath_notice(path)) {
		return;
	}
	if ((flags & O_TRUNC) != 0) {
		header.flags |= REPORT_TRUNCATED;
	} else if ((flags & O_APPEND) != 0) {
		header.flags |= REPORT_APPEND;
	}
	tell_fact(&header, dirfd, path, variant);
}

void change_name(enum report_kind kind, int dirfd, const char *path)
{
	struct report_header header = {.kind = (uint16_t)kind};
	int found;

	if (!guest_enter()) {
		return;
	}
	found = tell_identify(dirfd, path, AT_SYMLINK_NOFOLLOW, &header);
	/* What is removed must be there, what is made must not: else the call fails. */
	if (found == (kind == REPORT_REMOVE ? 0 : -ENOENT) && !tell_is_beneath_notice(path)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

void change_rename(int old_dirfd, const char *old_path, int new_dirfd, const char *new_path)
{
	struct report_header header = {.kind = REPORT_RENAME};
	struct report_header target = {0};
	struct place from = {.dirfd = old_dirfd, .path = old_path};
	struct place to = {.dirfd = new_dirfd, .path = new_path};
	int found;

	if (!guest_enter() ||
	    tell_identify(old_dirfd, old_path, AT_SYMLINK_NOFOLLOW, &header) != 0) {
		return;
	}
	found = tell_identify(new_dirfd, new_path, AT_SYMLINK_NOFOLLOW, &target);
	if ((found == 0 || found == -ENOENT) &&
	    !(tell_is_beneath_notice(old_path) && tell_is_beneath_notice(new_path))) {
		place_send(&header, &from, &to);
	}
}

static void tell_created(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_WRITE, .flags = REPORT_CREATED};

	if (!tell_is_beneath_notice(path)) {
		tell_fact(&header, dirfd, path, CREATES);
	}
}

void change_create(int dirfd, const char *path)
{
	struct status status;

	if (guest_enter() && status_of_path(dirfd, path, AT_SYMLINK_NOFOLLOW, &status) == -ENOENT) {
		tell_created(dirfd, path);
	}
}

void change_made(const char *path, bool made)
{
	if (made && guest_enter()) {
		tell_created(AT_FDCWD, path);
	}
}

void change_overwrite(int dirfd, const char *path, bool nofollow)
{
	struct report_header header = {.kind = REPORT_WRITE, .flags = REPORT_TRUNCATED};

	if (guest_enter() &&
	    tell_identify(dirfd, path, nofollow ? AT_SYMLINK_NOFOLLOW : 0, &header) == 0 &&
	    !tell_is_beneath_notice(path)) {
		tell_fact(&header, dirfd, path, TRUNCATES);
	}
}
