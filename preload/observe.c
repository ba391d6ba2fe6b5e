/* SPDX-License-Identifier: MIT */
/* Reading and looking; see observe.h. */
#include "preload/observe.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "preload/changes.h"
#include "preload/guest.h"
#include "preload/tell.h"
#include "preload/text.h"

enum { LISTED_AGAIN = 1 }; /* a variant of tell_fact() */

#define GLOB_FOLDER_MAX 512

/* Not only what a file says, but also that it is there. */
static bool wants_looks(void)
{
	return guest_wants_everything() || guest_traces();
}

static bool may_read(int flags)
{
	return (flags & O_PATH) == 0 && (flags & O_TMPFILE) != O_TMPFILE &&
	       (flags & O_ACCMODE) != O_WRONLY;
}

/* Of the fd that the program has got: exactly the version that it will read. */
static __attribute__((noinline)) void report_opened(int dirfd, const char *path, int fd)
{
	struct report_header header = {.kind = REPORT_READ};
	struct status status;

	if (status_of_descriptor(fd, &status) != 0) {
		return;
	}
	tell_status(&header, &status);
	if (status_is(&status, STATUS_TYPE_REGULAR)) {
		tell_fact(&header, dirfd, path, 0);
		return;
	}
	if (status_is(&status, STATUS_TYPE_FOLDER)) {
		header.kind = REPORT_LIST;
		tell_fact(&header, dirfd, path, 0);
	} else if (guest_traces()) {
		tell_fact(&header, dirfd, path, 0);
	}
	/* Devices, pipes, sockets: nothing to tell, now or later. */
	tell_remember(dirfd, path, REPORT_READ);
}

static void report_missing(int dirfd, const char *path, bool nofollow)
{
	struct report_header header = {.kind = REPORT_MISSING, .error = ENOENT};

	/* A question about a link alone (lstat) is asked by those who walk trees, not by readers.
	 */
	if (nofollow && !wants_looks()) {
		return;
	}
	if (tell_is_news(dirfd, path, REPORT_MISSING)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

/* A file opened anew by way of a descriptor (proc(5)): the kernel knows what it is called. */
static bool names_descriptor(const char *path)
{
	const char *rest = text_after(path, "/dev/fd/");

	if (rest == NULL) {
		rest = text_after(path, "/proc/");
		while (rest != NULL && *rest != '\0' && *rest != '/') {
			rest++;
		}
		rest = rest != NULL ? text_after(rest, "/fd/") : NULL;
	}
	return rest != NULL && *rest != '\0';
}

/* For a trace, what was to be written has been told by whoever knows what it was to become. */
static void report_unopened(int dirfd, const char *path, int flags, int error)
{
	if (guest_traces() && change_is_possible(flags)) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, false);
	} else {
		tell_failure(REPORT_READ, dirfd, path, error);
	}
}

void observe_open(int dirfd, const char *path, int flags, int fd, int error)
{
	if (path == NULL || !guest_enter()) {
		return;
	}
	if (fd < 0) {
		report_unopened(dirfd, path, flags, error);
	} else if (!may_read(flags)) {
		return;
	} else if (names_descriptor(path)) {
		report_opened(fd, "", fd);
	} else if (tell_is_news(dirfd, path, REPORT_READ)) {
		report_opened(dirfd, path, fd);
	}
}

int open_flags_of_mode(const char *mode)
{
	int flags;

	if (mode == NULL || (mode[0] != 'r' && mode[0] != 'w' && mode[0] != 'a')) {
		return O_PATH; /* it will fail: nothing to tell */
	}
	flags = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT | O_APPEND : 0;
	for (const char *at = mode + 1; *at != '\0' && *at != ','; at++) {
		if (*at == '+') {
			return flags | O_RDWR;
		}
		if (*at == 'x') {
			flags |= O_EXCL;
		}
	}
	return flags | (mode[0] == 'r' ? O_RDONLY : O_WRONLY);
}

void observe_before_read(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_READ};
	int found;

	if (!guest_enter()) {
		return;
	}
	found = tell_identify(dirfd, path, 0, &header);
	if (found == -ENOENT) {
		report_missing(dirfd, path, false);
	} else if (found == 0 && (header.mode & STATUS_TYPE_MASK) == STATUS_TYPE_REGULAR &&
		   !tell_is_beneath_notice(path)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

void observe_stat(int dirfd, const char *path, bool nofollow, const struct identity *identity,
		  unsigned mode, int error)
{
	struct report_header header = {.kind = REPORT_STAT};

	if ((error != 0 && error != ENOENT && !guest_traces()) || path == NULL ||
	    !tell_may_touch(path, error) || path[0] == '\0' || !guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, nofollow);
		return;
	}
	if (error != 0) {
		tell_failure(REPORT_STAT, dirfd, path, error);
		return;
	}
	/* Only a regular file, found by following links, can be what the program depends on. */
	if ((!guest_traces() && (nofollow || (mode & STATUS_TYPE_MASK) != STATUS_TYPE_REGULAR)) ||
	    !tell_is_news(dirfd, path, REPORT_STAT)) {
		return;
	}
	header.flags = REPORT_IDENTITY;
	header.identity = *identity;
	header.mode = mode;
	tell_fact(&header, dirfd, path, 0);
}

