/* SPDX-License-Identifier: MIT */
/* A buffer in front of whoever reads events; see event_stream.h. */
#include "launcher/event_stream.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/memory.h"
#include "launcher/message.h"

#define KEPT_MAX ((size_t)16 << 20)
#define LAST_MS	 500

struct event_stream {
	int fd; /* -1: ended */
	bool is_socket;
	bool behind_told;
	char *kept;
	size_t at, filled, size;
};

/* A number is a descriptor that we were given: the command must not get it, too. */
static int open_descriptor(const char *where)
{
	char *end;
	long number = strtol(where, &end, 10);

	if (isdigit((unsigned char)where[0]) && *end == '\0' && number <= INT_MAX) {
		return fcntl((int)number, F_SETFD, FD_CLOEXEC) == 0 ? (int)number : -1;
	}
	return open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
}

struct event_stream *event_stream_open(const char *where)
{
	struct event_stream *stream = calloc(1, sizeof(*stream));
	struct stat status;

	if (stream == NULL) {
		return NULL;
	}
	stream->fd = open_descriptor(where);
	if (stream->fd < 0 || fstat(stream->fd, &status) != 0) {
		free(stream);
		return NULL;
	}
	stream->is_socket = S_ISSOCK(status.st_mode);
	return stream;
}

static void end(struct event_stream *stream)
{
	close(stream->fd);
	stream->fd = -1;
	stream->at = stream->filled = 0;
}

/* Also if that cannot be told: then a write may block, but nothing is lost. */
static bool is_ready(const struct event_stream *stream, int wait_ms)
{
	struct pollfd full = {.fd = stream->fd, .events = POLLOUT};

	return poll(&full, 1, wait_ms) != 0;
}

/*
 * So much at a time as never blocks where a poll has said that there is room: of a pipe that is
 * PIPE_BUF (pipe(7)). The description may be others', too, so it is not made non-blocking.
 */
static ssize_t write_some(struct event_stream *stream)
{
	size_t left = stream->filled - stream->at;
	size_t size = left < PIPE_BUF ? left : PIPE_BUF;
	const char *from = stream->kept + stream->at;

	return stream->is_socket ? send(stream->fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
				 : write(stream->fd, from, size);
}

static bool flush(struct event_stream *stream, int wait_ms)
{
	while (stream->at < stream->filled && is_ready(stream, wait_ms)) {
		ssize_t written = write_some(stream);

		if (written > 0) {
			stream->at += (size_t)written;
		} else if (written < 0 && errno != EINTR && errno != EAGAIN) {
			if (errno != EPIPE) { /* a reader that has had enough is no trouble */
				message(MESSAGE_ERROR,
					"cannot write to --events: %s; no more are written",
					strerror(errno));
			}
			end(stream);
		} else if (errno == EAGAIN) {
			return false;
		}
	}
	return stream->at == stream->filled;
}

bool event_stream_flush(struct event_stream *stream)
{
	return flush(stream, 0);
}

static void make_room(struct event_stream *stream, size_t length)
{
	size_t size = stream->size != 0 ? stream->size : PIPE_BUF;

	if (stream->at > 0) {
		memmove(stream->kept, stream->kept + stream->at, stream->filled - stream->at);
		stream->filled -= stream->at;
		stream->at = 0;
	}
	while (size < stream->filled + length) {
		size *= 2;
	}
	if (size > stream->size) {
		stream->kept = realloc(stream->kept, size);
		if (stream->kept == NULL) {
			memory_exhausted();
		}
		stream->size = size;
	}
}

void event_stream_add(struct event_stream *stream, const char *line, size_t length)
{
	if (stream->fd < 0) {
		return;
	}
	if (stream->filled - stream->at + length > KEPT_MAX) {
		if (!stream->behind_told) {
			stream->behind_told = true;
			message(MESSAGE_ERROR,
				"nobody reads the events of --events: from now on some "
				"of them are lost");
		}
		return;
	}
	if (stream->filled + length > stream->size) {
		make_room(stream, length);
	}
	memcpy(stream->kept + stream->filled, line, length);
	stream->filled += length;
	(void)flush(stream, 0);
}

bool event_stream_has_ended(const struct event_stream *stream)
{
	return stream->fd < 0;
}

void event_stream_close(struct event_stream *stream)
{
	if (stream == NULL) {
		return;
	}
	if (stream->fd >= 0) {
		(void)flush(stream, LAST_MS);
	}
	if (stream->fd >= 0) {
		end(stream);
	}
	free(stream->kept);
	free(stream);
}
