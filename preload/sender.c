/* SPDX-License-Identifier: MIT */
/*
 * Sends reports through the FIFO; see sender.h.
 *
 * One descriptor is kept, with a high number. Programs close descriptors that they never opened
 * (closefrom, daemons) and get the number again from their next open: so before every write the
 * descriptor is compared with the FIFO that it was, and opened anew if it is something else. fstat
 * rather than the cheaper F_GETPIPE_SZ: a report in the user's file is the worst that could happen,
 * and a pipe of the same size may be anybody's. A program that may have only few descriptors has
 * none to spare: there each report opens the FIFO anew.
 */
#include "preload/sender.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/time.h>

#include "preload/guest.h"
#include "preload/raw.h"
#include "preload/status.h"
#include "preload/text.h"

#define FULL_PIPE_WAIT_NS 50000000u
#define HIGH_DESCRIPTOR	  900 /* far above what programs use, and no large table for the kernel */
#define SPARE_DESCRIPTORS 64  /* above it, there must be room for the program's own */
#define TRIES_MAX	  16
#define NUMBERS_APART	  64
#define NUMBERS_MAX	  1024
#define YIELD_TRIES	  1000
#define YIELD_NS	  100000
#define WAITS_MAX	  10000 /* against starving among many threads; each is short */

struct slice {
	const void *start;
	size_t length;
};

/* Outlives a fork: the child inherits the descriptor. */
static struct {
	int fd;	    /* 0: none (never a number of ours: it is standard input) */
	int lowest; /* number to keep it at; 0: HIGH_DESCRIPTOR */
	uint64_t device, inode;
	bool gave_up;	 /* the pipe has been full for the whole wait: wait no more */
	unsigned frames; /* written by all threads: a sign that somebody reads */
} kept;

/* The descriptor that one report goes out through. */
struct line {
	int fd;	      /* or negative */
	bool private; /* opened for this report alone */
};

static bool is_the_channel(int fd)
{
	struct status status;
	uint64_t device;
	uint64_t inode;

	if (status_which(fd, &device, &inode) == 0) {
		return inode == kept.inode && device == kept.device;
	}
	return status_of_descriptor(fd, &status) == 0 && status.identity.inode == kept.inode &&
	       status.identity.device == kept.device;
}

/* Others may have closed it, and got the number for a file of theirs. */
static void close_ours(int fd)
{
	if (is_the_channel(fd)) {
		raw_close(fd);
	}
}

/* O_RDWR: never ENXIO without a reader, and never SIGPIPE (fifo(7)). */
static int open_fifo(const char *name, struct status *status)
{
	char path[GUEST_SETTING_MAX + sizeof(GUEST_FIFO)];
	int fd;

	text_append(text_append(path, guest_folder()), name);
	fd = raw_openat(AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return -1;
	}
	if (status_of_descriptor(fd, status) != 0 || !status_is(status, STATUS_TYPE_FIFO)) {
		raw_close(fd);
		return -1;
	}
	return fd;
}

void sender_lose(void)
{
	static const struct slice byte = {"!", 1};
	struct status status;
	int fd;

	/* Said by another way, as this process may never have anything to send again. */
	if (guest_lost(1)) {
		fd = open_fifo(GUEST_ALARM, &status);
		if (fd >= 0) {
			RAW_CALL(__NR_writev, fd, &byte, 1, 0, 0, 0);
			raw_close(fd);
		}
	}
}

static bool may_keep(int number)
{
	struct rlimit64 limit;

	return RAW_CALL(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, &limit, 0, 0) != 0 ||
	       limit.rlim_cur > (unsigned)number + SPARE_DESCRIPTORS;
}

/*
 * Moves the descriptor out of the program's way, and keeps it there; false if that cannot be. Then
 * it stays where it is, or is -EBADF if a thread of the program was at work on the same number.
 *
 * First it is made known to be ours, then looked at: who takes the number before is found out by
 * the look, who takes it afterwards waits for us in sender_yield().
 */
