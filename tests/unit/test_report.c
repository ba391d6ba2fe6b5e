/* SPDX-License-Identifier: MIT */
/* preload/report: what is encoded comes back; what is not ours is never taken for it. */
#include "preload/report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/random.h"

#define HEADER ((uint32_t)sizeof(struct report_header))
#define ROOM   (REPORT_FRAME_MAX - HEADER)

/* The header of a report, with something in every field. */
static struct report_header whole_header(unsigned kind, uint32_t first, uint32_t second,
					 uint32_t text)
{
	return (struct report_header){
	    .kind = (uint16_t)kind,
	    .flags = REPORT_IDENTITY | REPORT_FAILED,
	    .first_length = first,
	    .second_length = second,
	    .text_length = text,
	    .pid = 4711,
	    .tid = 4712,
	    .parent = -3,
	    .error = 13,
	    .mode = 0100644,
	    .time_ns = UINT64_MAX - 5,
	    .identity = {1, 2, 3, INT64_MIN + 7, INT64_MAX - 7},
	    .count = 1ull << 40,
	};
}

/* In memory of exactly that size, so that a sanitizer sees a read beyond it. */
static long decode(const void *bytes, size_t size, struct report_header *header)
{
	unsigned char *exact = malloc(size > 0 ? size : 1);
	long result;

	cr_assert(exact != NULL);
	memcpy(exact, bytes, size);
	result = report_decode(size > 0 ? exact : exact + 1, size, header);
	free(exact);
	return result;
}

/* All frames of a report, one behind the other; *count of them; to be freed. */
static unsigned char *encode(struct report_header header, const unsigned char *payload,
			     size_t *size, unsigned *count)
{
	uint32_t total = report_total(&header);
	unsigned char *bytes = malloc((total / ROOM + 1) * (size_t)HEADER + total);
	uint32_t offset = 0;

	cr_assert(bytes != NULL);
	*size = 0;
	*count = 0;
	do {
		uint32_t part = report_frame(&header, offset);

		memcpy(bytes + *size, &header, HEADER);
		memcpy(bytes + *size + HEADER, payload + offset, part);
		*size += HEADER + part;
		*count += 1;
		offset += part;
		cr_assert(part > 0 || total == 0);
	} while (offset < total);
	return bytes;
}

static void round_trip(unsigned kind, uint32_t first, uint32_t second, uint32_t text)
{
	const struct report_header header = whole_header(kind, first, second, text);
	uint32_t total = first + second + text;
	unsigned char *payload = malloc(total + 1), *got = malloc(total + 1), *bytes;
	size_t size, at = 0;
	uint32_t filled = 0;
	unsigned count, frames = 0;

	cr_assert(payload != NULL && got != NULL);
	for (uint32_t i = 0; i < total; i++) {
		payload[i] = (unsigned char)(i * 7 + i / 251);
	}
	bytes = encode(header, payload, &size, &count);
	while (at < size) {
		struct report_header back, want = header;
		long frame = decode(bytes + at, size - at, &back);

		cr_assert(frame >= (long)HEADER && frame <= (long)REPORT_FRAME_MAX, "%ld", frame);
		cr_assert(eq(u32, back.offset, filled));
		cr_assert(filled + (uint32_t)frame - HEADER <= total);
		memcpy(got + filled, bytes + at + HEADER, (size_t)frame - HEADER);
		filled += (uint32_t)frame - HEADER;
		want.magic = REPORT_MAGIC;
		want.size = (uint32_t)frame;
		want.offset = back.offset;
		cr_assert(zero(int, memcmp(&back, &want, sizeof(back))), "kind %u, total %u", kind,
			  total);
		at += (size_t)frame;
		frames++;
	}
	cr_expect(eq(sz, at, size));
	cr_expect(eq(u32, filled, total));
	cr_expect(eq(u32, frames, count));
	cr_expect(eq(u32, count, total == 0 ? 1 : (total + ROOM - 1) / ROOM), "total %u", total);
	cr_expect(zero(int, memcmp(got, payload, total)), "kind %u, total %u", kind, total);
	free(bytes);
	free(payload);
	free(got);
}