void observe_existence(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_STAT};

	if (guest_enter() && wants_looks() && path != NULL && path[0] != '\0' &&
	    tell_identify(dirfd, path, 0, &header) == 0 &&
	    (guest_traces() || (header.mode & STATUS_TYPE_MASK) == STATUS_TYPE_REGULAR) &&
	    tell_is_news(dirfd, path, REPORT_STAT)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

void observe_access(int dirfd, const char *path, int error)
{
	struct report_header header = {.kind = REPORT_STAT};

	if (!guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, false);
	} else if (error != 0) {
		tell_failure(REPORT_STAT, dirfd, path, error);
	} else if (guest_traces() && tell_is_news(dirfd, path, REPORT_STAT)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

/*
 * A second time is worth telling, too: importers list a folder once and then remember it. With the
 * identity from before its entries are read, as what is younger may not be among them.
 */
static void report_listing(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_LIST};
	unsigned variant = 0;

	if (!guest_traces() && tell_has_told(dirfd, path, REPORT_LIST)) {
		header.flags = REPORT_AGAIN;
		variant = LISTED_AGAIN;
	}
	if (tell_is_news(dirfd, path, TELL_KIND(REPORT_LIST, variant))) {
		(void)tell_identify(dirfd, path, 0, &header);
		tell_fact(&header, dirfd, path, variant);
	}
}

void observe_list(int dirfd, const char *path, int error)
{
	if (path == NULL || !guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, false);
	} else if (error != 0) {
		tell_failure(REPORT_LIST, dirfd, path, error);
	} else {
		report_listing(dirfd, path);
	}
}

void observe_walk(const char *path)
{
	struct report_header header = {.kind = REPORT_LIST};
	int found;

	if (!guest_enter()) {
		return;
	}
	found = tell_identify(AT_FDCWD, path, 0, &header);
	if (found == -ENOENT) {
		report_missing(AT_FDCWD, path, false);
	} else if (found == 0 && !tell_is_beneath_notice(path)) {
		if ((header.mode & STATUS_TYPE_MASK) != STATUS_TYPE_FOLDER) {
			header.kind = REPORT_STAT;
		}
		tell_fact(&header, AT_FDCWD, path, 0);
	}
}

void observe_walks(char *const *paths)
{
	if (paths == NULL || !guest_enter()) {
		return;
	}
	while (*paths != NULL) {
		observe_walk(*paths++);
	}
}

/* How much of the pattern names a folder: up to the slash before the first wildcard. */
static size_t fixed_length(const char *pattern)
{
	size_t fixed = 0; /* where no wildcard comes at all: the whole */
	size_t at = 0;

	for (; pattern[at] != '\0' && pattern[at] != '*' && pattern[at] != '?' &&
	       pattern[at] != '[' && pattern[at] != '\\' && pattern[at] != '{';
	     at++) {
		if (pattern[at] == '/') {
			fixed = at + 1;
		}
	}
	return pattern[at] == '\0' ? at : fixed;
}

void observe_glob(const char *pattern)
{
	char folder[GLOB_FOLDER_MAX];
	struct report_header header = {0};
	size_t length;

	/* The kernel looks at it first: ENOENT or a file called so, the pointer is good. */
	if (!guest_enter() || tell_identify(AT_FDCWD, pattern, 0, &header) == -EFAULT ||
	    pattern[0] == '~') {
		return;
	}
	length = fixed_length(pattern);
	if (pattern[length] == '\0') {
		observe_walk(pattern); /* a path: it is only looked for */
		return;
	}
	if (length >= sizeof(folder)) {
		return;
	}
	for (size_t i = 0; i < length; i++) {
		folder[i] = pattern[i];
	}
	folder[length] = '\0';
	observe_walk(length > 0 ? folder : ".");
}

void observe_readlink(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_READLINK};
	int found;

	if (!guest_enter()) {
		return;
	}
	found = tell_identify(dirfd, path, AT_SYMLINK_NOFOLLOW, &header);
	if (found == -ENOENT) {
		report_missing(dirfd, path, false);
	} else if (found == 0 && (header.mode & STATUS_TYPE_MASK) == STATUS_TYPE_LINK &&
		   !tell_is_beneath_notice(path)) {
		tell_fact(&header, dirfd, path, 0);
	}
}

void observe_realpath(const char *path, int error)
{
	struct report_header header = {.kind = REPORT_READLINK};

	if (path == NULL || !guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(AT_FDCWD, path, false);
	} else if (error != 0) {
		tell_failure(REPORT_READLINK, AT_FDCWD, path, error);
	} else if (!tell_is_beneath_notice(path)) {
		tell_fact(&header, AT_FDCWD, path, 1);
	}
}

void observe_chdir(const char *path)
{
	struct report_header header = {.kind = REPORT_READLINK};
	struct report_header found = {.kind = REPORT_READLINK};

	/* To ask the kernel first is safe for any pointer. */
	if (guest_enter() && tell_identify(AT_FDCWD, path, 0, &found) == 0 &&
	    (found.mode & STATUS_TYPE_MASK) == STATUS_TYPE_FOLDER &&
	    !tell_is_beneath_notice(path)) {
		tell_fact(&header, AT_FDCWD, path, 1);
	}
}