static bool keep(struct line *line, int before)
{
	int lowest = __atomic_load_n(&kept.lowest, __ATOMIC_RELAXED);
	int number = lowest > 0 ? lowest : HIGH_DESCRIPTOR;
	int high = may_keep(number) ? raw_fcntl(line->fd, F_DUPFD_CLOEXEC, number) : -1;

	if (high < 0) {
		return false;
	}
	close_ours(line->fd);
	line->fd = -EBADF;
	if (!__atomic_compare_exchange_n(&kept.fd, &before, high, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		close_ours(high); /* another thread of ours was faster */
		return false;
	}
	if (!is_the_channel(high)) {
		__atomic_compare_exchange_n(&kept.fd, &high, 0, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE);
		__atomic_store_n(&kept.lowest,
				 number < HIGH_DESCRIPTOR + NUMBERS_MAX ? number + NUMBERS_APART
									: HIGH_DESCRIPTOR,
				 __ATOMIC_RELAXED);
		return false;
	}
	line->fd = high;
	return true;
}

bool sender_keeps(int first, int last)
{
	int fd = __atomic_load_n(&kept.fd, __ATOMIC_ACQUIRE);

	return fd > 0 && first <= fd && fd <= last;
}

void sender_yield(bool taken)
{
	struct __kernel_timespec moment = {.tv_nsec = YIELD_NS};
	int fd;

	if (!guest_owns_memory()) {
		return;
	}
	fd = __atomic_exchange_n(&kept.fd, 0, __ATOMIC_ACQ_REL);
	if (fd <= 0) {
		return;
	}
	if (taken) { /* the next one elsewhere; the numbers do not grow for ever */
		int lowest = fd < HIGH_DESCRIPTOR + NUMBERS_MAX ? fd + 1 : HIGH_DESCRIPTOR;

		__atomic_store_n(&kept.lowest, lowest, __ATOMIC_RELAXED);
	}
	/* Who is writing may have looked before; each takes no longer than a full pipe lets it. */
	for (int i = 0; i < YIELD_TRIES && guest_others_are_writing(); i++) {
		RAW_CALL(RAW_PPOLL, NULL, 0, &moment, 0, 0, 0);
	}
	close_ours(fd);
}

/* A vfork child may use what its parent keeps, but not change it. */
static struct line open_line(bool ours)
{
	int fd = __atomic_load_n(&kept.fd, __ATOMIC_ACQUIRE);
	struct line line = {.fd = fd, .private = false};
	struct status status;

	if (fd > 0 && is_the_channel(fd)) {
		return line;
	}
	line.fd = open_fifo(GUEST_FIFO, &status);
	if (line.fd >= 0) {
		kept.device = status.identity.device; /* always the same */
		kept.inode = status.identity.inode;
	}
	if (line.fd >= 0 && ours) {
		line.private = !keep(&line, fd) && line.fd >= 0;
	} else {
		line.private = line.fd >= 0;
	}
	return line;
}

static void close_line(const struct line *line)
{
	if (line->private) {
		close_ours(line->fd);
	}
}

static uint64_t monotonic_ns(void)
{
	struct __kernel_timespec now = {0, 0};

	RAW_CALL(RAW_CLOCK_GETTIME, CLOCK_MONOTONIC, &now, 0, 0, 0, 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * A full pipe: waits for room. A launcher that is gone or stuck must not slow the program: once a
 * whole wait has passed in which nobody could write, no thread waits again until somebody can.
 */
static bool wait_for_room(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLOUT};
	struct __kernel_timespec limit = {.tv_nsec = FULL_PIPE_WAIT_NS};
	unsigned frames = __atomic_load_n(&kept.frames, __ATOMIC_RELAXED);
	long result;

	if (__atomic_load_n(&kept.gave_up, __ATOMIC_RELAXED)) {
		return false;
	}
	result = RAW_CALL(RAW_PPOLL, &wanted, 1, &limit, 0, 0, 0);
	/* Room that others have taken meanwhile is room. */
	if (result > 0 || result == -EINTR ||
	    (result == 0 && frames != __atomic_load_n(&kept.frames, __ATOMIC_RELAXED))) {
		return true;
	}
	__atomic_store_n(&kept.gave_up, true, __ATOMIC_RELAXED);
	return false;
}

/* One frame, one write: atomic, because it is not longer than PIPE_BUF. 0 or -errno. */
static int write_frame(int fd, const struct slice *slices, size_t count)
{
	for (int waits = 0; waits < WAITS_MAX;) {
		long written = RAW_CALL(__NR_writev, fd, slices, count, 0, 0, 0);

		if (written > 0) {
			__atomic_add_fetch(&kept.frames, 1, __ATOMIC_RELAXED);
			if (__atomic_load_n(&kept.gave_up, __ATOMIC_RELAXED)) {
				__atomic_store_n(&kept.gave_up, false, __ATOMIC_RELAXED);
			}
			return 0;
		}
		if (written == -EAGAIN) {
			waits++;
		}
		if (written != -EINTR && (written != -EAGAIN || !wait_for_room(fd))) {
			return (int)written;
		}
	}
	return -EAGAIN;
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

static int write_report(int fd, struct report_header *header, const struct piece *pieces,
			size_t count)
{
	struct slice slices[1 + SENDER_PIECES_MAX];
	uint32_t offset = 0;

	do {
		uint32_t part = report_frame(header, offset);
		size_t used = slice_pieces(slices + 1, pieces, count, offset, part);

		slices[0].start = header;
		slices[0].length = sizeof(*header);
		int result = write_frame(fd, slices, used + 1);

		if (result != 0) {
			return result;
		}
		offset += part;
	} while (offset < report_total(header));
	return 0;
}

static void send_lost_count(int fd, const struct report_header *like)
{
	struct report_header header = {.kind = REPORT_LOST, .pid = like->pid, .tid = like->tid};

	if (!guest_has_lost()) {
		return;
	}
	header.count = guest_take_lost();
	header.time_ns = like->time_ns;
	if (header.count > 0 && write_report(fd, &header, NULL, 0) != 0) {
		(void)guest_lost(header.count);
	}
}

/* Says who sends it, and when: each a system call, so only as far as the launcher needs it. */
static void sign(struct report_header *header)
{
	bool in_parts = report_total(header) > REPORT_FRAME_MAX - sizeof(*header);

	header->pid = raw_getpid();
	header->tid = in_parts ? raw_gettid() : header->pid;
	if (guest_wants_everything() || header->kind == REPORT_EXEC) {
		header->time_ns = monotonic_ns();
	}
}

bool sender_send(struct report_header *header, const struct piece *pieces, size_t count)
{
	bool sent = false;
	struct line line;
	int result;

	sign(header);
	guest_begin_writing();
	/* Again if another thread of the program has closed what we had just opened. */
	for (int tries = 0; !sent && tries < TRIES_MAX; tries++) {
		line = open_line(guest_owns_memory_as(header->pid));
		result = line.fd >= 0 ? write_report(line.fd, header, pieces, count) : line.fd;
		sent = result == 0;
		if (sent) {
			send_lost_count(line.fd, header);
		}
		close_line(&line);
		if (result != -EBADF) {
			break;
		}
	}
	if (!sent) {
		sender_lose();
	}
	guest_end_writing();
	return sent;
}

void sender_flush(void)
{
	struct report_header header = {.kind = REPORT_LOST};
	struct line line;

	if (!guest_has_lost()) {
		return;
	}
	sign(&header);
	guest_begin_writing();
	line = open_line(guest_owns_memory_as(header.pid));
	if (line.fd >= 0) {
		send_lost_count(line.fd, &header);
		close_line(&line);
	}
	guest_end_writing();
}
