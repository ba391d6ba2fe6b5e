/* SPDX-License-Identifier: MIT */
/* Bytes as base64 text. */
#include "launcher/base64.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

enum {
	PADDING = 64, /* its place in the alphabet */
};

char *base64_encode(const void *data, size_t size)
{
	const unsigned char *bytes = data;
	char *text, *out;

	if (size > SIZE_MAX / 2) {
		errno = ENOMEM;
		return NULL;
	}
	text = malloc((size + 2) / 3 * 4 + 1);
	if (text == NULL) {
		return NULL;
	}
	out = text;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t group = (uint32_t)bytes[i] << 16;

		if (left > 1) {
			group |= (uint32_t)bytes[i + 1] << 8;
		}
		if (left > 2) {
			group |= bytes[i + 2];
		}
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = alphabet[left > 1 ? group >> 6 & 63 : PADDING];
		*out++ = alphabet[left > 2 ? group & 63 : PADDING];
	}
	*out = '\0';
	return text;
}
