/* SPDX-License-Identifier: MIT */
/* A channel of the test's own, and reports sent through it part by part. */
#ifndef TESTS_UNIT_LETTERS_H
#define TESTS_UNIT_LETTERS_H

#include <stdbool.h>

#include "launcher/channel.h"
#include "preload/guest.h"
#include "tests/unit/scratch.h"

#define ROOM (REPORT_FRAME_MAX - (uint32_t)sizeof(struct report_header))

static struct channel *channel;
static int writer;
static struct report report;

static inline int open_fifo(void)
{
	char fifo[PATH_MAX];

	(void)snprintf(fifo, sizeof(fifo), "%s%s", channel_folder(channel), GUEST_FIFO);
	return open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static inline void channel_enter(void)
{
	scratch_enter();
	channel = channel_open("/some where:else/preload");
	cr_assert(channel != NULL);
	writer = open_fifo();
	cr_assert(writer >= 0);
}

static inline void channel_leave(void)
{
	(void)close(writer);
	channel_close(channel);
	scratch_leave();
}

/* A report of one thread whose first string has that many bytes, all of them `fill`. */
struct letter {
	struct report_header header;
	char payload[3 * REPORT_STRING_MAX];
	uint32_t sent;
};

static inline struct letter *letter(int tid, char fill, uint32_t length)
{
	struct letter *made = calloc(1, sizeof(*made));

	cr_assert(made != NULL);
	made->header = (struct report_header){
	    .kind = REPORT_READ, .pid = 100, .tid = tid, .first_length = length};
	memset(made->payload, fill, length);
	return made;
}

/* Sends the next part; true if it was the last. */
static inline bool send_part(struct letter *from)
{
	char frame[REPORT_FRAME_MAX];
	uint32_t part = report_frame(&from->header, from->sent);

	memcpy(frame, &from->header, sizeof(from->header));
	memcpy(frame + sizeof(from->header), from->payload + from->sent, part);
	cr_assert(eq(i64, write(writer, frame, from->header.size), (ssize_t)from->header.size));
	from->sent += part;
	return from->sent >= report_total(&from->header);
}

static inline void send_all(struct letter *from)
{
	while (!send_part(from)) {
	}
}

static inline void expect_none(void)
{
	cr_assert(zero(int, channel_next(channel, &report)));
}

/* The next report is that of the letter. */
static inline void expect_letter(const struct letter *want)
{
	cr_assert(eq(int, channel_next(channel, &report), 1));
	cr_assert(eq(int, report.header.tid, want->header.tid));
	cr_assert(eq(u32, report.header.first_length, want->header.first_length));
	cr_assert(eq(sz, strlen(report.first), want->header.first_length));
	cr_assert(zero(int, memcmp(report.first, want->payload, want->header.first_length)));
	cr_assert(eq(str, (char *)report.second, ""));
	cr_assert(eq(str, (char *)report.text, ""));
}

#endif
