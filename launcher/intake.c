/* SPDX-License-Identifier: MIT */
/* Empties the pipe into memory; see intake.h. */
#include "launcher/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "launcher/memory.h"

#define READ_SIZE     ((size_t)256 << 10)
#define MEMORY_MAX    ((size_t)64 << 20)  /* then writers do have to wait */
#define KEPT_SIZE     ((size_t)512 << 10) /* what stays allocated when all is quiet */
#define GATHER_NS     4000000
#define FULL_RETRY_MS 10

struct intake {
	int fd;
	size_t capacity; /* of the pipe */
	int ready;	 /* an eventfd: something has come */
	int stop;	 /* another: the thread is to end */
	pthread_t thread;
	pthread_mutex_t lock; /* for all below */
	size_t memory_max;
	struct intake_buffer come;
};

int intake_make_room(struct intake_buffer *buffer, size_t more)
{
	size_t left = buffer->filled - buffer->at;
	size_t size = buffer->size;
	char *larger;

	if (buffer->at > 0) {
		memmove(buffer->bytes, buffer->bytes + buffer->at, left);
		buffer->at = 0;
		buffer->filled = left;
	}
	while (size < left + more) {
		size = size != 0 ? 2 * size : KEPT_SIZE;
	}
	if (size != buffer->size) {
		larger = realloc(buffer->bytes, size);
		if (larger == NULL) {
			return -1;
		}
		buffer->bytes = larger;
		buffer->size = size;
	}
	return 0;
}

/* When all of it has been taken. */
static void give_memory_back(struct intake_buffer *buffer)
{
	char *smaller;

	if (buffer->at < buffer->filled || buffer->size <= KEPT_SIZE) {
		return;
	}
	smaller = realloc(buffer->bytes, KEPT_SIZE);
	if (smaller != NULL) {
		*buffer = (struct intake_buffer){.bytes = smaller, .size = KEPT_SIZE};
	}
}

/* All that has come, behind what is left. Returns how many bytes. */
static size_t hand_over(struct intake_buffer *come, struct intake_buffer *buffer)
{
	size_t size = come->filled - come->at;

	if (size == 0) {
		return 0;
	}
	if (buffer->at == buffer->filled) {
		struct intake_buffer emptied = {.bytes = buffer->bytes, .size = buffer->size};

		*buffer = *come;
		*come = emptied;
		return size;
	}
	if (intake_make_room(buffer, size) != 0) {
		memory_exhausted();
	}
	memcpy(buffer->bytes + buffer->filled, come->bytes + come->at, size);
	buffer->filled += size;
	come->at = come->filled;
	return size;
}

/* Reads what is in the pipe, with the lock held. Returns how many bytes. */
static size_t empty_pipe(struct intake *intake)
{
	size_t sum = 0;
	ssize_t size = 1;

	while (size > 0 && intake->come.filled - intake->come.at < intake->memory_max &&
	       intake_make_room(&intake->come, READ_SIZE) == 0) {
		size = read(intake->fd, intake->come.bytes + intake->come.filled,
			    intake->come.size - intake->come.filled);
		if (size > 0) {
			intake->come.filled += (size_t)size;
			sum += (size_t)size;
		}
	}
	return sum;
}

static void tell(int event)
{
	uint64_t one = 1;

	while (write(event, &one, sizeof(one)) < 0 && errno == EINTR) {
	}
}

static size_t empty_and_tell(struct intake *intake)
{
	size_t size;

	pthread_mutex_lock(&intake->lock);
	size = empty_pipe(intake);
	pthread_mutex_unlock(&intake->lock);
	if (size > 0) {
		tell(intake->ready);
	}
	return size;
}

/*
 * Until something has come; false: the thread is to end. The kernel may have no memory for a poll,
 * and then we look now and again: nobody else empties the pipe.
 */
static bool wait_for_reports(const struct intake *intake, struct pollfd wanted[2])
{
	static const struct timespec shortly = {.tv_nsec = FULL_RETRY_MS * 1000000L};
	uint64_t count;

	if (poll(wanted, 2, -1) >= 0) {
		return wanted[0].revents == 0;
	}
	if (errno != EINTR) {
		(void)nanosleep(&shortly, NULL);
	}
	return read(intake->stop, &count, sizeof(count)) != (ssize_t)sizeof(count);
}

static void *run(void *context)
{
	struct intake *intake = context;
	struct pollfd wanted[] = {{.fd = intake->stop, .events = POLLIN},
				  {.fd = intake->fd, .events = POLLIN}};

	while (wait_for_reports(intake, wanted)) {
		size_t size = empty_and_tell(intake);

		if (size == 0) {
			(void)poll(wanted, 1, FULL_RETRY_MS); /* no memory, or not yet */
		} else if (size < intake->capacity / 4) {
			/*
			 * More are to come, mostly; to be woken by each costs the program more
			 * than to write it. Nothing waits: what is judged is taken in before,
			 * and there is room for what comes meanwhile. Only the end does not wait.
			 */
			(void)ppoll(wanted, 1, &(struct timespec){.tv_nsec = GATHER_NS}, NULL);
		}
	}
	return NULL;
}

/* All signals are for the main thread, which has them in a signalfd. */
static int start_thread(struct intake *intake)
{
	sigset_t all;
	sigset_t before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&intake->thread, NULL, run, intake);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return error == 0 ? 0 : -1;
}

static void release(struct intake *intake)
{
	if (intake->ready >= 0) {
		close(intake->ready);
	}
	if (intake->stop >= 0) {
		close(intake->stop);
	}
	free(intake->come.bytes);
	pthread_mutex_destroy(&intake->lock);
	free(intake);
}

static size_t pipe_capacity(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	return size > 0 ? (size_t)size : 65536;
}

struct intake *intake_open(int fd)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	int error;

	if (intake == NULL) {
		return NULL;
	}
	intake->fd = fd;
	intake->capacity = pipe_capacity(fd);
	intake->memory_max = MEMORY_MAX;
	pthread_mutex_init(&intake->lock, NULL);
	intake->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	intake->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (intake->ready < 0 || intake->stop < 0 || start_thread(intake) != 0) {
		error = errno;
		release(intake);
		errno = error;
		return NULL;
	}
	return intake;
}

void intake_close(struct intake *intake)
{
	if (intake != NULL) {
		tell(intake->stop);
		pthread_join(intake->thread, NULL);
		release(intake);
	}
}

int intake_fd(const struct intake *intake)
{
	return intake->ready;
}

void intake_limit(struct intake *intake, size_t size)
{
	pthread_mutex_lock(&intake->lock);
	intake->memory_max = size;
	pthread_mutex_unlock(&intake->lock);
}

size_t intake_waiting(struct intake *intake)
{
	int in_pipe = 0;
	size_t size;

	pthread_mutex_lock(&intake->lock);
	size = intake->come.filled - intake->come.at;
	if (ioctl(intake->fd, FIONREAD, &in_pipe) == 0 && in_pipe > 0) {
		size += (size_t)in_pipe;
	}
	pthread_mutex_unlock(&intake->lock);
	return size;
}

size_t intake_take(struct intake *intake, struct intake_buffer *buffer)
{
	uint64_t count;
	size_t size;

	(void)!read(intake->ready, &count, sizeof(count));
	pthread_mutex_lock(&intake->lock);
	(void)empty_pipe(intake);
	size = hand_over(&intake->come, buffer);
	give_memory_back(&intake->come);
	give_memory_back(buffer);
	pthread_mutex_unlock(&intake->lock);
	return size;
}
