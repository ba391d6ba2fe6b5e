/* SPDX-License-Identifier: MIT */
/* The few string functions that the library needs, without libc's. */
#ifndef PRELOAD_TEXT_H
#define PRELOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0') {
		length++;
	}
	return length;
}

/* What follows the prefix in the text, or NULL if it does not begin so. */
static inline bool text_ends_within(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\0') {
			return true;
		}
	}
	return false;
}

static inline const char *text_after(const char *text, const char *prefix)
{
	while (*prefix != '\0') {
		if (*text++ != *prefix++) {
			return NULL;
		}
	}
	return text;
}

static inline bool text_equal(const char *left, const char *right)
{
	const char *rest = text_after(left, right);

	return rest != NULL && *rest == '\0';
}

static inline bool text_has_slash(const char *text)
{
	while (*text != '\0' && *text != '/') {
		text++;
	}
	return *text == '/';
}

/* Copies with the NUL and returns where that stands: the next text goes there. */
static inline char *text_append(char *to, const char *text)
{
	while (*text != '\0') {
		*to++ = *text++;
	}
	*to = '\0';
	return to;
}

/* exec takes char *const[] and changes none of it (POSIX, exec, RATIONALE). */
static inline char *text_unconst(const char *text)
{
	return (char *)(uintptr_t)text;
}

#endif
