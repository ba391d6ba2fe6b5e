/* SPDX-License-Identifier: MIT */
/* The launcher's end of the FIFO; see channel.h. */
#include "launcher/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launcher/clock.h"
#include "launcher/folder.h"
#include "launcher/intake.h"
#include "launcher/memory.h"
#include "preload/guest.h"

#define PIPE_SIZE   (1 << 20)
#define PARTS_MAX   16u
#define PAYLOAD_MAX (3u * REPORT_STRING_MAX)

/* A report of which some frames are still to come. */
struct partial {
	struct report_header header; /* of the first frame; kind 0: this one is free */
	uint32_t filled;
	uint64_t begun; /* counts */
	char *payload;
};

struct channel {
	struct folder folder;
	const char *builds; /* as given to channel_open */
	uint64_t malformed;
	uint64_t now_ns; /* when the bytes in the buffer arrived, CLOCK_MONOTONIC */
	struct partial partials[PARTS_MAX];
	uint64_t begun;
	char *strings;	   /* PAYLOAD_MAX + 3: what the last report's pointers point into */
	uint64_t received; /* bytes, ever */
	struct intake *intake;
	struct intake_buffer buffer;
};

/* As large as we may: an import writes hundreds of reports at once. */
static void enlarge_pipe(int fd)
{
	for (int size = PIPE_SIZE; size > 65536 && fcntl(fd, F_SETPIPE_SZ, size) < 0; size /= 2) {
	}
}

struct channel *channel_open(const char *builds)
{
	struct channel *channel = calloc(1, sizeof(*channel));
	int error;

	if (channel == NULL) {
		return NULL;
	}
	channel->builds = builds;
	channel->strings = malloc(PAYLOAD_MAX + 3);
	if (channel->strings != NULL && folder_make(&channel->folder, builds) == 0) {
		folder_sweep(&channel->folder);
		enlarge_pipe(channel->folder.reports);
		channel->intake = intake_open(channel->folder.reports);
	}
	if (channel->intake != NULL && intake_make_room(&channel->buffer, 1) == 0) {
		return channel;
	}
	error = errno;
	channel_close(channel);
	errno = error;
	return NULL;
}

void channel_close(struct channel *channel)
{
	if (channel == NULL) {
		return;
	}
	for (size_t i = 0; i < PARTS_MAX; i++) {
		free(channel->partials[i].payload);
	}
	intake_close(channel->intake);
	folder_close(&channel->folder);
	free(channel->buffer.bytes);
	free(channel->strings);
	free(channel);
}

int channel_renew(struct channel *channel)
{
	int renewed;
	int error;

	if (!folder_is_gone(&channel->folder)) {
		return 0;
	}
	intake_close(channel->intake); /* nobody may read what is closed, and opened as another */
	renewed = folder_renew(&channel->folder, channel->builds);
	error = errno;
	enlarge_pipe(channel->folder.reports);
	channel->intake = intake_open(channel->folder.reports);
	if (channel->intake == NULL) {
		memory_exhausted();
	}
	errno = error;
	return renewed == 0 ? 1 : -1;
}

void channel_limit(struct channel *channel, size_t size)
{
	intake_limit(channel->intake, size);
}

int channel_fd(const struct channel *channel)
{
	return intake_fd(channel->intake);
}

const char *channel_folder(const struct channel *channel)
{
	return channel->folder.path;
}

int channel_alarm_fd(const struct channel *channel)
{
	return channel->folder.alarm;
}

bool channel_take_alarm(struct channel *channel)
{
	char bytes[512];
	bool any = false;

	while (read(channel->folder.alarm, bytes, sizeof(bytes)) > 0) {
		any = true;
	}
	return any;
}

bool channel_has_more(const struct channel *channel)
{
	struct report_header header;

	return report_decode(channel->buffer.bytes + channel->buffer.at,
			     channel->buffer.filled - channel->buffer.at, &header) != 0;
}

uint64_t channel_malformed(const struct channel *channel)
{
	return channel->malformed;
}

