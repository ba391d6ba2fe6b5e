/* SPDX-License-Identifier: MIT */
/* Reading UTF-8 that may not be. */
#include "launcher/utf8.h"

/* Forms by the number of bytes; minimum makes the overlong ones invalid. */
static const struct form {
	unsigned char mask;
	unsigned char lead;
	uint32_t minimum;
} forms[] = {
    {0x80, 0x00, 0x0},
    {0xe0, 0xc0, 0x80},
    {0xf0, 0xe0, 0x800},
    {0xf8, 0xf0, 0x10000},
};

size_t utf8_decode(const char *text, size_t length, uint32_t *character)
{
	size_t count = 1;
	const struct form *form = forms;
	uint32_t value;

	if (length == 0) {
		return 0;
	}
	while (((unsigned char)text[0] & form->mask) != form->lead) {
		form++;
		count++;
		if (count > sizeof(forms) / sizeof(forms[0])) {
			return 0;
		}
	}
	if (count > length) {
		return 0;
	}
	value = (unsigned char)text[0] & (unsigned char)~form->mask;
	for (size_t i = 1; i < count; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte & 0xc0) != 0x80) {
			return 0;
		}
		value = value << 6 | (byte & 0x3f);
	}
	if (value < form->minimum || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
		return 0;
	}
	*character = value;
	return count;
}

bool utf8_valid(const char *text, size_t length)
{
	while (length > 0) {
		uint32_t character;
		size_t count = utf8_decode(text, length, &character);

		if (count == 0) {
			return false;
		}
		text += count;
		length -= count;
	}
	return true;
}
