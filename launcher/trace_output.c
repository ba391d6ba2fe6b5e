/* SPDX-License-Identifier: MIT */
/* Where a trace goes; see trace_output.h. */
#include "launcher/trace_output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CROWDED	  ((size_t)256 * 1024)
#define WRITE_MAX 4096 /* what fits a pipe that says that there is room (pipe(7)) */

struct trace_output {
	int fd;
	const char *later; /* not opened yet, or NULL */
	bool is_ours;	   /* the descriptor: to be closed */
	bool is_file;	   /* which never keeps anybody waiting for a reader */
	bool is_socket;
	int error;
	char *bytes; /* [at, filled) is what is left */
	size_t size, at, filled;
};

/*
 * Another description of the same pipe or terminal: what is never to wait for us must not do so for
 * the program, which has this one as well (O_NONBLOCK, fcntl(2)). The same, where that cannot be.
 */
static int describe_anew(int fd, bool *is_ours)
{
	char link[64];
	int anew;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	anew = open(link, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (anew >= 0 && *is_ours) {
		close(fd);
	}
	*is_ours |= anew >= 0;
	return anew >= 0 ? anew : fd;
}

static void look_at(struct trace_output *output)
{
	struct stat status;

	if (fstat(output->fd, &status) == 0) {
		output->is_file = S_ISREG(status.st_mode);
		output->is_socket = S_ISSOCK(status.st_mode);
	}
	if (!output->is_file && !output->is_socket) {
		output->fd = describe_anew(output->fd, &output->is_ours);
	}
}

/* Those that the command has as well are written to behind what it writes there, not over it. */
static int inherited(const char *path)
{
	if (path == NULL || strcmp(path, "/dev/stderr") == 0) {
		return STDERR_FILENO;
	}
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0 ? STDOUT_FILENO : -1;
}

struct trace_output *trace_output_open(const char *path)
{
	struct trace_output *output = calloc(1, sizeof(*output));

	if (output == NULL) {
		return NULL;
	}
	output->fd = inherited(path);
	if (output->fd < 0) {
		output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
		output->is_ours = true;
	}
	if (output->fd < 0) {
		free(output);
		return NULL;
	}
	look_at(output);
	return output;
}

/* Can a file be made there, or this one be written? 0, or -1 with errno. */
static int can_be_written(const char *path)
{
	char folder[PATH_MAX];
	struct stat status;

	if (stat(path, &status) == 0) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : 0;
		return errno != 0 ? -1 : access(path, W_OK);
	}
	if (errno != ENOENT || snprintf(folder, sizeof(folder), "%s", path) >= PATH_MAX) {
		return -1;
	}
	return access(dirname(folder), W_OK | X_OK);
}

struct trace_output *trace_output_open_later(const char *path)
{
	struct trace_output *output;

	if (inherited(path) >= 0) {
		return trace_output_open(path);
	}
	if (can_be_written(path) != 0) {
		return NULL;
	}
	output = calloc(1, sizeof(*output));
	if (output != NULL) {
		output->fd = -1;
		output->later = path;
	}
	return output;
}

void trace_output_close(struct trace_output *output)
{
	if (output != NULL) {
		if (output->is_ours && output->fd >= 0) {
			close(output->fd);
		}
		free(output->bytes);
		free(output);
	}
}

/* From now on there is nobody to write to. */
static void fail(struct trace_output *output, int error)
{
	output->error = error;
	output->at = output->filled = 0;
}

static bool make_room(struct trace_output *output, size_t more)
{
	size_t size = output->size;
	char *bytes;

	if (output->at > 0 && output->filled + more > size) {
		memmove(output->bytes, output->bytes + output->at, output->filled - output->at);
		output->filled -= output->at;
		output->at = 0;
	}
	while (output->filled + more > size) {
		size = size == 0 ? 2 * CROWDED : 2 * size;
	}
	if (size == output->size) {
		return true;
	}
	bytes = realloc(output->bytes, size);
	if (bytes == NULL) {
		fail(output, ENOMEM);
		return false;
	}
	output->bytes = bytes;
	output->size = size;
	return true;
}

