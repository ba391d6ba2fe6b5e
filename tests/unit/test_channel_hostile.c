/* SPDX-License-Identifier: MIT */
/* launcher/channel: writers that die, and writers that mean no good. */
#include "launcher/channel.h"

#include "tests/unit/letters.h"
#include "tests/unit/random.h"

TestSuite(channel_hostile, .init = channel_enter, .fini = channel_leave, .timeout = 60);

/* Who has died in the middle of a report; then the same thread id begins another. */
Test(channel_hostile, never_completed)
{
	struct letter *dead = letter(1, 'x', 3 * ROOM);
	struct letter *next = letter(1, 'y', 2 * ROOM);

	cr_assert(not(send_part(dead)));
	expect_none();
	send_all(next);
	expect_letter(next);
	expect_none();
	free(dead);
	free(next);
}

/* A part whose beginning has been lost is no report, and harms no other. */
Test(channel_hostile, beginning_lost)
{
	struct letter *lost = letter(1, 'x', 3 * ROOM);
	struct letter *good = letter(2, 'y', ROOM + 1);

	lost->sent = ROOM;
	cr_assert(not(send_part(good)));
	cr_assert(not(send_part(lost)));
	cr_assert(send_part(lost));
	cr_assert(send_part(good));
	expect_letter(good);
	expect_none();
	cr_assert(eq(u64, channel_malformed(channel), 2 * REPORT_FRAME_MAX));
	free(lost);
	free(good);
}

/* Parts of one thread that do not make one report: in another order, of another kind or length. */
Test(channel_hostile, parts_that_do_not_fit)
{
	for (int way = 0; way < 3; way++) {
		struct letter *sent = letter(1, 'x', 3 * ROOM);
		struct letter *good = letter(1, 'y', 2 * ROOM);
		uint64_t malformed = channel_malformed(channel);

		cr_assert(not(send_part(sent)));
		if (way == 0) {
			sent->sent = 2 * ROOM;
		} else if (way == 1) {
			sent->header.kind = REPORT_STAT;
		} else {
			sent->header.first_length = 2 * ROOM + 10;
		}
		(void)send_part(sent);
		sent->sent = way == 0 ? ROOM : 2 * ROOM;
		(void)send_part(sent);
		expect_none();
		cr_expect(gt(u64, channel_malformed(channel), malformed), "%d", way);
		send_all(good);
		expect_letter(good);
		free(sent);
		free(good);
	}
}

/* More threads than we keep parts of die in the middle: later reports still arrive. */
Test(channel_hostile, more_partials_than_are_kept)
{
	for (int round = 0; round < 5; round++) {
		struct letter *sent;

		for (int i = 0; i < 20; i++) {
			struct letter *dead = letter(1000 + 20 * round + i, 'x', 2 * ROOM);

			cr_assert(not(send_part(dead)));
			free(dead);
		}
		expect_none();
		sent = letter(1, 'y', 3 * ROOM);
		send_all(sent);
		expect_letter(sent);
		free(sent);
	}
}

/* Bytes of somebody who has no business here, of any length, between the reports. */
Test(channel_hostile, garbage_between)
{
	struct random random = {11};
	uint64_t garbage = 0;

	for (int i = 0; i < 300; i++) {
		unsigned char bytes[3000];
		size_t size = (size_t)random_below(&random, i % 10 == 0 ? sizeof(bytes) : 20);
		struct letter *sent = letter(i, 'x', (uint32_t)random_below(&random, 200));

		random_fill(&random, bytes, size);
		cr_assert(eq(i64, write(writer, bytes, size), (ssize_t)size));
		garbage += size;
		send_all(sent);
		expect_letter(sent);
		cr_assert(eq(u64, channel_malformed(channel), garbage), "%d", i);
		free(sent);
	}
}

/* Frames that look like ours, with sizes and offsets from nowhere: nothing beyond our buffers. */
Test(channel_hostile, hostile_frames)
{
	struct random random = {13};

	for (int i = 0; i < 3000; i++) {
		struct letter *sent = letter((int)random_below(&random, 30), 'x', 0);
		static const uint32_t lengths[] = {
		    0, 1, 4000, 4001, 9000, REPORT_STRING_MAX, REPORT_STRING_MAX + 1, UINT32_MAX};
		char frame[REPORT_FRAME_MAX] = {0};

		sent->header.first_length = lengths[random_below(&random, 8)];
		sent->header.second_length = lengths[random_below(&random, 8)];
		sent->header.text_length = lengths[random_below(&random, 8)];
		(void)report_frame(&sent->header, lengths[random_below(&random, 8)]);
		sent->header.kind = (uint16_t)random_below(&random, REPORT_KIND_END + 1);
		if (random_below(&random, 4) == 0) {
			sent->header.size = (uint32_t)random_below(&random, 5000);
		}
		memcpy(frame, &sent->header, sizeof(sent->header));
		cr_assert(eq(i64, write(writer, frame, sizeof(frame)), sizeof(frame)));
		while (channel_next(channel, &report) == 1) {
			cr_assert(report.header.kind < REPORT_KIND_END);
			cr_assert(report.first[report.header.first_length] == '\0');
			cr_assert(report.second[report.header.second_length] == '\0');
			cr_assert(report.text[report.header.text_length] == '\0');
		}
		free(sent);
	}
}
