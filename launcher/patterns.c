/* SPDX-License-Identifier: MIT */
/* Which paths a list of .gitignore lines, or one glob, covers. */
#include "launcher/patterns.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum {
	COMPONENT_MAX = 1023,
};

struct pattern {
	char *text;
	bool negated;
	bool directory_only;
};

struct patterns {
	struct pattern *items;
	size_t count;
};

struct span {
	const char *start;
	size_t length;
};

/* The next component, empty at the end; "." and doubled slashes are none. */
static struct span span_next(const char **cursor)
{
	struct span span;

	do {
		span.start = *cursor + strspn(*cursor, "/");
		span.length = strcspn(span.start, "/");
		*cursor = span.start + span.length;
	} while (span.length == 1 && span.start[0] == '.');
	return span;
}

static bool span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

static bool span_matches(struct span pattern, struct span name, int flags)
{
	char pattern_text[COMPONENT_MAX + 1];
	char name_text[COMPONENT_MAX + 1];

	if (pattern.length > COMPONENT_MAX || name.length > COMPONENT_MAX) {
		return false;
	}
	memcpy(pattern_text, pattern.start, pattern.length);
	pattern_text[pattern.length] = '\0';
	memcpy(name_text, name.start, name.length);
	name_text[name.length] = '\0';
	return fnmatch(pattern_text, name_text, flags) == 0;
}

/* Where the comparison of a pattern with a path stands. */
struct walk {
	const char *pattern;
	const char *path;
	const char *retry_pattern; /* behind the last "**"; NULL: there was none yet */
	const char *retry_path;	   /* behind what that has swallowed */
	int flags;		   /* of fnmatch(3) */
};

/* rest is what follows the "**". */
static void walk_enter_stars(struct walk *walk, const char *rest)
{
	const char *after = rest;

	/* At the end it means what lies below, not the folder itself. */
	walk->pattern = span_next(&after).length == 0 ? "*" : rest;
	walk->retry_pattern = walk->pattern;
	walk->retry_path = walk->path;
}

/* Lets the last "**" swallow one component more; false when there is none to swallow. */
static bool walk_give_way(struct walk *walk)
{
	struct span name;

	if (walk->retry_pattern == NULL) {
		return false;
	}
	name = span_next(&walk->retry_path);
	if (name.length == 0 || ((walk->flags & FNM_PERIOD) && name.start[0] == '.')) {
		return false;
	}
	walk->pattern = walk->retry_pattern;
	walk->path = walk->retry_path;
	return true;
}

/*
 * How much of the path the pattern matches from its start, at the earliest possible component: NULL
 * if it does not, else where the rest begins. With whole, there must be no rest.
 *
 * Only the last "**" ever has to give way: what an earlier one swallowed is as little as can be,
 * and that leaves the most for what follows. So the time is the product of the lengths, never more.
 */
static const char *path_match(const char *pattern, const char *path, bool whole, int flags)
{
	struct walk walk = {.pattern = pattern, .path = path, .flags = flags};

	for (;;) {
		const char *pattern_rest = walk.pattern, *path_rest = walk.path;
		struct span wanted = span_next(&pattern_rest);
		struct span name = span_next(&path_rest);

		if (span_is(wanted, "**")) {
			walk_enter_stars(&walk, pattern_rest);
		} else if (wanted.length == 0 && (!whole || name.length == 0)) {
			return walk.path;
		} else if (wanted.length > 0 && name.length > 0 &&
			   span_matches(wanted, name, flags)) {
			walk.pattern = pattern_rest;
			walk.path = path_rest;
		} else if (!walk_give_way(&walk)) {
			return NULL;
		}
	}
}

static bool pattern_covers(const struct pattern *pattern, const char *path, bool is_directory)
{
	const char *rest = path_match(pattern->text, path, false, 0);

	if (rest == NULL) {
		return false;
	}
	/* If something follows, what was matched is a directory that the path lies in. */
	return !pattern->directory_only || is_directory || span_next(&rest).length > 0;
}

/* 0, or what makes the line unusable. */
static int pattern_check(const char *text)
{
	size_t components = 0;

	for (;;) {
		struct span span = span_next(&text);

		if (span.length == 0) {
			return components > 0 ? 0 : EINVAL;
		}
		if (span.length > COMPONENT_MAX) {
			return ENAMETOOLONG;
		}
		components++;
	}
}

struct patterns *patterns_new(void)
{
	return calloc(1, sizeof(struct patterns));
}

void patterns_free(struct patterns *patterns)
{
	if (patterns == NULL) {
		return;
	}
	for (size_t i = 0; i < patterns->count; i++) {
		free(patterns->items[i].text);
	}
	free(patterns->items);
	free(patterns);
}

int patterns_add(struct patterns *patterns, const char *line)
{
	struct pattern pattern = {.negated = line[0] == '!'};
	const char *text = line + (pattern.negated ? 1 : 0);
	struct pattern *items;
	size_t length = strlen(text);
	int problem = pattern_check(text);
	char *end;

	if (problem != 0) {
		errno = problem;
		return -1;
	}
	pattern.directory_only = text[length - 1] == '/';
	while (text[length - 1] == '/') {
		length--;
	}
	pattern.text = malloc(length + sizeof("**/"));
	items = reallocarray(patterns->items, patterns->count + 1, sizeof(*items));
	if (items != NULL) {
		patterns->items = items;
	}
	if (pattern.text == NULL || items == NULL) {
		free(pattern.text);
		errno = ENOMEM;
		return -1;
	}
	end = pattern.text;
	if (memchr(text, '/', length) == NULL) {
		end = mempcpy(end, "**/", 3);
	}
	memcpy(end, text, length);
	end[length] = '\0';
	items[patterns->count++] = pattern;
	return 0;
}

bool patterns_match(const struct patterns *patterns, const char *relative_path, bool is_directory)
{
	for (size_t i = patterns->count; i > 0; i--) {
		const struct pattern *pattern = &patterns->items[i - 1];

		if (pattern_covers(pattern, relative_path, is_directory)) {
			return !pattern->negated;
		}
	}
	return false;
}

bool patterns_match_whole(const struct patterns *patterns, const char *relative_path)
{
	for (size_t i = 0; i < patterns->count; i++) {
		if (patterns->items[i].negated) {
			return false;
		}
	}
	return patterns_match(patterns, relative_path, true);
}

bool patterns_glob_match(const char *pattern, const char *path)
{
	if ((pattern[0] == '/') != (path[0] == '/')) {
		return false;
	}
	return path_match(pattern, path, true, FNM_PERIOD) != NULL;
}

bool patterns_is_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

size_t patterns_fixed_prefix(const char *glob)
{
	/* A backslash too: what it escapes would have to be unescaped to be the name of a folder.
	 */
	size_t length = strcspn(glob, "*?[\\");

	while (length > 0 && glob[length - 1] != '/') {
		length--;
	}
	while (length > 1 && glob[length - 1] == '/') {
		length--;
	}
	return length;
}
