/* SPDX-License-Identifier: MIT */
/* Bytes as base64 text. */
#ifndef LAUNCHER_BASE64_H
#define LAUNCHER_BASE64_H

#include <stddef.h>

/*
 * The size bytes at data as base64 (RFC 4648 section 4: padded, no line breaks), NUL-terminated, to
 * be released with free(3). NULL with errno ENOMEM. Prints nothing.
 */
char *base64_encode(const void *data, size_t size);

#endif
