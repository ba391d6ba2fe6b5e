// SPDX-License-Identifier: MIT
// Makes functions fail: preloaded into the launcher, and into nothing that it starts, as it takes
// itself out of the environment. This process is known by its pid, so the guardian, which is a copy
// of it, is left alone.
//
//   FAULTS=NAME=WHAT@WHEN,...   WHAT: the name of an errno, or "short" for half of what was asked
//   for.
//                               WHEN: every, N (the Nth call), N+ (it and all later), everyN.
//   FAULTS_HIT=FILE             gets a line for each call that has been made to fail, 100 at most.
//   FAULTS_ARMED=FILE           calls count as long as it begins with "1".
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAULTS_MAX 16
#define HITS_MAX   100
#define EARLY_SIZE 65536 // for what dlsym itself asks for

static const struct {
	const char *name;
	int number;
} errors[] = {
    {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE}, {"ENFILE", ENFILE}, {"ENOMEM", ENOMEM},
    {"EINTR", EINTR},	{"EAGAIN", EAGAIN}, {"EROFS", EROFS},	{"EACCES", EACCES},
    {"EPERM", EPERM},	{"ENOSYS", ENOSYS}, {"EIO", EIO},	{"ENOENT", ENOENT},
    {"EINVAL", EINVAL}, {"ESTALE", ESTALE}, {"EBADF", EBADF},	{"EDQUOT", EDQUOT},
};

static struct fault {
	char name[32];
	int error;	  // 0: short
	long first, step; // the calls first, first + step, ...; step 0: only the first
	long calls;
} faults[FAULTS_MAX];
static int fault_count;
static int hits;
static pid_t owner;
static const char *armed;
static const char *hit_file;

static void note_hit(const char *name)
{
	char line[64];
	int fd;

	if (hit_file == NULL || __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED) >= HITS_MAX) {
		return;
	}
	fd = (int)syscall(SYS_openat, AT_FDCWD, hit_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			  0666);
	if (fd >= 0) {
		stpcpy(stpcpy(line, name), "\n");
		(void)!syscall(SYS_write, fd, line, strlen(line));
		syscall(SYS_close, fd);
	}
}

// The fault that this call of the function is to have, or NULL.
static const struct fault *due(const char *name)
{
	if (fault_count == 0 || getpid() != owner || (armed != NULL && *armed != '1')) {
		return NULL;
	}
	for (int i = 0; i < fault_count; i++) {
		struct fault *fault = &faults[i];
		long call;

		if (strcmp(fault->name, name) != 0) {
			continue;
		}
		call = __atomic_add_fetch(&fault->calls, 1, __ATOMIC_RELAXED);
		if (call == fault->first || (call > fault->first && fault->step > 0 &&
					     (call - fault->first) % fault->step == 0)) {
			note_hit(name);
			return fault;
		}
	}
	return NULL;
}

static bool fails(const char *name)
{
	const struct fault *fault = due(name);

	if (fault != NULL) {
		errno = fault->error;
	}
	return fault != NULL;
}

static void parse_when(struct fault *fault, const char *when)
{
	char *end;

	fault->first = 1;
	fault->step = 1;
	if (strncmp(when, "every", 5) == 0) {
		fault->step = when[5] != '\0' ? atol(when + 5) : 1;
		fault->first = fault->step;
	} else {
		fault->first = strtol(when, &end, 10);
		fault->step = *end == '+' ? 1 : 0;
	}
}

static void parse_one(const char *text)
{
	struct fault *fault = &faults[fault_count];
	char what[32] = "";
	char when[32] = "";
	bool known;

	if (fault_count == FAULTS_MAX ||
	    sscanf(text, "%31[^=]=%31[^@]@%31[^,]", fault->name, what, when) != 3) {
		abort();
	}
	known = strcmp(what, "short") == 0;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (strcmp(errors[i].name, what) == 0) {
			fault->error = errors[i].number;
			known = true;
		}
	}
	if (!known) {
		abort();
	}
	parse_when(fault, when);
	fault_count++;
}

