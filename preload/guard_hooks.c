/* SPDX-License-Identifier: MIT */
/*
 * close, dup2 and their kin: a program may take any number for its own, also the one of the
 * descriptor that we keep. It goes out of the way first, and nobody writes to that number any more:
 * so what the program finds there is what it would find without us.
 */
#include <limits.h>
#include <linux/close_range.h>
#include <unistd.h>

#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/line.h"
#include "preload/next.h"

/* Not declared by the headers of an older libc. */
int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
/* Not declared at all. */
int __close(int fd);
int __dup2(int from, int to);

/* Forwards, or says that the libc has no such function. */
#define FORWARD(name, ...)                                                                         \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		return next(__VA_ARGS__);                                                          \
	} while (0)

/* In a forked child, which is to have a state of its own first (guest_enter). */
static void make_way(void)
{
	if (guest_enter()) {
		line_yield(false);
	}
}

#define CLOSE(name)                                                                                \
	EXPORT int name(int fd)                                                                    \
	{                                                                                          \
		if (line_keeps(fd, fd)) {                                                          \
			KEEPING_ERRNO(make_way());                                                 \
			if (line_keeps(fd, fd)) { /* a vfork child: its parent's state */          \
				errno = EBADF;                                                     \
				return -1;                                                         \
			}                                                                          \
		}                                                                                  \
		FORWARD(close, fd);                                                                \
	}
/* What a vfork child does to its own table concerns nobody here; a forked one has one thread. */
static bool begin_taking(int to)
{
	if (line_keeps(to, to) && !guest_enter()) {
		return false;
	}
	if (!guest_owns_memory()) {
		return false;
	}
	line_begin_taking(to);
	return true;
}

static void end_taking(bool begun)
{
	if (begun) {
		line_end_taking();
	}
}

/* Forwards, while nobody of ours uses a descriptor that the program does not know of. */
#define TAKE(to, name, ...)                                                                        \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		bool begun;                                                                        \
		int result;                                                                        \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		KEEPING_ERRNO(begun = begin_taking(to));                                           \
		result = next(__VA_ARGS__);                                                        \
		KEEPING_ERRNO(end_taking(begun));                                                  \
		return result;                                                                     \
	} while (0)
#define DUP2(name)                                                                                 \
	EXPORT int name(int from, int to)                                                          \
	{                                                                                          \
		TAKE(to, dup2, from, to);                                                          \
	}

CLOSE(close)
CLOSE(__close)
DUP2(dup2)
DUP2(__dup2)

EXPORT int dup3(int from, int to, int flags)
{
	TAKE(to, dup3, from, to, flags);
}

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	/* To be closed on exec is what ours is anyway. */
	if (((unsigned)flags & CLOSE_RANGE_CLOEXEC) == 0 && first <= INT_MAX &&
	    line_keeps((int)first, last > INT_MAX ? INT_MAX : (int)last)) {
		KEEPING_ERRNO(make_way());
	}
	FORWARD(close_range, first, last, flags);
}

EXPORT void closefrom(int first)
{
	__typeof__(&closefrom) next = NEXT(closefrom);

	if (line_keeps(first, INT_MAX)) {
		KEEPING_ERRNO(make_way());
	}
	if (next != NULL) {
		next(first);
	}
}