Test(report, round_trip)
{
	static const struct {
		uint32_t first, second, text;
	} sizes[] = {
	    {0, 0, 0},
	    {1, 0, 0},
	    {0, 1, 0},
	    {0, 0, 1},
	    {30, 0, 9},
	    {ROOM - 1, 0, 0},
	    {ROOM, 0, 0},
	    {ROOM + 1, 0, 0},
	    {ROOM - 2, 1, 1},
	    {ROOM - 1, 1, 1},
	    {2 * ROOM, 0, 0},
	    {ROOM, ROOM, 1},
	    {REPORT_STRING_MAX, REPORT_STRING_MAX, REPORT_STRING_MAX},
	};

	for (unsigned kind = REPORT_HELLO; kind < REPORT_KIND_END; kind++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			round_trip(kind, sizes[i].first, sizes[i].second, sizes[i].text);
		}
	}
}

Test(report, wire_is_little_endian_and_packed)
{
	struct report_header header = {.kind = REPORT_READ, .first_length = 2};
	const union {
		uint16_t number;
		unsigned char byte;
	} order = {.number = 1};

	cr_assert(eq(u32, report_frame(&header, 0), 2));
	cr_assert(eq(u32, header.size, 106));
	if (order.byte == 1) {
		cr_assert(zero(int, memcmp(&header, "ALR1\3\0\0\0\x6a\0\0\0", 12)));
	}
}

/* A frame that is cut anywhere is waited for; what follows a whole one does not matter. */
Test(report, truncated)
{
	static const uint32_t totals[] = {0, 1, 100, ROOM};
	unsigned char payload[ROOM];

	memset(payload, 'x', sizeof(payload));
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		struct report_header header = whole_header(REPORT_READ, totals[i], 0, 0), back;
		unsigned char bytes[2 * REPORT_FRAME_MAX];
		uint32_t part = report_frame(&header, 0);

		memset(bytes, 0xff, sizeof(bytes));
		memcpy(bytes, &header, HEADER);
		memcpy(bytes + HEADER, payload, part);
		for (size_t size = 0; size < HEADER + part; size++) {
			cr_assert(eq(long, decode(bytes, size, &back), 0), "%zu: %zu", i, size);
		}
		cr_expect(eq(long, decode(bytes, HEADER + part, &back), HEADER + part), "%zu", i);
		cr_expect(eq(long, decode(bytes, HEADER + part + 1, &back), HEADER + part), "%zu",
			  i);
		cr_expect(eq(long, decode(bytes, sizeof(bytes), &back), HEADER + part), "%zu", i);
	}
}

/* What a caller may rest on, whatever the bytes were. */
static bool is_bounded(long result, size_t available, const struct report_header *header)
{
	uint64_t total =
	    (uint64_t)header->first_length + header->second_length + header->text_length;
	uint64_t part = (uint64_t)result - HEADER;

	if (result == -1 || result == 0) {
		return true;
	}
	return result >= (long)HEADER && result <= (long)REPORT_FRAME_MAX &&
	       (size_t)result <= available && header->magic == REPORT_MAGIC &&
	       (uint32_t)result == header->size && header->kind >= REPORT_HELLO &&
	       header->kind < REPORT_KIND_END && header->first_length <= REPORT_STRING_MAX &&
	       header->second_length <= REPORT_STRING_MAX &&
	       header->text_length <= REPORT_STRING_MAX && header->offset + part <= total &&
	       (part > 0 || total == 0);
}

