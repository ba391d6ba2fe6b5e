/* SPDX-License-Identifier: MIT */
/* Turns a libc call into at most one report; see observe.h. */
#include "preload/observe.h"

#include <asm/stat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "preload/guest.h"
#include "preload/path_hash.h"
#include "preload/place.h"
#include "preload/raw.h"
#include "preload/sender.h"
#include "preload/system_paths.h"

#define TYPE_MASK     0170000u
#define TYPE_REGULAR  0100000u
#define TYPE_FOLDER   0040000u
#define ARGV_WORDS    5
#define ARGV_WORD_MAX 512

/* Kinds of keys beyond the report's kind: one fact is remembered for each. */
static unsigned key_kind(enum report_kind kind, unsigned flags)
{
	return (unsigned)kind | flags << 8;
}

static void set_identity(struct report_header *header, const struct stat *status)
{
	header->flags |= REPORT_IDENTITY;
	header->mode = status->st_mode;
	header->identity.device = status->st_dev;
	header->identity.inode = status->st_ino;
	header->identity.size = (uint64_t)status->st_size;
	header->identity.mtime_ns =
	    (int64_t)status->st_mtime * 1000000000 + (int64_t)status->st_mtime_nsec;
}

/* Returns 0 or -errno; also tells, without touching it ourselves, whether the pointer is good. */
static int identify(int dirfd, const char *path, int at_flags, struct report_header *header)
{
	struct stat status;
	int result = (int)RAW_CALL(__NR_newfstatat, dirfd, path, &status, at_flags, 0, 0);

	if (result == 0) {
		set_identity(header, &status);
	}
	return result;
}

/* Nothing to tell: the empty path, and the system's own unless everything is wanted. */
static bool beneath_notice(const char *path)
{
	return path[0] == '\0' || (!guest_wants_everything() && system_path(path));
}

void observe_process(bool forked)
{
	struct report_header header = {.kind = forked ? REPORT_FORKED : REPORT_HELLO};
	char executable[512];
	char words[192];
	struct piece pieces[2] = {{executable, 0}, {words, 0}};
	long length;
	int fd;

	header.parent = raw_getppid();
	if (forked) {
		sender_send(&header, NULL, 0);
		return;
	}
	if (identify(AT_FDCWD, "/proc/self/ns/mnt", 0, &header) == 0) {
		header.count = header.identity.inode;
	}
	identify(AT_FDCWD, "/", 0, &header);
	length = raw_readlinkat(AT_FDCWD, "/proc/self/exe", executable, sizeof(executable));
	pieces[0].length = length > 0 && length < (long)sizeof(executable) ? (size_t)length : 0;
	/* From /proc, because musl gives constructors no argv. */
	fd = raw_openat(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = raw_read(fd, words, sizeof(words));
		pieces[1].length = length > 0 ? (size_t)length : 0;
		raw_close(fd);
	}
	header.first_length = (uint32_t)pieces[0].length;
	header.text_length = (uint32_t)pieces[1].length;
	sender_send(&header, pieces, 2);
}

/* Not earlier than the program's own constructors, but before its main; hooks may come first. */
__attribute__((constructor)) static void begin(void)
{
	guest_enter();
}

/*
 * Sends a fact about one path, unless it has been sent. With fd >= 0 the identity is that of the
 * open file, and its type decides what is told.
 */
static __attribute__((noinline)) void send_fact(struct report_header *header, int dirfd,
						const char *path, unsigned extra)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t key;

	place_key(&place, &key);
	if (key != 0) {
		key = path_key(key, key_kind(header->kind, extra));
		if (guest_has_sent(key)) {
			return;
		}
	}
	if (place_send(header, &place, NULL)) {
		guest_mark_sent(key);
	}
}

/* The hot path: has this been told already? Only for places that need no system call to know. */
static bool already_told(int dirfd, const char *path, unsigned kind)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t hash;

	return place_quick_hash(&place, &hash) && guest_has_sent(path_key(hash, kind));
}

