/* SPDX-License-Identifier: MIT */
/* What has happened in every generation of late; see lately.h. */
#include "launcher/lately.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/table.h"

#define NOTED_MAX 65536 /* more than a person touches: no further ones are */

struct noted {
	char *path;
	unsigned generations;
	UT_hash_handle hh;
};

struct lately {
	struct noted *now, *before; /* in this generation, and in the last */
};

struct lately *lately_new(void)
{
	return calloc(1, sizeof(struct lately));
}

static void forget(struct noted **all)
{
	struct noted *noted = *all;
	struct noted *next;

	HASH_CLEAR(hh, *all); /* its links stay */
	while (noted != NULL) {
		next = noted->hh.next;
		free(noted->path);
		free(noted);
		noted = next;
	}
}

void lately_free(struct lately *lately)
{
	if (lately != NULL) {
		forget(&lately->now);
		forget(&lately->before);
		free(lately);
	}
}

void lately_begin(struct lately *lately)
{
	forget(&lately->before);
	lately->before = lately->now;
	lately->now = NULL;
}

unsigned lately_note(struct lately *lately, const char *path)
{
	struct noted *noted;
	struct noted *before;

	HASH_FIND_STR(lately->now, path, noted);
	if (noted != NULL) {
		return noted->generations;
	}
	HASH_FIND_STR(lately->before, path, before);
	if (HASH_COUNT(lately->now) >= NOTED_MAX) {
		return 1;
	}
	noted = calloc(1, sizeof(*noted));
	if (noted == NULL || (noted->path = strdup(path)) == NULL) {
		memory_exhausted();
	}
	noted->generations = before != NULL ? before->generations + 1 : 1;
	HASH_ADD_KEYPTR(hh, lately->now, noted->path, strlen(path), noted);
	return noted->generations;
}
