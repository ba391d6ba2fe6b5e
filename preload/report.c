/* SPDX-License-Identifier: MIT */
/* The wire format's two directions; see report.h. */
#include "preload/report.h"

uint32_t report_frame(struct report_header *header, uint32_t offset)
{
	const uint32_t room = REPORT_FRAME_MAX - (uint32_t)sizeof(*header);
	const uint32_t left = report_total(header) - offset;
	const uint32_t part = left < room ? left : room;

	header->magic = REPORT_MAGIC;
	header->offset = offset;
	header->size = (uint32_t)sizeof(*header) + part;
	return part;
}

static int header_is_sound(const struct report_header *header)
{
	const uint32_t size = (uint32_t)sizeof(*header);

	if (header->magic != REPORT_MAGIC || header->kind == 0 || header->kind >= REPORT_KIND_END) {
		return 0;
	}
	if (header->first_length > REPORT_STRING_MAX || header->second_length > REPORT_STRING_MAX ||
	    header->text_length > REPORT_STRING_MAX) {
		return 0;
	}
	if (header->size < size || header->size > REPORT_FRAME_MAX) {
		return 0;
	}
	/* Only a report without any payload may have an empty part: else parts would never end. */
	if (header->size == size) {
		return report_total(header) == 0 && header->offset == 0;
	}
	return header->offset < report_total(header) &&
	       header->size - size <= report_total(header) - header->offset;
}

long report_decode(const void *bytes, size_t available, struct report_header *header)
{
	const unsigned char *from = bytes;
	unsigned char *to = (unsigned char *)header;

	if (available < sizeof(*header)) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(*header); i++) {
		to[i] = from[i];
	}
	if (!header_is_sound(header)) {
		return -1;
	}
	return header->size <= available ? (long)header->size : 0;
}
