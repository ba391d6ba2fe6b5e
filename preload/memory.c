/* SPDX-License-Identifier: MIT */
/*
 * What a freestanding compiler may call (gcc manual, "Standards"): ours and hidden, because libc's
 * may not be ready when the first hook runs, and have symbol versions.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	while (size-- > 0) {
		*out++ = *in++;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if (out <= in) {
		while (size-- > 0) {
			*out++ = *in++;
		}
		return to;
	}
	while (size-- > 0) {
		out[size] = in[size];
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	unsigned char *out = to;

	while (size-- > 0) {
		*out++ = (unsigned char)byte;
	}
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (; size > 0; size--, a++, b++) {
		if (*a != *b) {
			return *a < *b ? -1 : 1;
		}
	}
	return 0;
}
