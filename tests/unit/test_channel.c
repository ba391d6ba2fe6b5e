/* SPDX-License-Identifier: MIT */
/* launcher/channel: reports through the real FIFO. */
#include "launcher/channel.h"

#include <poll.h>

#include "tests/unit/letters.h"

TestSuite(channel, .init = channel_enter, .fini = channel_leave, .timeout = 60);

Test(channel, empty)
{
	struct pollfd ready = {.fd = channel_fd(channel), .events = POLLIN};

	expect_none();
	cr_assert(zero(int, poll(&ready, 1, 0)));
	cr_assert(zero(u64, channel_malformed(channel)));
	channel_close(NULL);
}

Test(channel, all_fields)
{
	static const char payload[] = "/first\0not of it/second\0two\0words";
	struct letter *sent = letter(7, 'x', 6);
	struct pollfd ready = {.fd = channel_fd(channel), .events = POLLIN};

	sent->header.kind = REPORT_EXEC;
	sent->header.flags = REPORT_IDENTITY;
	sent->header.first_length = 6;
	sent->header.second_length = 17;
	sent->header.text_length = sizeof(payload) - 6 - 17;
	sent->header.identity = (struct identity){1, 2, 3, 4, 5};
	sent->header.time_ns = 99;
	memcpy(sent->payload, payload, sizeof(payload));
	send_all(sent);
	cr_assert(eq(int, poll(&ready, 1, 10000), 1));
	cr_assert(eq(int, channel_next(channel, &report), 1));
	cr_assert(eq(str, (char *)report.first, "/first"));
	cr_assert(zero(int, memcmp(report.second, payload + 6, 17)));
	cr_assert(eq(int, report.second[17], 0));
	cr_assert(zero(int, memcmp(report.text, "\0two\0words\0", 11)));
	cr_assert(eq(int, (int)report.header.kind, REPORT_EXEC));
	cr_assert(eq(i64, report.header.identity.mtime_ns, 4));
	cr_assert(eq(i64, report.header.identity.ctime_ns, 5));
	cr_assert(eq(u64, report.header.time_ns, 99));
	expect_none();
	free(sent);
}

/* Every size around those at which the number of frames changes. */
Test(channel, sizes)
{
	static const uint32_t sizes[] = {
	    0, 1, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM, 5 * ROOM, 60000, REPORT_STRING_MAX};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct letter *sent = letter((int)i, 'x', sizes[i]);

		while (!send_part(sent)) {
			expect_none();
		}
		expect_letter(sent);
		expect_none();
		free(sent);
	}
	cr_assert(zero(u64, channel_malformed(channel)));
}

/* All three strings as long as they may be. */
Test(channel, largest)
{
	struct letter *sent = letter(7, 'x', REPORT_STRING_MAX);

	sent->header.second_length = sent->header.text_length = REPORT_STRING_MAX;
	memset(sent->payload + REPORT_STRING_MAX, 'y', REPORT_STRING_MAX);
	memset(sent->payload + 2 * REPORT_STRING_MAX, 'z', REPORT_STRING_MAX);
	while (!send_part(sent)) {
		expect_none();
	}
	cr_assert(eq(int, channel_next(channel, &report), 1));
	cr_assert(eq(sz, strspn(report.first, "x"), REPORT_STRING_MAX));
	cr_assert(eq(sz, strspn(report.second, "y"), REPORT_STRING_MAX));
	cr_assert(eq(sz, strspn(report.text, "z"), REPORT_STRING_MAX));
	cr_assert(eq(int,
		     report.first[REPORT_STRING_MAX] + report.second[REPORT_STRING_MAX] +
			 report.text[REPORT_STRING_MAX],
		     0));
	free(sent);
}

Test(channel, many_in_order)
{
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 100; i++) {
			struct letter *sent = letter(100 * round + i, 'x', (uint32_t)i * 3);

			send_all(sent);
			free(sent);
		}
		for (int i = 0; i < 100; i++) {
			cr_assert(eq(int, channel_next(channel, &report), 1));
			cr_assert(eq(int, report.header.tid, 100 * round + i));
			cr_assert(eq(sz, strlen(report.first), (size_t)i * 3));
		}
		expect_none();
	}
}

/* A header arrives before its payload: the pipe gives what there is. */
Test(channel, byte_by_byte)
{
	struct letter *sent = letter(7, 'x', 50);
	uint32_t part = report_frame(&sent->header, 0);

	for (size_t i = 0; i < sizeof(sent->header) + part; i++) {
		const char *from = i < sizeof(sent->header)
				       ? (const char *)&sent->header + i
				       : sent->payload + i - sizeof(sent->header);

		expect_none();
		cr_assert(eq(i64, write(writer, from, 1), 1));
	}
	expect_letter(sent);
	free(sent);
}

Test(channel, interleaved)
{
	struct letter *one = letter(1, 'x', 3 * ROOM + 1);
	struct letter *two = letter(2, 'y', 2 * ROOM);
	struct letter *brief = letter(3, 'z', 9);

	cr_assert(not(send_part(one)));
	cr_assert(not(send_part(two)));
	cr_assert(not(send_part(one)));
	cr_assert(send_part(brief));
	expect_letter(brief);
	cr_assert(not(send_part(one)));
	cr_assert(send_part(two));
	cr_assert(send_part(one));
	expect_letter(two);
	expect_letter(one);
	expect_none();
	cr_assert(zero(u64, channel_malformed(channel)));
	free(one);
	free(two);
	free(brief);
}

/* The same thread id in two processes. */
Test(channel, interleaved_processes)
{
	struct letter *one = letter(1, 'x', ROOM + 1);
	struct letter *two = letter(1, 'y', ROOM + 2);

	two->header.pid = 101;
	cr_assert(not(send_part(one)));
	cr_assert(not(send_part(two)));
	cr_assert(send_part(one));
	cr_assert(send_part(two));
	expect_letter(one);
	expect_letter(two);
	free(one);
	free(two);
}

/* One thread takes its time while another sends many long reports: nothing of it is lost. */
Test(channel, slow_writer_among_quick_ones)
{
	struct letter *slow = letter(1, 'x', 2 * ROOM);

	cr_assert(not(send_part(slow)));
	for (int i = 0; i < 40; i++) {
		struct letter *quick = letter(2, 'y', ROOM + 1);

		send_all(quick);
		expect_letter(quick);
		free(quick);
	}
	cr_assert(send_part(slow));
	expect_letter(slow);
	cr_assert(zero(u64, channel_malformed(channel)));
	free(slow);
}

/* What has been read with one report and waits behind it: poll(2) does not tell of that. */
Test(channel, has_more)
{
	struct letter *first = letter(1, 'x', 10);
	struct letter *second = letter(2, 'y', ROOM + 1);

	cr_assert(not(channel_has_more(channel)));
	send_all(first);
	cr_assert(not(channel_has_more(channel)), "not read yet");
	send_all(second);
	expect_letter(first);
	cr_assert(channel_has_more(channel));
	expect_letter(second);
	cr_assert(not(channel_has_more(channel)));
	/* Less than a frame is nothing yet. */
	cr_assert(eq(i64, write(writer, &first->header, 50), 50));
	expect_none();
	cr_assert(not(channel_has_more(channel)));
	free(first);
	free(second);
}
