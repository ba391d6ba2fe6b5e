/* SPDX-License-Identifier: MIT */
/*
 * launcher/trace_depfile: whatever a name is, both make and ninja read it again as it was, or it is
 * refused.
 *
 * The first byte of the input says whether it is a target, the others are the name. The readers
 * below go by GNU make 4.3's behaviour and by the grammar in ninja 1.11's depfile_parser.in.cc.
 */
#include "launcher/trace_depfile.h"

#include <errno.h>
#include <stdbool.h>

#include "tests/fuzz/input.h"

enum {
	NAME_MAX_SIZE = 4096,
};

/* One word, as far as it has been read. */
struct word {
	char name[2 * NAME_MAX_SIZE];
	size_t length;
};

static void add(struct word *word, char c, size_t count)
{
	must(word->length + count < sizeof(word->name));
	memset(word->name + word->length, c, count);
	word->length += count;
	word->name[word->length] = '\0';
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* "./" in front goes, before anything else is looked at; both of them do that. */
static const char *without_dot(const char *text)
{
	while (text[0] == '.' && text[1] == '/') {
		text += 2;
		while (*text == '/') {
			text++;
		}
	}
	return text;
}

/*
 * Make's: a backslash takes the meaning of these characters, and then two of them in front are one;
 * elsewhere it is one itself. Returns how much has been read; 0: the word ends here, or there is
 * something in it that is no name (a comment, a recipe, a variable). What "=" does depends on where
 * the word stands, and what a wildcard does on which files there are.
 */
static size_t make_step(const char *text, bool target, struct word *word)
{
	size_t backslashes = strspn(text, "\\");
	char c = text[backslashes];

	if (is_one_of(c, target ? " #:%" : " #:|")) {
		if (backslashes % 2 == 0) {
			return 0;
		}
		add(word, '\\', backslashes / 2);
		add(word, c, 1);
		return backslashes + 1;
	}
	add(word, '\\', backslashes);
	if (c == '$' && text[backslashes + 1] == '$') {
		add(word, '$', 1);
		return backslashes + 2;
	}
	/* At the end, a backslash would take the meaning of what follows. */
	if (c == '\0' || is_one_of(c, "\t\n\r$;|")) {
		return 0;
	}
	add(word, c, 1);
	return backslashes + 1;
}

static bool read_by_make(const char *text, bool target, struct word *word)
{
	text = without_dot(text);
	/* A home folder; or what is stripped from a line. */
	if (is_one_of(*text, "~\v\f")) {
		return false;
	}
	while (*text != '\0') {
		size_t size = make_step(text, target, word);

		if (size == 0) {
			return false;
		}
		text += size;
	}
	/* "a&:" is a group of targets; each input is a target, too. */
	return word->length > 0 && !is_one_of(word->name[word->length - 1], "&\v\f");
}

static bool is_plain_to_ninja(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       is_one_of(c, "+,/_:.~()}{%=@[]!-") || (unsigned char)c >= 0x80;
}

/* Ninja's: the same, but a backslash is lost in front of fewer characters. */
static size_t ninja_step(const char *text, struct word *word)
{
	size_t backslashes = strspn(text, "\\");
	char c = text[backslashes];

	if (backslashes > 0 && c == ' ') {
		add(word, '\\', backslashes / 2);
		add(word, ' ', backslashes % 2);
		return backslashes % 2 == 0 ? 0 : backslashes + 1;
	}
	if (backslashes > 0 && (c == '#' || (c == ':' && text[backslashes + 1] != '\0'))) {
		add(word, '\\', backslashes - 1);
		add(word, c, 1);
		return backslashes + 1;
	}
	if (backslashes > 0) {
		/* Neither a colon that ends it, nor the end of the line, is part of it. */
		if (is_one_of(c, ":\r\n") || c == '\0') {
			return 0;
		}
		add(word, '\\', backslashes);
		add(word, c, 1);
		return backslashes + 1;
	}
	if (c == '$' && text[1] == '$') {
		add(word, '$', 1);
		return 2;
	}
	if (!is_plain_to_ninja(c)) {
		return 0;
	}
	add(word, c, 1);
	return 1;
}

/* There is no way to tell ninja of another name: it is taken for one that is not there. */
static bool may_be_known_to_ninja(const char *name)
{
	while (is_plain_to_ninja(*name) || is_one_of(*name, " #$\\")) {
		name++;
	}
	return *name == '\0';
}

static bool read_by_ninja(const char *text, struct word *word)
{
	text = without_dot(text);
	while (*text != '\0') {
		size_t size = ninja_step(text, word);

		if (size == 0) {
			return false;
		}
		text += size;
	}
	return true;
}

/* One that nobody could have a reason to refuse. */
static bool is_harmless(const char *name)
{
	char last = '\0';

	for (; *name != '\0'; name++) {
		if (!(*name >= 'a' && *name <= 'z') && !is_one_of(*name, "/_+,@-# $") &&
		    (unsigned char)*name < 0x80) {
			return false;
		}
		last = *name;
	}
	return last != ' ';
}

static void check_name(const char *name, bool target)
{
	static struct word word;
	char *escaped;

	errno = 0;
	escaped = trace_depfile_escape(name, target);
	if (escaped == NULL) {
		must(errno == EINVAL);
		must(!is_harmless(name));
		return;
	}
	word.length = 0;
	must(read_by_make(escaped, target, &word));
	must(strcmp(word.name, without_dot(name)) == 0);
	/* In ninja's own file the output has a name already; an escaped '%' is none to it. */
	if (!target && may_be_known_to_ninja(name)) {
		word.length = 0;
		must(read_by_ninja(escaped, &word));
		must(strcmp(word.name, without_dot(name)) == 0);
	}
	free(escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char name[NAME_MAX_SIZE];
	struct input input = {bytes, size};
	bool target = (take_byte(&input) & 1) != 0;

	/* A name ends at a NUL; and there is always one. */
	name[take_bytes(&input, name, sizeof(name) - 1)] = '\0';
	if (*without_dot(name) != '\0') {
		check_name(name, target);
	}
	return 0;
}