__attribute__((constructor)) static void begin(void)
{
	const char *wanted = getenv("FAULTS");
	const char *file = getenv("FAULTS_ARMED");
	int fd = file != NULL ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	hit_file = getenv("FAULTS_HIT");
	if (fd >= 0) {
		armed = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	for (; wanted != NULL; wanted = strchr(wanted, ',')) {
		wanted += *wanted == ',';
		parse_one(wanted);
	}
	hit_file = hit_file != NULL ? strdup(hit_file) : NULL;
	unsetenv("LD_PRELOAD");
	unsetenv("FAULTS");
	unsetenv("FAULTS_HIT");
	unsetenv("FAULTS_ARMED");
	owner = getpid();
}

// The function behind ours.
#define NEXT(name)                                                                                 \
	static __typeof__(name) *next;                                                             \
	if (next == NULL) {                                                                        \
		next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                                \
	}

#define WRAP(result, name, parameters, arguments, failure)                                         \
	result name parameters                                                                     \
	{                                                                                          \
		NEXT(name)                                                                         \
		return fails(#name) ? (failure) : next arguments;                                  \
	}

// One that reads or writes so many bytes.
#define WRAP_SIZED(name, parameters, short_arguments, arguments)                                   \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		const struct fault *fault = due(#name);                                            \
		NEXT(name)                                                                         \
		if (fault == NULL || (fault->error == 0 && size == sizeof(uint64_t))) {            \
			return next arguments; /* an eventfd or a timer knows no half */           \
		}                                                                                  \
		errno = fault->error;                                                              \
		return fault->error != 0 ? -1 : next short_arguments;                              \
	}

// NOLINTBEGIN: the libc's own names and parameters
WRAP_SIZED(read, (int fd, void *to, size_t size), (fd, to, (size + 1) / 2), (fd, to, size))
WRAP_SIZED(write, (int fd, const void *from, size_t size), (fd, from, (size + 1) / 2),
	   (fd, from, size))
WRAP_SIZED(send, (int fd, const void *from, size_t size, int flags),
	   (fd, from, (size + 1) / 2, flags), (fd, from, size, flags))
WRAP_SIZED(pread, (int fd, void *to, size_t size, off_t at), (fd, to, (size + 1) / 2, at),
	   (fd, to, size, at))
WRAP_SIZED(getrandom, (void *to, size_t size, unsigned flags), (to, (size + 1) / 2, flags),
	   (to, size, flags))
WRAP(ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size), -1)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WRAP(DIR *, opendir, (const char *path), (path), NULL)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
WRAP(int, mkfifo, (const char *path, mode_t mode), (path, mode), -1)
WRAP(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
WRAP(int, symlink, (const char *to, const char *path), (to, path), -1)
WRAP(int, flock, (int fd, int how), (fd, how), -1)
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags), -1)
WRAP(pid_t, fork, (void), (), -1)
WRAP(int, eventfd, (unsigned value, int flags), (value, flags), -1)
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags), -1)
WRAP(int, timerfd_settime, (int fd, int flags, const struct itimerspec *at, struct itimerspec *old),
     (fd, flags, at, old), -1)
WRAP(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1)
WRAP(int, epoll_create1, (int flags), (flags), -1)
WRAP(int, epoll_ctl, (int epoll, int what, int fd, struct epoll_event *event),
     (epoll, what, fd, event), -1)
WRAP(int, epoll_wait, (int epoll, struct epoll_event *events, int count, int ms),
     (epoll, events, count, ms), -1)
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int ms), (fds, count, ms), -1)
WRAP(int, inotify_init1, (int flags), (flags), -1)
WRAP(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), -1)
WRAP(int, statx, (int fd, const char *path, int flags, unsigned mask, struct statx *found),
     (fd, path, flags, mask, found), -1)
WRAP(int, socketpair, (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds), -1)
WRAP(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options), -1)
WRAP(char *, getcwd, (char *to, size_t size), (to, size), NULL)
WRAP(int, setenv, (const char *name, const char *value, int overwrite), (name, value, overwrite),
     -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(void *, dlopen, (const char *name, int flags), (name, flags), NULL)

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
		   void *context)
{
	NEXT(pthread_create)
	return fails("pthread_create") ? errno : next(thread, attributes, run, context);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	int mode;

	va_start(list, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, int) : 0;
	va_end(list);
	NEXT(open)
	return fails("open") ? -1 : next(path, flags, mode);
}

int prctl(int what, ...)
{
	unsigned long words[4];
	va_list list;

	va_start(list, what);
	for (int i = 0; i < 4; i++) {
		words[i] = va_arg(list, unsigned long);
	}
	va_end(list);
	NEXT(prctl)
	return fails("prctl") ? -1 : next(what, words[0], words[1], words[2], words[3]);
}

// By the name of the call: clone, pidfd_open, pidfd_send_signal.
long syscall(long number, ...)
{
	static const struct {
		long number;
		const char *name;
	} known[] = {{SYS_clone, "clone"},
		     {SYS_pidfd_open, "pidfd_open"},
		     {SYS_pidfd_send_signal, "pidfd_send_signal"}};
	long words[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++) {
		words[i] = va_arg(list, long);
	}
	va_end(list);
	NEXT(syscall)
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].number == number && fails(known[i].name)) {
			return -1;
		}
	}
	return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

// All three count as "malloc". A sanitizer's are not to be replaced.
#ifndef FAULTS_WITHOUT_MALLOC
static char early[EARLY_SIZE] __attribute__((aligned(16)));
static size_t early_used;
static __thread bool looking __attribute__((tls_model("initial-exec")));

static void *early_memory(size_t size)
{
	void *memory = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	return early_used <= sizeof(early) ? memory : NULL;
}

static bool is_early(const void *memory)
{
	return (const char *)memory >= early && (const char *)memory < early + sizeof(early);
}

#define ALLOCATOR(name)                                                                            \
	static __typeof__(name) *next;                                                             \
	if (next == NULL && !looking) {                                                            \
		looking = true;                                                                    \
		next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                                \
		looking = false;                                                                   \
	}

void *malloc(size_t size)
{
	ALLOCATOR(malloc)
	if (next == NULL) {
		return early_memory(size);
	}
	return fails("malloc") ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
	ALLOCATOR(calloc)
	if (next == NULL) {
		return early_memory(count * size);
	}
	return fails("malloc") ? NULL : next(count, size);
}

void *realloc(void *old, size_t size)
{
	ALLOCATOR(realloc)
	if (is_early(old)) {
		void *moved = malloc(size);

		return moved != NULL ? memcpy(moved, old, size) : NULL;
	}
	return size > 0 && fails("malloc") ? NULL : next(old, size);
}

void free(void *memory)
{
	ALLOCATOR(free)
	if (!is_early(memory) && next != NULL) {
		next(memory);
	}
}
#endif
// NOLINTEND
