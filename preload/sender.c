/* SPDX-License-Identifier: MIT */
/*
 * Sends reports through the FIFO; see sender.h.
 *
 * One descriptor is kept, with a high number. Programs close descriptors that they never opened
 * (closefrom, daemons) and get the number again from their next open: so before every write the
 * descriptor is compared with the FIFO that it was, and opened anew if it is something else. fstat
 * rather than the cheaper F_GETPIPE_SZ: a report in the user's file is the worst that could happen,
 * and a pipe of the same size may be anybody's.
 */
#include "preload/sender.h"

#include <asm/stat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/time.h>

#include "preload/guest.h"
#include "preload/raw.h"
#include "preload/text.h"

#define FULL_PIPE_WAIT_NS 50000000L
#define HIGH_DESCRIPTOR	  900 /* far above what programs use, and no large table for the kernel */

struct slice {
	const void *start;
	size_t length;
};

/* Outlives a fork: the child inherits the descriptor. */
static struct {
	int fd; /* 0: none yet (never a number of ours: it is standard input) */
	unsigned long device, inode;
	bool waited; /* the pipe has been full for the whole wait: wait no more */
} kept;

static bool is_the_channel(int fd)
{
	struct stat status;

	return RAW_CALL(__NR_fstat, fd, &status, 0, 0, 0, 0) == 0 && status.st_ino == kept.inode &&
	       status.st_dev == kept.device;
}

/* O_RDWR: never ENXIO without a reader, and never SIGPIPE (fifo(7)). */
static int open_channel(void)
{
	char path[GUEST_SETTING_MAX + sizeof(GUEST_FIFO)];
	struct stat status;
	int fd;

	text_append(text_append(path, guest_folder()), GUEST_FIFO);
	fd = raw_openat(AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return -1;
	}
	if (RAW_CALL(__NR_fstat, fd, &status, 0, 0, 0, 0) != 0 ||
	    (status.st_mode & 0170000) != 0010000) {
		raw_close(fd);
		return -1;
	}
	return fd;
}

/* The lowest number that is surely out of the program's way, below its own limit. */
static int high_number(void)
{
	struct rlimit64 limit;

	if (RAW_CALL(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, &limit, 0, 0) != 0) {
		return HIGH_DESCRIPTOR;
	}
	if (limit.rlim_cur > HIGH_DESCRIPTOR + 64) {
		return HIGH_DESCRIPTOR;
	}
	return limit.rlim_cur > 0 ? (int)limit.rlim_cur - 1 : 0;
}

static int open_and_keep(void)
{
	struct stat status;
	int low = open_channel();
	int high;

	if (low < 0) {
		return -1;
	}
	high = raw_fcntl(low, F_DUPFD_CLOEXEC, high_number());
	raw_close(low);
	if (high < 0 || RAW_CALL(__NR_fstat, high, &status, 0, 0, 0, 0) != 0) {
		return -1;
	}
	kept.device = status.st_dev;
	kept.inode = status.st_ino;
	__atomic_store_n(&kept.fd, high, __ATOMIC_RELEASE);
	return high;
}

static int kept_channel(void)
{
	int fd = __atomic_load_n(&kept.fd, __ATOMIC_ACQUIRE);

	return fd > 0 && is_the_channel(fd) ? fd : open_and_keep();
}

/* A full pipe: wait for room once; a launcher that is gone or stuck must not slow the program. */
static bool wait_for_room(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLOUT};
	struct {
		long seconds, nanoseconds;
	} limit = {0, FULL_PIPE_WAIT_NS};

	if (__atomic_exchange_n(&kept.waited, true, __ATOMIC_ACQ_REL)) {
		return false;
	}
	return RAW_CALL(__NR_ppoll, &wanted, 1, &limit, 0, 0, 0) == 1;
}

/* One frame, one write: atomic, because it is not longer than PIPE_BUF. */
static bool write_frame(int fd, const struct slice *slices, size_t count)
{
	bool waited = false;

	for (;;) {
		long written = RAW_CALL(__NR_writev, fd, slices, count, 0, 0, 0);

		if (written > 0) {
			if (__atomic_load_n(&kept.waited, __ATOMIC_RELAXED)) {
				__atomic_store_n(&kept.waited, false, __ATOMIC_RELAXED);
			}
			return true;
		}
		if (written == -EINTR) {
			continue;
		}
		if (written != -EAGAIN || waited || !wait_for_room(fd)) {
			return false;
		}
		waited = true;
	}
}

/* Cuts the part [offset, offset + length) of the payload out of the pieces. */
static size_t slice_pieces(struct slice *slices, const struct piece *pieces, size_t count,
			   size_t offset, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < count && length > 0; i++) {
		size_t part;

		if (offset >= pieces[i].length) {
			offset -= pieces[i].length;
			continue;
		}
		part = pieces[i].length - offset;
		part = part < length ? part : length;
		slices[used].start = pieces[i].text + offset;
		slices[used++].length = part;
		length -= part;
		offset = 0;
	}
	return used;
}

static bool write_report(int fd, struct report_header *header, const struct piece *pieces,
			 size_t count)
{
	struct slice slices[1 + SENDER_PIECES_MAX];
	uint32_t offset = 0;

	do {
		uint32_t part = report_frame(header, offset);
		size_t used = slice_pieces(slices + 1, pieces, count, offset, part);

		slices[0].start = header;
		slices[0].length = sizeof(*header);
		if (!write_frame(fd, slices, used + 1)) {
			return false;
		}
		offset += part;
	} while (offset < report_total(header));
	return true;
}

static uint64_t monotonic_ns(void)
{
	struct {
		long seconds, nanoseconds;
	} now = {0, 0};

	RAW_CALL(__NR_clock_gettime, CLOCK_MONOTONIC, &now, 0, 0, 0, 0);
	return (uint64_t)now.seconds * 1000000000u + (uint64_t)now.nanoseconds;
}

static void send_lost_count(int fd, const struct report_header *like)
{
	struct report_header header = {.kind = REPORT_LOST, .pid = like->pid, .tid = like->tid};

	header.count = guest_take_lost();
	header.time_ns = like->time_ns;
	if (header.count > 0 && !write_report(fd, &header, NULL, 0)) {
		guest_lost(header.count);
	}
}

bool sender_send(struct report_header *header, const struct piece *pieces, size_t count)
{
	bool ours = guest_owns_memory();
	int fd = ours ? kept_channel() : open_channel();
	bool sent;

	header->pid = raw_getpid();
	header->tid = raw_gettid();
	header->time_ns = monotonic_ns();
	if (fd < 0) {
		guest_lost(1);
		return false;
	}
	sent = write_report(fd, header, pieces, count);
	if (sent) {
		send_lost_count(fd, header);
	} else {
		guest_lost(1);
	}
	if (!ours) {
		raw_close(fd);
	}
	return sent;
}
