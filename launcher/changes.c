/* SPDX-License-Identifier: MIT */
/* The list of what has changed; see changes.h. */
#include "launcher/changes.h"

#include <stdlib.h>
#include <string.h>

/* What the path takes when it is written out. */
static size_t escaped_length(const char *path)
{
	size_t length = 0;

	for (; *path != '\0'; path++) {
		length += *path == '\n' || *path == '\\' ? 2 : 1;
	}
	return length;
}

static char *escape(char *to, const char *path)
{
	for (; *path != '\0'; path++) {
		if (*path == '\n' || *path == '\\') {
			*to++ = '\\';
			*to++ = *path == '\n' ? 'n' : '\\';
		} else {
			*to++ = *path;
		}
	}
	*to = '\0';
	return to;
}

static bool make_room(struct changes *changes, size_t wanted)
{
	size_t size = changes->size > 0 ? changes->size : 256;
	char *text;

	while (size < wanted) {
		size *= 2;
	}
	text = size > changes->size ? realloc(changes->text, size) : changes->text;
	if (text == NULL) {
		return false;
	}
	changes->text = text;
	changes->size = size;
	return true;
}

void changes_add(struct changes *changes, const char *path)
{
	size_t before = changes->length > 0 ? 1 : 0;
	size_t length = changes->length + before + escaped_length(path);

	if (changes->full || length > CHANGES_MAX || !make_room(changes, length + 1)) {
		changes->full = true;
		return;
	}
	if (before > 0) {
		changes->text[changes->length] = '\n';
	}
	escape(changes->text + changes->length + before, path);
	changes->length = length;
}

void changes_free(struct changes *changes)
{
	free(changes->text);
	*changes = (struct changes){0};
}
