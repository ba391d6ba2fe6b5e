/* SPDX-License-Identifier: MIT */
/* Paths as they may be shown on a terminal. */
#include "launcher/printable.h"

#include "launcher/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each range would act on the terminal or on the order of what stands around it. */
static const struct range {
	uint32_t first;
	uint32_t last;
} unprintable[] = {
    {0x00, 0x1f},     /* C0 */
    {'\\', '\\'},     /* our own escape */
    {0x7f, 0x9f},     /* DEL, C1 */
    {0x061c, 0x061c}, /* Arabic letter mark */
    {0x200e, 0x200f}, /* left-to-right and right-to-left mark */
    {0x2028, 0x202e}, /* line and paragraph separator, embeddings and overrides */
    {0x2066, 0x2069}, /* isolates */
};

static bool is_printable(uint32_t character)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++) {
		if (character >= unprintable[i].first && character <= unprintable[i].last) {
			return false;
		}
	}
	return true;
}

/* At most four bytes; returns where the next one goes. */
static char *escape_byte(char *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	static const char plain[] = "\n\t\r\\";
	static const char letters[] = "ntr\\";
	const char *known = byte != '\0' ? strchr(plain, byte) : NULL;

	*out++ = '\\';
	if (known != NULL) {
		*out++ = letters[known - plain];
		return out;
	}
	*out++ = 'x';
	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 15];
	return out;
}

char *printable_path(const char *path)
{
	size_t left = strlen(path);
	char *text, *out;

	if (left > SIZE_MAX / 4 - 1) {
		errno = ENOMEM;
		return NULL;
	}
	text = out = malloc(left * 4 + 1);
	if (text == NULL) {
		return NULL;
	}
	while (left > 0) {
		uint32_t character = 0;
		size_t count = utf8_decode(path, left, &character);

		if (count > 0 && is_printable(character)) {
			memcpy(out, path, count);
			out += count;
		} else {
			count = count > 0 ? count : 1;
			for (size_t i = 0; i < count; i++) {
				out = escape_byte(out, (unsigned char)path[i]);
			}
		}
		path += count;
		left -= count;
	}
	*out = '\0';
	return text;
}

char *printable_relative(const char *path, const char *base)
{
	size_t length = base != NULL ? strlen(base) : 0;

	if (length == 0) {
		return printable_path(path);
	}
	while (length > 0 && base[length - 1] == '/') {
		length--;
	}
	if (strncmp(path, base, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
		return printable_path(path);
	}
	path += length;
	path += strspn(path, "/");
	return printable_path(*path != '\0' ? path : ".");
}
