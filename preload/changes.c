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
#define TOUCHES	  8u

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

/* A device or a FIFO: nothing of it stays, but a trace tells. */
static bool writes_device(unsigned mode, int flags)
{
	unsigned type = mode & STATUS_TYPE_MASK;

	return type != STATUS_TYPE_REGULAR && type != STATUS_TYPE_FOLDER &&
	       (flags & O_ACCMODE) != O_RDONLY;
}

/*
 * Begins a change of this kind, and looks at what is there. Returns what tell_identify() does, or
 * -EFAULT for what nobody is to be told of.
 */
static int begin(struct change *change, enum report_kind kind, int dirfd, const char *path,
		 int at_flags)
{
	int found;

	change->header = (struct report_header){0};
	change->place = (struct place){.dirfd = dirfd, .path = path};
	change->other = (struct place){.path = NULL};
	change->variant = 0;
	change->only_failure = false;
	if (!guest_enter()) {
		return -EFAULT;
	}
	found = tell_identify(dirfd, path, at_flags, &change->header);
	if (!tell_may_touch(path, -found) ||
	    (tell_is_beneath_notice(path) && kind != REPORT_RENAME)) {
		return -EFAULT;
	}
	change->header.kind = (uint16_t)kind;
	return found;
}

/* Announces a change that is not sure to fail; for a trace, it waits for its result. */
static void announce(struct change *change, bool possible)
{
	if (change->header.kind == 0 || guest_traces()) {
		return;
	}
	if (possible && change->other.path != NULL) {
		place_send(&change->header, &change->place, &change->other, NULL);
	} else if (possible) {
		tell_fact(&change->header, change->place.dirfd, change->place.path,
			  change->variant);
	}
	change->header.kind = 0;
}

/* What stands under the names has changed: what this process does there is news again. */
static void forget_names(const struct change *change)
{
	tell_forget(change->place.dirfd, change->place.path);
	if (change->header.kind == REPORT_RENAME) {
		tell_forget(change->other.dirfd, change->other.path);
	}
}

void change_end(struct change *change, int error)
{
	struct report_header *header = &change->header;

	if (header->kind == 0 || error == EFAULT || (error == 0 && change->only_failure)) {
		return;
	}
	if (error != 0) {
		header->flags = REPORT_FAILED;
		header->error = error;
	} else if (header->kind != REPORT_WRITE || (header->flags & REPORT_CREATED) != 0) {
		forget_names(change);
	}
	if (header->kind == REPORT_REMOVE && error == 0) {
		change->place.went = true; /* rmdir ../x, in x */
		place_send(header, &change->place, NULL, NULL);
	} else if (change->other.path != NULL) {
		place_send(header, &change->place, &change->other, NULL);
	} else {
		tell_fact(header, change->place.dirfd, change->place.path,
			  error != 0 ? TELL_FAILED(error) : change->variant);
	}
}

void change_open(struct change *change, int dirfd, const char *path, int flags)
{
	bool possible;
	int found;

	if (!change_is_possible(flags)) {
		return;
	}
	found = begin(change, REPORT_WRITE, dirfd, path,
		      (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
	possible = found == 0 && changes_existing(change->header.mode, flags);
	change->only_failure =
	    found == 0 && !possible && !writes_device(change->header.mode, flags);
	if (found == -ENOENT && (flags & O_CREAT) != 0) {
		change->header.flags |= REPORT_CREATED;
		change->variant |= CREATES;
		possible = true;
	}
	if ((flags & O_TRUNC) != 0) {
		change->header.flags |= REPORT_TRUNCATED;
		change->variant |= TRUNCATES;
	} else if ((flags & O_APPEND) != 0) {
		change->header.flags |= REPORT_APPEND;
	}
	change->variant |= (flags & O_APPEND) != 0 ? APPENDS : 0u;
	announce(change, possible);
}

void change_name(struct change *change, enum report_kind kind, int dirfd, const char *path)
{
	int found = begin(change, kind, dirfd, path, AT_SYMLINK_NOFOLLOW);

	/* What is removed must be there, what is made must not: else the call fails. */
	announce(change, found == (kind == REPORT_REMOVE ? 0 : -ENOENT));
}

void change_rename(struct change *change, int old_dirfd, const char *old_path, int new_dirfd,
		   const char *new_path)
{
	struct report_header target = {0};
	int found = begin(change, REPORT_RENAME, old_dirfd, old_path, AT_SYMLINK_NOFOLLOW);
	int there;

	if (change->header.kind == 0) {
		return;
	}
	there = tell_identify(new_dirfd, new_path, AT_SYMLINK_NOFOLLOW, &target);
	if (!tell_may_touch(new_path, -there) ||
	    (tell_is_beneath_notice(old_path) && tell_is_beneath_notice(new_path))) {
		change->header.kind = 0;
		return;
	}
	change->other = (struct place){.dirfd = new_dirfd, .path = new_path};
	announce(change, found == 0 && (there == 0 || there == -ENOENT));
}

/* For a trace: to what. */
static void lead_to(struct change *change, struct place other)
{
	struct report_header there = {0};

	if (change->header.kind != 0 &&
	    tell_may_touch(other.path,
			   -tell_identify(other.dirfd, other.path, AT_SYMLINK_NOFOLLOW, &there))) {
		change->other = other;
	}
}

void change_link(struct change *change, int old_dirfd, const char *old_path, int new_dirfd,
		 const char *new_path)
{
	int found = begin(change, REPORT_LINK, new_dirfd, new_path, AT_SYMLINK_NOFOLLOW);

	announce(change, found == -ENOENT);
	lead_to(change, (struct place){.dirfd = old_dirfd, .path = old_path});
}

void change_symlink(struct change *change, const char *text, int dirfd, const char *path)
{
	int found = begin(change, REPORT_LINK, dirfd, path, AT_SYMLINK_NOFOLLOW);

	announce(change, found == -ENOENT);
	lead_to(change, (struct place){.dirfd = AT_FDCWD, .path = text, .verbatim = true});
}

void change_create(struct change *change, int dirfd, const char *path)
{
	int found = begin(change, REPORT_WRITE, dirfd, path, AT_SYMLINK_NOFOLLOW);

	change->header.flags |= REPORT_CREATED;
	change->variant = CREATES;
	announce(change, found == -ENOENT);
}

void change_made(const char *path, bool made)
{
	struct report_header header = {.kind = REPORT_WRITE, .flags = REPORT_CREATED};

	if (made && guest_enter() && !tell_is_beneath_notice(path)) {
		tell_fact(&header, AT_FDCWD, path, CREATES);
	}
}

void change_overwrite(struct change *change, int dirfd, const char *path, bool nofollow)
{
	int found = begin(change, REPORT_WRITE, dirfd, path, nofollow ? AT_SYMLINK_NOFOLLOW : 0);

	change->header.flags |= REPORT_TRUNCATED | REPORT_TOUCHED;
	change->variant = TOUCHES;
	announce(change, found == 0);
}
