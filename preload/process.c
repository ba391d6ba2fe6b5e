/* SPDX-License-Identifier: MIT */
/* What a process tells of itself; see process.h. */
#include "preload/process.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/seccomp.h>

#include "preload/guest.h"
#include "preload/line.h"
#include "preload/objects.h"
#include "preload/place.h"
#include "preload/tell.h"
#include "preload/text.h"

#define EXECUTABLE_MAX 512
#define ARGV_MAX       192

void process_introduce(bool forked)
{
	struct report_header header = {.kind = forked ? REPORT_FORKED : REPORT_HELLO};
	char executable[EXECUTABLE_MAX];
	char words[ARGV_MAX];
	struct piece pieces[2] = {{executable, 0}, {words, 0}};
	long length;
	int fd;

	header.parent = raw_getppid();
	if (forked) {
		sender_send(&header, NULL, 0);
		return;
	}
	if (tell_identify(AT_FDCWD, "/proc/self/ns/mnt", 0, &header) == 0) {
		header.count = header.identity.inode;
	}
	tell_identify(AT_FDCWD, "/", 0, &header);
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
	if (guest_enter()) {
		objects_tell_initial();
	}
}

/* What would have gone out with the next report, had there been one. */
__attribute__((destructor)) static void end(void)
{
	if (guest_enter()) {
		sender_flush();
	}
}

void process_execute(int dirfd, const char *path, const char *search_path, unsigned flags,
		     int error)
{
	struct report_header header = {.kind = REPORT_EXEC, .error = error};
	struct place place = {.dirfd = dirfd, .path = path, .afresh = true};
	struct place search = {.dirfd = AT_FDCWD, .path = search_path, .verbatim = true};
	bool searched;
	int found;

	/* EFAULT: nobody may touch what was passed. argv is not touched at all; the hello tells it.
	 */
	if (path == NULL || error == EFAULT || !guest_enter()) {
		return;
	}
	found = error == 0 ? tell_identify(dirfd, path, 0, &header) : 0;
	if (found == -EFAULT || (search_path == NULL && found != 0)) {
		return; /* a shell tries every folder of PATH; a wild pointer will fail, too */
	}
	searched = search_path != NULL && !text_has_slash(path);
	if (path[0] == '\0' || (error == ENOENT && !searched)) {
		return; /* it was not announced */
	}
	if (error != 0) {
		header.flags |= REPORT_FAILED;
	}
	header.flags |= (uint16_t)flags;
	if (searched) {
		header.flags |= REPORT_SEARCHED;
		place.verbatim = true;
	}
	place_send(&header, &place, searched ? &search : NULL);
}

bool process_sandbox(int mode, const void *filter)
{
	struct report_header header = {.kind = REPORT_SANDBOX};

	if ((mode == SECCOMP_MODE_FILTER && filter == NULL) || !guest_enter() ||
	    !guest_owns_memory()) {
		return false;
	}
	sender_send(&header, NULL, 0);
	line_yield(false);
	guest_silence(true);
	return true;
}

void process_sandbox_failed(void)
{
	guest_silence(false);
}
