/* SPDX-License-Identifier: MIT */
/* What this process writes to a descriptor (stderr, say), to be read. */
#ifndef TESTS_UNIT_CAPTURE_H
#define TESTS_UNIT_CAPTURE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

struct capture {
	int fd; /* the one that is captured */
	int file;
	int before;
};

static inline struct capture capture_begin(int fd)
{
	struct capture capture = {fd, memfd_create("capture", MFD_CLOEXEC),
				  fcntl(fd, F_DUPFD_CLOEXEC, 0)};

	cr_assert(capture.file >= 0 && capture.before >= 0);
	cr_assert(eq(int, dup2(capture.file, fd), fd));
	return capture;
}

/* All that has come since; the descriptor is what it was. Valid until the next call. */
static inline char *capture_end(struct capture *capture)
{
	static char text[65536];
	ssize_t size = pread(capture->file, text, sizeof(text) - 1, 0);

	cr_assert(eq(int, dup2(capture->before, capture->fd), capture->fd));
	(void)close(capture->before);
	(void)close(capture->file);
	cr_assert(size >= 0);
	text[size] = '\0';
	return text;
}

#endif