Test(report, refused)
{
	static const struct {
		const char *what;
		uint32_t magic;
		uint16_t kind;
		uint32_t size, offset, first, second, text;
	} cases[] = {
	    {"magic", REPORT_MAGIC ^ 1, REPORT_READ, HEADER, 0, 0, 0, 0},
	    {"no magic", 0, REPORT_READ, HEADER, 0, 0, 0, 0},
	    {"kind 0", REPORT_MAGIC, 0, HEADER, 0, 0, 0, 0},
	    {"kind after the last", REPORT_MAGIC, REPORT_KIND_END, HEADER, 0, 0, 0, 0},
	    {"kind 65535", REPORT_MAGIC, 65535, HEADER, 0, 0, 0, 0},
	    {"size 0", REPORT_MAGIC, REPORT_READ, 0, 0, 0, 0, 0},
	    {"size of less than a header", REPORT_MAGIC, REPORT_READ, 95, 0, 0, 0, 0},
	    {"size of more than a frame", REPORT_MAGIC, REPORT_READ, 4097, 0, 9999, 0, 0},
	    {"size beyond everything", REPORT_MAGIC, REPORT_READ, UINT32_MAX, 0, 9, 0, 0},
	    {"first too long", REPORT_MAGIC, REPORT_READ, 97, 0, 65536, 0, 0},
	    {"second too long", REPORT_MAGIC, REPORT_READ, 97, 0, 0, 65536, 0},
	    {"text too long", REPORT_MAGIC, REPORT_READ, 97, 0, 0, 0, 65536},
	    {"lengths that add up to 1", REPORT_MAGIC, REPORT_READ, 97, 0, UINT32_MAX, 1, 1},
	    {"payload that is not announced", REPORT_MAGIC, REPORT_READ, 97, 0, 0, 0, 0},
	    {"part beyond the end", REPORT_MAGIC, REPORT_READ, 97, 10, 10, 0, 0},
	    {"part over the end", REPORT_MAGIC, REPORT_READ, 98, 9, 10, 0, 0},
	    {"offset that wraps", REPORT_MAGIC, REPORT_READ, 98, UINT32_MAX, 10, 0, 0},
	    {"empty part", REPORT_MAGIC, REPORT_READ, HEADER, 0, 10, 0, 0},
	    {"empty part at the end", REPORT_MAGIC, REPORT_READ, HEADER, 10, 10, 0, 0},
	    {"offset without a payload", REPORT_MAGIC, REPORT_READ, HEADER, 1, 0, 0, 0},
	};
	unsigned char bytes[2 * REPORT_FRAME_MAX] = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_header header = {
		    .magic = cases[i].magic,
		    .kind = cases[i].kind,
		    .size = cases[i].size,
		    .offset = cases[i].offset,
		    .first_length = cases[i].first,
		    .second_length = cases[i].second,
		    .text_length = cases[i].text,
		};
		struct report_header back;

		memcpy(bytes, &header, HEADER);
		cr_expect(eq(long, decode(bytes, sizeof(bytes), &back), -1), "%s", cases[i].what);
		cr_expect(eq(long, decode(bytes, HEADER, &back), -1), "%s", cases[i].what);
	}
}

Test(report, any_byte_corrupted)
{
	struct report_header header = whole_header(REPORT_EXEC, 20, 30, 10), back;
	unsigned char bytes[HEADER + 60] = {0};

	cr_assert(eq(u32, report_frame(&header, 0), 60));
	memcpy(bytes, &header, HEADER);
	for (size_t at = 0; at < HEADER; at++) {
		for (unsigned value = 0; value < 256; value++) {
			unsigned char was = bytes[at];
			long result;

			bytes[at] = (unsigned char)value;
			result = decode(bytes, sizeof(bytes), &back);
			cr_assert(is_bounded(result, sizeof(bytes), &back), "byte %zu = %u", at,
				  value);
			cr_assert(at >= 4 || value == was || result == -1, "byte %zu = %u", at,
				  value);
			bytes[at] = was;
		}
	}
}

Test(report, random_bytes)
{
	struct random random = {42};
	unsigned accepted = 0;

	for (unsigned i = 0; i < 100000; i++) {
		unsigned char bytes[HEADER + 300];
		size_t size = (size_t)random_below(&random, sizeof(bytes) + 1);
		struct report_header header, back;
		long result;

		random_fill(&random, bytes, sizeof(bytes));
		result = decode(bytes, size, &back);
		cr_assert(is_bounded(result, size, &back), "%u", i);
		/* Nearly a frame, so that more than the first check is reached. */
		memcpy(&header, bytes, HEADER);
		header.magic = REPORT_MAGIC;
		header.kind %= REPORT_KIND_END + 1;
		header.size %= 500;
		header.offset %= i % 2 == 0 ? 1000 : UINT32_MAX;
		header.first_length %= 1000;
		header.second_length %= i % 3 == 0 ? 500 : REPORT_STRING_MAX + 100;
		header.text_length %= i % 5 == 0 ? UINT32_MAX : 300;
		memcpy(bytes, &header, HEADER);
		result = decode(bytes, size, &back);
		cr_assert(is_bounded(result, size, &back), "%u", i);
		accepted += result > 0;
	}
	/* The loop is not vacuous. */
	cr_assert(accepted > 1000, "%u", accepted);
}
