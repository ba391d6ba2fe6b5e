/* SPDX-License-Identifier: MIT */
/*
 * System calls made directly: not through libc, whose functions other preloaded libraries replace,
 * which set errno, and which are cancellation points. A failure is returned as -errno.
 */
#ifndef PRELOAD_RAW_H
#define PRELOAD_RAW_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
static inline long raw_call6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long raw_call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#elif defined(__i386__)
/* In raw_i386.c: the sixth argument goes where the frame pointer is. */
long raw_call6(long number, long a, long b, long c, long d, long e, long f);
#else
#error "raw.h needs the system call instruction of this machine"
#endif

#define RAW_CALL(number, a, b, c, d, e, f)                                                         \
	raw_call6((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* With 64 bit of time everywhere. */
#ifdef __NR_clock_gettime64
#define RAW_CLOCK_GETTIME __NR_clock_gettime64
#define RAW_PPOLL	  __NR_ppoll_time64
#else
#define RAW_CLOCK_GETTIME __NR_clock_gettime
#define RAW_PPOLL	  __NR_ppoll
#endif

static inline int raw_openat(int dirfd, const char *path, int flags)
{
	return (int)RAW_CALL(__NR_openat, dirfd, path, flags, 0, 0, 0);
}

static inline void raw_close(int fd)
{
	RAW_CALL(__NR_close, fd, 0, 0, 0, 0, 0);
}

static inline long raw_read(int fd, void *buffer, size_t size)
{
	return RAW_CALL(__NR_read, fd, buffer, size, 0, 0, 0);
}

static inline int raw_fcntl(int fd, int command, long argument)
{
	return (int)RAW_CALL(__NR_fcntl, fd, command, argument, 0, 0, 0);
}

static inline long raw_readlinkat(int dirfd, const char *path, char *buffer, size_t size)
{
	return RAW_CALL(__NR_readlinkat, dirfd, path, buffer, size, 0, 0);
}

/* Includes the terminating NUL in what it returns. */
static inline long raw_getcwd(char *buffer, size_t size)
{
	return RAW_CALL(__NR_getcwd, buffer, size, 0, 0, 0, 0);
}

static inline int raw_getpid(void)
{
	return (int)RAW_CALL(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

static inline unsigned raw_geteuid(void)
{
#ifdef __NR_geteuid32
	return (unsigned)RAW_CALL(__NR_geteuid32, 0, 0, 0, 0, 0, 0);
#else
	return (unsigned)RAW_CALL(__NR_geteuid, 0, 0, 0, 0, 0, 0);
#endif
}

static inline int raw_getppid(void)
{
	return (int)RAW_CALL(__NR_getppid, 0, 0, 0, 0, 0, 0);
}

static inline int raw_gettid(void)
{
	return (int)RAW_CALL(__NR_gettid, 0, 0, 0, 0, 0, 0);
}

#endif