static void remember(int dirfd, const char *path, unsigned kind)
{
	struct place place = {.dirfd = dirfd, .path = path};
	uint64_t hash;

	if (place_quick_hash(&place, &hash)) {
		guest_mark_sent(path_key(hash, kind));
	}
}

static bool may_change(int flags)
{
	if ((flags & O_PATH) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
		return false;
	}
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

static bool may_read(int flags)
{
	return (flags & O_PATH) == 0 && (flags & O_TMPFILE) != O_TMPFILE &&
	       (flags & O_ACCMODE) != O_WRONLY;
}

/* Of a file that is there: will this open succeed, and be able to change it? */
static bool changes_existing(unsigned mode, int flags)
{
	if ((mode & TYPE_MASK) != TYPE_REGULAR ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		return false;
	}
	/* O_CREAT alone on a file that is there is reading. */
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
}

void observe_before_open(int dirfd, const char *path, int flags)
{
	struct report_header header = {.kind = REPORT_WRITE};
	unsigned extra = ((flags & O_TRUNC) != 0 ? 1u : 0u) | ((flags & O_APPEND) != 0 ? 2u : 0u);
	int found;

	if (!may_change(flags) || !guest_enter()) {
		return;
	}
	found = identify(dirfd, path, (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0, &header);
	if (found == -ENOENT && (flags & O_CREAT) != 0) {
		header.flags |= REPORT_CREATED;
		extra |= 4u;
	} else if (found != 0 || !changes_existing(header.mode, flags)) {
		return;
	}
	if (beneath_notice(path)) {
		return;
	}
	if ((flags & O_TRUNC) != 0) {
		header.flags |= REPORT_TRUNCATED;
	} else if ((flags & O_APPEND) != 0) {
		header.flags |= REPORT_APPEND;
	}
	send_fact(&header, dirfd, path, extra);
}

/* Of the fd that the program has got: exactly the version that it will read. */
static __attribute__((noinline)) void report_opened(int dirfd, const char *path, int fd)
{
	struct report_header header = {.kind = REPORT_READ};
	struct stat status;

	if (RAW_CALL(__NR_fstat, fd, &status, 0, 0, 0, 0) != 0) {
		return;
	}
	set_identity(&header, &status);
	switch (header.mode & TYPE_MASK) {
	case TYPE_FOLDER:
		header.kind = REPORT_LIST;
		send_fact(&header, dirfd, path, 0);
		break;
	case TYPE_REGULAR:
		send_fact(&header, dirfd, path, 0);
		return;
	default: /* devices, pipes, sockets: nothing to tell, now or later */
		break;
	}
	remember(dirfd, path, key_kind(REPORT_READ, 0));
}

static void report_missing(int dirfd, const char *path, bool nofollow)
{
	struct report_header header = {.kind = REPORT_MISSING, .error = ENOENT};

	/* A question about a link alone (lstat) is asked by those who walk trees, not by readers.
	 */
	if (nofollow && !guest_wants_everything()) {
		return;
	}
	if (!beneath_notice(path) && !already_told(dirfd, path, key_kind(REPORT_MISSING, 0))) {
		send_fact(&header, dirfd, path, 0);
	}
}

void observe_open(int dirfd, const char *path, int flags, int fd, int error)
{
	if ((fd < 0 && error != ENOENT) || path == NULL || !may_read(flags) || !guest_enter()) {
		return;
	}
	if (fd < 0) {
		report_missing(dirfd, path, false);
	} else if (!beneath_notice(path) && !already_told(dirfd, path, key_kind(REPORT_READ, 0))) {
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

void observe_stat(int dirfd, const char *path, bool nofollow, const struct identity *identity,
		  unsigned mode, int error)
{
	struct report_header header = {.kind = REPORT_STAT};

	if ((error != 0 && error != ENOENT) || path == NULL || path[0] == '\0' || !guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, nofollow);
		return;
	}
	/* Only a regular file, found by following links, can be what the program depends on. */
	if (nofollow || (mode & TYPE_MASK) != TYPE_REGULAR || beneath_notice(path) ||
	    already_told(dirfd, path, key_kind(REPORT_STAT, 0))) {
		return;
	}
	header.flags = REPORT_IDENTITY;
	header.identity = *identity;
	header.mode = mode;
	send_fact(&header, dirfd, path, 0);
}

void observe_list(int dirfd, const char *path, int error)
{
	struct report_header header = {.kind = REPORT_LIST, .error = error};

	if ((error != 0 && error != ENOENT) || path == NULL || !guest_enter()) {
		return;
	}
	if (error == ENOENT) {
		report_missing(dirfd, path, false);
	} else if (!beneath_notice(path)) {
		send_fact(&header, dirfd, path, 0);
	}
}

void observe_change(enum report_kind kind, int dirfd, const char *path)
{
	struct report_header header = {.kind = (uint16_t)kind};
	int found;

	if (!guest_enter()) {
		return;
	}
	found = identify(dirfd, path, AT_SYMLINK_NOFOLLOW, &header);
	/* What is removed must be there, what is made must not: else the call fails. */
	if (found == (kind == REPORT_REMOVE ? 0 : -ENOENT) && !beneath_notice(path)) {
		send_fact(&header, dirfd, path, 0);
	}
}

void observe_made(const char *path, bool made)
{
	struct report_header header = {.kind = REPORT_WRITE, .flags = REPORT_CREATED};

	if (made && guest_enter() && !beneath_notice(path)) {
		send_fact(&header, AT_FDCWD, path, 4u);
	}
}

void observe_overwrite(int dirfd, const char *path)
{
	struct report_header header = {.kind = REPORT_WRITE, .flags = REPORT_TRUNCATED};

	if (guest_enter() && identify(dirfd, path, 0, &header) == 0 && !beneath_notice(path)) {
		send_fact(&header, dirfd, path, 1u);
	}
}

void observe_access(int dirfd, const char *path, int error)
{
	if (error == ENOENT && guest_enter()) {
		report_missing(dirfd, path, false);
	}
}

void observe_rename(int old_dirfd, const char *old_path, int new_dirfd, const char *new_path)
{
	struct report_header header = {.kind = REPORT_RENAME};
	struct report_header target = {0};
	struct place from = {.dirfd = old_dirfd, .path = old_path};
	struct place to = {.dirfd = new_dirfd, .path = new_path};
	int found;

	if (!guest_enter() || identify(old_dirfd, old_path, AT_SYMLINK_NOFOLLOW, &header) != 0) {
		return;
	}
	found = identify(new_dirfd, new_path, AT_SYMLINK_NOFOLLOW, &target);
	if ((found == 0 || found == -ENOENT) &&
	    !(beneath_notice(old_path) && beneath_notice(new_path))) {
		place_send(&header, &from, &to);
	}
}

static bool has_slash(const char *path)
{
	while (*path != '\0' && *path != '/') {
		path++;
	}
	return *path == '/';
}

void observe_exec(int dirfd, const char *path, const char *search_path, int error)
{
	struct report_header header = {.kind = REPORT_EXEC, .error = error};
	struct place place = {.dirfd = dirfd, .path = path};
	struct place search = {.dirfd = AT_FDCWD, .path = search_path, .verbatim = true};
	bool searched;

	/* EFAULT: nobody may touch what was passed. argv is not touched at all; the hello tells it.
	 */
	if (path == NULL || error == EFAULT || !guest_enter()) {
		return;
	}
	if (search_path == NULL && error == 0 && identify(dirfd, path, 0, &header) != 0) {
		return; /* a shell tries every folder of PATH; a wild pointer will fail, too */
	}
	searched = search_path != NULL && !has_slash(path);
	if (path[0] == '\0' || (error == ENOENT && !searched)) {
		return; /* it was not announced */
	}
	if (error != 0) {
		header.flags |= REPORT_FAILED;
	}
	if (searched) {
		header.flags |= REPORT_SEARCHED;
		place.verbatim = true;
	}
	place_send(&header, &place, searched ? &search : NULL);
}
