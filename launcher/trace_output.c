/* SPDX-License-Identifier: MIT */
/* Where a trace goes; see trace_output.h. */
#include "launcher/trace_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CROWDED	  ((size_t)256 * 1024)
#define WRITE_MAX 4096 /* what fits a pipe that says that there is room (pipe(7)) */

struct trace_output {
	int fd;
	const char *made; /* the path of a file that was not there before, or NULL */
	bool is_file;	  /* which never keeps anybody waiting for a reader */
	int error;
	char *bytes; /* [at, filled) is what is left */
	size_t size, at, filled;
};

static int open_file(const char *path, bool anew, const char **made)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, flags | O_EXCL, 0666);

	*made = fd >= 0 ? path : NULL;
	return fd >= 0 || errno != EEXIST ? fd : open(path, flags | (anew ? O_TRUNC : 0), 0666);
}

struct trace_output *trace_output_open(const char *path, bool anew)
{
	struct trace_output *output = calloc(1, sizeof(*output));
	struct stat status;

	if (output == NULL) {
		return NULL;
	}
	output->fd = path != NULL ? open_file(path, anew, &output->made) : STDERR_FILENO;
	if (output->fd < 0) {
		free(output);
		return NULL;
	}
	output->is_file = fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode);
	return output;
}

void trace_output_close(struct trace_output *output)
{
	if (output != NULL) {
		if (output->fd != STDERR_FILENO) {
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
	return output->filled - output->at >= CROWDED;
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

bool trace_output_flush(struct trace_output *output)
{
	while (output->at < output->filled) {
		ssize_t written;

		if (!has_room(output)) {
			return false;
		}
		written = write(output->fd, output->bytes + output->at, next_size(output));
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

int trace_output_replace(struct trace_output *output)
{
	return output->is_file && output->fd != STDERR_FILENO ? ftruncate(output->fd, 0) : 0;
}

void trace_output_leave(struct trace_output *output)
{
	if (output->made != NULL) {
		(void)unlink(output->made);
	}
}

int trace_output_error(const struct trace_output *output)
{
	return output->error;
}
