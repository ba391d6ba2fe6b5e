/* SPDX-License-Identifier: MIT */
/*
 * The descriptor that reports go out through; see line.h.
 *
 * Programs close descriptors that they never opened (closefrom, daemons) and get the number again
 * from their next open: so before every report the descriptor is compared with the FIFO that it
 * was, and opened anew if it is something else. Not by the cheaper F_GETPIPE_SZ: a report in the
 * user's file is the worst that could happen, and a pipe of the same size may be anybody's.
 */
#include "preload/line.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/resource.h>
#include <linux/time.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/guest.h"
#include "preload/raw.h"
#include "preload/status.h"
#include "preload/text.h"

#define HIGH_DESCRIPTOR	  900  /* far above what programs use, and no large table for the kernel */
#define SPARE_DESCRIPTORS 64   /* above it, there must be room for the program's own */
#define NUMBERS_APART	  64   /* out of the way of a thread that takes one after the other */
#define NUMBERS_MAX	  1024 /* from HIGH_DESCRIPTOR on, then again */
#define YIELD_TRIES	  1000
#define YIELD_NS	  100000
#define TAKING_TRIES	  10

/* Outlives a fork: the child inherits the descriptor. */
static struct {
	int fd;	    /* 0: none (never a number of ours: it is standard input) */
	int lowest; /* number to keep it at; 0: HIGH_DESCRIPTOR */
	uint64_t device, inode;
} kept;

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

void line_alarm(void)
{
	static const struct {
		const void *start;
		size_t length;
	} byte = {"!", 1};
	struct status status;
	int fd = open_fifo(GUEST_ALARM, &status);

	if (fd >= 0) {
		RAW_CALL(__NR_writev, fd, &byte, 1, 0, 0, 0);
		raw_close(fd);
	}
}

/* It alone keeps the other FIFO open: without a reader, that cannot be opened (fifo(7)). */
bool line_is_heard(void)
{
	char path[GUEST_SETTING_MAX + sizeof(GUEST_ALARM)];
	int fd;

	text_append(text_append(path, guest_folder()), GUEST_ALARM);
	fd = raw_openat(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		raw_close(fd);
	}
	return fd >= 0;
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
 * First it is made known to be ours, then looked at: who has taken the number before is found out
 * by the look, who is to take it afterwards waits for us in line_begin_taking(); and nobody is just
 * taking one (line_open).
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
	if (!__atomic_compare_exchange_n(&kept.fd, &before, high, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
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

bool line_keeps(int first, int last)
{
	int fd = __atomic_load_n(&kept.fd, __ATOMIC_SEQ_CST);

	return fd > 0 && first <= fd && fd <= last;
}

static void pause_shortly(void)
{
	struct __kernel_timespec moment = {.tv_nsec = YIELD_NS};

	RAW_CALL(RAW_PPOLL, NULL, 0, &moment, 0, 0, 0);
}

void line_yield(bool taken)
{
	int fd;

	if (!guest_owns_memory()) {
		return;
	}
	fd = __atomic_exchange_n(&kept.fd, 0, __ATOMIC_SEQ_CST);
	if (fd <= 0) {
		return;
	}
	if (taken) { /* the next one elsewhere; the numbers do not grow for ever */
		int lowest = fd < HIGH_DESCRIPTOR + NUMBERS_MAX ? fd + 1 : HIGH_DESCRIPTOR;

		__atomic_store_n(&kept.lowest, lowest, __ATOMIC_RELAXED);
	}
	/* Who is writing may have looked before; each takes no longer than a full pipe lets it. */
	for (int i = 0; i < YIELD_TRIES && guest_others_are_writing(); i++) {
		pause_shortly();
	}
	close_ours(fd);
}

/*
 * A dup2 that has looked before we had a descriptor may put the program's file in its place after
 * we have looked: so it is waited for. It takes no longer than a system call; who does not end was
 * killed in it, perhaps, and then there is no report.
 */
static bool is_nobody_taking(void)
{
	for (int i = 0; i < TAKING_TRIES; i++) {
		if (!guest_others_are_taking()) {
			return true;
		}
		pause_shortly();
	}
	return false;
}

static void open_anew(struct line *line, int before, bool ours)
{
	struct status status;

	line->fd = open_fifo(GUEST_FIFO, &status);
	if (line->fd < 0) {
		return;
	}
	kept.device = status.identity.device; /* always the same */
	kept.inode = status.identity.inode;
	line->private = !(ours && keep(line, before)) && line->fd >= 0;
}

/* A vfork child has a descriptor table of its own: it may use what its parent keeps, not change it.
 */
struct line line_open(bool ours)
{
	int fd = __atomic_load_n(&kept.fd, __ATOMIC_SEQ_CST);
	struct line line = {.fd = fd, .private = false};

	if (fd > 0 && is_the_channel(fd)) {
		return line;
	}
	guest_begin_opening();
	if (!ours || is_nobody_taking()) {
		open_anew(&line, fd, ours);
	} else {
		line.fd = -EBADF;
	}
	if (!line.private) {
		guest_end_opening();
	}
	return line;
}

void line_close(const struct line *line)
{
	if (line->private) {
		close_ours(line->fd);
		guest_end_opening();
	}
}

void line_begin_taking(int number)
{
	for (int i = 0; i < YIELD_TRIES; i++) {
		guest_begin_taking();
		if (!line_keeps(number, number) && !guest_others_are_opening()) {
			return;
		}
		guest_end_taking();
		if (line_keeps(number, number)) {
			line_yield(true);
		} else {
			pause_shortly();
		}
	}
	guest_begin_taking();
}

void line_end_taking(void)
{
	guest_end_taking();
}