/* Copies a string of the payload and terminates it; returns where the next may go. */
static char *take_string(char *to, const char **payload, uint32_t length, const char **string)
{
	memcpy(to, *payload, length);
	to[length] = '\0';
	*string = to;
	*payload += length;
	return to + length + 1;
}

static void fill_report(struct channel *channel, const struct report_header *header,
			const char *payload, struct report *report)
{
	char *to = channel->strings;

	report->header = *header;
	if (report->header.time_ns == 0) {
		report->header.time_ns = channel->now_ns;
	}
	to = take_string(to, &payload, header->first_length, &report->first);
	to = take_string(to, &payload, header->second_length, &report->second);
	take_string(to, &payload, header->text_length, &report->text);
}

/* Is `one` a better place for a new report: free, or older than the other? */
static bool is_better_place(const struct partial *one, const struct partial *other)
{
	if ((one->header.kind == 0) != (other->header.kind == 0)) {
		return one->header.kind == 0;
	}
	return one->begun < other->begun;
}

static struct partial *find_partial(struct channel *channel, const struct report_header *header)
{
	struct partial *place = &channel->partials[0];

	for (size_t i = 0; i < PARTS_MAX; i++) {
		struct partial *partial = &channel->partials[i];

		if (partial->header.kind != 0 && partial->header.pid == header->pid &&
		    partial->header.tid == header->tid) {
			return partial;
		}
		if (is_better_place(partial, place)) {
			place = partial;
		}
	}
	/* None: in a free place, or instead of the oldest, whose sender has died in the middle. */
	place->header.kind = 0;
	place->begun = ++channel->begun;
	return place;
}

/* Takes one part of a long report; true when it was the last, and the report is complete. */
static bool take_part(struct channel *channel, const struct report_header *header, const char *part,
		      struct report *report)
{
	uint32_t length = header->size - (uint32_t)sizeof(*header);
	struct partial *partial = find_partial(channel, header);

	if (header->offset == 0) {
		free(partial->payload);
		partial->header = *header;
		partial->filled = 0;
		partial->payload = malloc(report_total(header));
	}
	if (partial->payload == NULL || partial->header.kind != header->kind ||
	    partial->filled != header->offset ||
	    report_total(&partial->header) != report_total(header)) {
		channel->malformed += header->size;
		partial->header.kind = 0;
		return false;
	}
	memcpy(partial->payload + partial->filled, part, length);
	partial->filled += length;
	if (partial->filled < report_total(header)) {
		return false;
	}
	fill_report(channel, &partial->header, partial->payload, report);
	free(partial->payload);
	partial->payload = NULL;
	partial->header.kind = 0;
	return true;
}

uint64_t channel_sent(const struct channel *channel)
{
	return channel->received + intake_waiting(channel->intake);
}

/* Only when what was taken before has been gone through: memory is for what waits in one place. */
static bool take_more(struct channel *channel)
{
	size_t size = intake_take(channel->intake, &channel->buffer);

	if (size > 0) {
		channel->received += size;
		channel->now_ns = (uint64_t)clock_now_ns(CLOCK_MONOTONIC);
	}
	return size > 0;
}

uint64_t channel_taken(const struct channel *channel)
{
	return channel->received - (channel->buffer.filled - channel->buffer.at);
}

int channel_next(struct channel *channel, struct report *report)
{
	struct intake_buffer *buffer = &channel->buffer;

	for (;;) {
		const char *frame = buffer->bytes + buffer->at;
		struct report_header header;
		long size = report_decode(frame, buffer->filled - buffer->at, &header);

		if (size == 0) {
			if (!take_more(channel)) {
				return 0;
			}
			continue;
		}
		if (size < 0) {
			/* Not ours: look for a place where one of ours begins. */
			channel->malformed++;
			buffer->at++;
			continue;
		}
		buffer->at += (size_t)size;
		if ((uint32_t)size == sizeof(header) + report_total(&header)) {
			fill_report(channel, &header, frame + sizeof(header), report);
			return 1;
		}
		if (take_part(channel, &header, frame + sizeof(header), report)) {
			return 1;
		}
	}
}
