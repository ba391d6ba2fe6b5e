/* SPDX-License-Identifier: MIT */
/* Reading UTF-8 that may not be. */
#ifndef LAUNCHER_UTF8_H
#define LAUNCHER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character that the length bytes at text begin with: its length in bytes (1 to 4) and the code
 * point in *character; 0, and *character as it was, when they begin with none (nothing at all, a
 * stray or missing continuation, an overlong form, a surrogate, beyond U+10FFFF). Prints nothing.
 */
size_t utf8_decode(const char *text, size_t length, uint32_t *character);

/* Whether all of it is UTF-8; nothing at all is. */
bool utf8_valid(const char *text, size_t length);

#endif