void trace_output_add(struct trace_output *output, const char *bytes, size_t length)
{
	if (length > 0 && output->error == 0 && make_room(output, length)) {
		memcpy(output->bytes + output->filled, bytes, length);
		output->filled += length;
	}
}

bool trace_output_is_crowded(const struct trace_output *output)
{
	return output->later == NULL && output->filled - output->at >= CROWDED;
}

/* To the end of a line, if there is one: the program may write to the same place in between. */
static size_t next_size(const struct trace_output *output)
{
	const char *start = output->bytes + output->at;
	size_t left = output->filled - output->at;
	const char *end;

	if (output->is_file || left <= WRITE_MAX) {
		return left;
	}
	end = memrchr(start, '\n', WRITE_MAX);
	return end != NULL ? (size_t)(end - start) + 1 : WRITE_MAX;
}

static bool has_room(const struct trace_output *output)
{
	struct pollfd room = {.fd = output->fd, .events = POLLOUT};

	return output->is_file || poll(&room, 1, 0) > 0;
}

static ssize_t write_some(const struct trace_output *output, const char *bytes, size_t size)
{
	return output->is_socket ? send(output->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL)
				 : write(output->fd, bytes, size);
}

bool trace_output_flush(struct trace_output *output)
{
	if (output->later != NULL) {
		return true;
	}
	while (output->at < output->filled) {
		ssize_t written;

		if (!has_room(output)) {
			return false;
		}
		written = write_some(output, output->bytes + output->at, next_size(output));
		if (written >= 0) {
			output->at += (size_t)written;
		} else if (errno == EAGAIN) {
			return false;
		} else if (errno != EINTR) {
			fail(output, errno);
		}
	}
	output->at = output->filled = 0;
	return true;
}

int trace_output_fd(const struct trace_output *output)
{
	return output->fd;
}

/* The file's, or what a new one would have. */
static mode_t mode_of(const char *path)
{
	struct stat status;
	mode_t mask = umask(0);

	(void)umask(mask);
	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mask;
}

/* 0, or an errno. */
static int write_content(int fd, const struct trace_output *output, mode_t mode)
{
	ssize_t written = write(fd, output->bytes, output->filled);

	if (written < 0) {
		return errno;
	}
	if ((size_t)written < output->filled) {
		return ENOSPC; /* a disk takes what there is room for (write(2)) */
	}
	return fchmod(fd, mode) == 0 ? 0 : errno;
}

/* In one piece, as the file of that name; a link to it stays a link. 0, or -1 with errno. */
static int write_whole(const struct trace_output *output, const char *path)
{
	char real[PATH_MAX];
	char temporary[PATH_MAX];
	int error;
	int fd;

	if (realpath(path, real) == NULL && snprintf(real, sizeof(real), "%s", path) >= PATH_MAX) {
		return -1;
	}
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", real) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		return -1;
	}
	error = write_content(fd, output, mode_of(path));
	if (close(fd) != 0 && error == 0) {
		error = errno;
	}
	if (error == 0 && rename(temporary, real) != 0) {
		error = errno;
	}
	if (error != 0) {
		(void)unlink(temporary);
		errno = error;
	}
	return error == 0 ? 0 : -1;
}

int trace_output_commit(struct trace_output *output)
{
	const char *path = output->later;
	struct stat status;
	bool found;

	if (path == NULL) {
		return 0;
	}
	found = stat(path, &status) == 0;
	if (!found && errno != ENOENT) {
		return -1; /* say, a link planted in /tmp: the kernel does not follow it, nor do we
			    */
	}
	if (!found || S_ISREG(status.st_mode)) {
		if (write_whole(output, path) != 0) {
			return -1;
		}
		output->at = output->filled = 0;
		output->later = NULL;
		return 0;
	}
	output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (output->fd < 0) {
		return -1;
	}
	output->is_ours = true;
	output->later = NULL;
	look_at(output);
	return 0;
}

int trace_output_error(const struct trace_output *output)
{
	return output->error;
}
