/* SPDX-License-Identifier: MIT */
/*
 * preload/report: whatever bytes are taken for frames, what is believed of them is sound.
 *
 * The input is a stream, read as the channel reads it: from frame to frame, and byte by byte where
 * none begins. libFuzzer gives each input memory of just its size: what is read behind it is seen.
 */
#include "preload/report.h"

#include "tests/fuzz/input.h"

#define HEADER_SIZE ((uint32_t)sizeof(struct report_header))

static void check_header(const struct report_header *header, size_t available)
{
	must(header->magic == REPORT_MAGIC);
	must(header->kind >= REPORT_HELLO && header->kind < REPORT_KIND_END);
	must(header->size >= HEADER_SIZE && header->size <= REPORT_FRAME_MAX);
	must(header->size <= available);
	must(header->first_length <= REPORT_STRING_MAX);
	must(header->second_length <= REPORT_STRING_MAX);
	must(header->text_length <= REPORT_STRING_MAX);
	must((uint64_t)header->offset + (header->size - HEADER_SIZE) <= report_total(header));
	/* Parts come to an end. */
	must(header->size > HEADER_SIZE || report_total(header) == 0);
}

/* The same frame of which less has arrived, in memory of just that size. */
static long decode_some(const uint8_t *bytes, size_t available)
{
	struct report_header header;
	uint8_t *copy = malloc(available);
	long size;

	must(copy != NULL || available == 0);
	if (available > 0) {
		memcpy(copy, bytes, available);
	}
	size = report_decode(copy, available, &header);
	free(copy);
	return size;
}

/* One that is whole is not taken for anything but the beginning of one before. */
static void check_beginnings(const uint8_t *bytes, uint32_t size)
{
	must(decode_some(bytes, size) == (long)size);
	must(decode_some(bytes, size - 1) == 0);
	must(decode_some(bytes, HEADER_SIZE - 1) == 0);
	must(decode_some(bytes, (HEADER_SIZE + size) / 2) ==
	     (size == HEADER_SIZE ? (long)size : 0));
}

/* A report of such lengths comes through in frames that are sound, and does end. */
static void check_encoding(struct report_header header)
{
	static uint8_t frame[REPORT_FRAME_MAX];
	uint32_t sent = 0;

	do {
		uint32_t part = report_frame(&header, sent);
		struct report_header decoded;

		memcpy(frame, &header, sizeof(header));
		must(report_decode(frame, HEADER_SIZE + part, &decoded) ==
		     (long)(HEADER_SIZE + part));
		must(memcmp(&decoded, &header, sizeof(header)) == 0);
		must(part > 0 || report_total(&header) == 0);
		sent += part;
	} while (sent < report_total(&header));
	must(sent == report_total(&header));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	for (;;) {
		struct report_header header;
		long result = report_decode(bytes + at, size - at, &header);

		must(result >= -1);
		if (result == 0) {
			/* More is waited for only where a frame may be that long. */
			must(size - at < REPORT_FRAME_MAX);
			return 0;
		}
		if (result > 0) {
			must(result == (long)header.size);
			check_header(&header, size - at);
			check_beginnings(bytes + at, header.size);
			check_encoding(header);
		}
		at += result > 0 ? (size_t)result : 1;
	}
}
