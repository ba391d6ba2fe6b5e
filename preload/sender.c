/* SPDX-License-Identifier: MIT */
/* Sends reports through the FIFO; see sender.h. */
#include "preload/sender.h"

#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/time.h>

#include "preload/guest.h"
#include "preload/line.h"
#include "preload/raw.h"

#define FULL_PIPE_WAIT_NS 50000000u
#define TRIES_MAX	  16
#define WAITS_MAX	  10000 /* against starving among many threads; each is short */

struct slice {
	const void *start;
	size_t length;
};

/* Outlives a fork, as the pipe does. */
static struct {
	bool gave_up;	 /* the pipe has been full for the whole wait: wait no more */
	unsigned frames; /* written by all threads: a sign that somebody reads */
} pipe_state;

void sender_lose(void)
{
	/* The launcher is told by another way, as this process may never send anything again. */
	if (guest_lost(1)) {
		line_alarm();
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
 * whole wait has passed in which nobody could write, no thread waits again until somebody can. Who
 * reads a trace may be slow (a pager), and wants all of it: it is waited for as if the program
 * wrote to it itself, while the launcher lives.
 */
static bool wait_for_room(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLOUT};
	struct __kernel_timespec limit = {.tv_nsec = FULL_PIPE_WAIT_NS};
	unsigned frames = __atomic_load_n(&pipe_state.frames, __ATOMIC_RELAXED);
	long result;

	if (__atomic_load_n(&pipe_state.gave_up, __ATOMIC_RELAXED)) {
		return false;
	}
	do {
		result = RAW_CALL(RAW_PPOLL, &wanted, 1, &limit, 0, 0, 0);
	} while (result == 0 && guest_traces() && line_is_heard());
	/* Room that others have taken meanwhile is room. */
	if (result > 0 || result == -EINTR ||
	    (result == 0 && frames != __atomic_load_n(&pipe_state.frames, __ATOMIC_RELAXED))) {
		return true;
	}
	__atomic_store_n(&pipe_state.gave_up, true, __ATOMIC_RELAXED);
	return false;
}

/* One frame, one write: atomic, because it is not longer than PIPE_BUF. 0 or -errno. */
static int write_frame(int fd, const struct slice *slices, size_t count)
{
	for (int waits = 0; waits < WAITS_MAX;) {
		long written = RAW_CALL(__NR_writev, fd, slices, count, 0, 0, 0);

		if (written > 0) {
			/* Not a count: it has to change, no more. */
			__atomic_store_n(&pipe_state.frames,
					 __atomic_load_n(&pipe_state.frames, __ATOMIC_RELAXED) + 1,
					 __ATOMIC_RELAXED);
			if (__atomic_load_n(&pipe_state.gave_up, __ATOMIC_RELAXED)) {
				__atomic_store_n(&pipe_state.gave_up, false, __ATOMIC_RELAXED);
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
	if (guest_traces() && !guest_owns_memory_as(header->pid)) {
		header->parent = raw_getppid(); /* one that is never introduced */
	}
	if (guest_traces() || header->kind == REPORT_EXEC) {
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
		line = line_open(guest_owns_memory_as(header->pid));
		result = line.fd >= 0 ? write_report(line.fd, header, pieces, count) : line.fd;
		sent = result == 0;
		if (sent) {
			send_lost_count(line.fd, header);
		}
		line_close(&line);
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
	line = line_open(guest_owns_memory_as(header.pid));
	if (line.fd >= 0) {
		send_lost_count(line.fd, &header);
		line_close(&line);
	}
	guest_end_writing();
}
