/* SPDX-License-Identifier: MIT */
/* Our variables in the environment of a new image; see carry.h. */
#include "preload/carry.h"

#include "preload/guest.h"
#include "preload/peek.h"
#include "preload/reach.h"
#include "preload/text.h"

#define ENTRIES_AT_ONCE 32

extern char **environ;

static const char preload_variable[] = "LD_PRELOAD=";

/* A word of LD_PRELOAD ends at a space or colon (ld.so(8)). */
static bool ends_word(char byte)
{
	return byte == '\0' || byte == ':' || byte == ' ';
}

/* If our library is the word that begins here: what follows it; else NULL. */
static const char *after_library(const char *word)
{
	const char *rest = text_after(word, guest_folder());

	rest = rest != NULL ? text_after(rest, GUEST_LIBRARY) : NULL;
	return rest != NULL && ends_word(*rest) ? rest : NULL;
}

static bool names_library(const char *value)
{
	for (const char *word = value; *word != '\0'; word++) {
		if ((word == value || ends_word(word[-1])) && after_library(word) != NULL) {
			return true;
		}
	}
	return false;
}

/* Can the first byte of each be read? One system call for all of them. */
static bool strings_are_there(char *const *strings, size_t count)
{
	struct memory from[ENTRIES_AT_ONCE];
	char bytes[ENTRIES_AT_ONCE];

	for (size_t i = 0; i < count; i++) {
		from[i] = (struct memory){strings[i], 1};
	}
	long read = peek_many(bytes, from, count);

	return read < 0 || (size_t)read == count;
}

/* Counts the entries of an environment that may be nowhere, in whole or in part; false if it is. */
static bool count_entries(char *const envp[], size_t *count)
{
	char *some[ENTRIES_AT_ONCE];
	bool ended = false;

	for (*count = 0; envp != NULL && !ended;) {
		size_t found = 0;
		long size = peek(some, envp + *count, sizeof(some));

		if (size < 0) { /* may not be asked: trust it */
			some[0] = envp[*count];
			size = sizeof(some[0]);
		}
		if (size < (long)sizeof(some[0])) {
			return false;
		}
		while (found < (size_t)size / sizeof(some[0]) && some[found] != NULL) {
			found++;
		}
		ended = found < (size_t)size / sizeof(some[0]);
		if (!strings_are_there(some, found)) {
			return false;
		}
		*count += found;
	}
	return true;
}

/* The program's own, which libc itself walks. */
static bool count_own_entries(char *const envp[], size_t *count)
{
	for (*count = 0; envp != NULL && envp[*count] != NULL; (*count)++) {
	}
	return true;
}

/* Not a system call where those are forbidden: then a wild pointer is the program's own fault. */
static bool count_any(char *const envp[], size_t *count)
{
	return envp == environ || guest_is_silenced() ? count_own_entries(envp, count)
						      : count_entries(envp, count);
}

void carry_inspect(struct carry *carry, char *const envp[])
{
	*carry = (struct carry){.given = envp};
	if ((!guest_is_silenced() && !guest_enter()) || !count_any(envp, &carry->count)) {
		return;
	}
	for (size_t i = 0; i < carry->count; i++) {
		if (text_after(envp[i], preload_variable) != NULL) {
			carry->preload = envp[i];
		} else if (text_after(envp[i], GUEST_VARIABLE "=") != NULL) {
			/* Whatever it says: a launcher of its own further down has the say there.
			 */
			carry->has_setting = true;
		}
	}
	carry->has_library =
	    carry->preload != NULL && names_library(carry->preload + sizeof(preload_variable) - 1);
	carry->unreachable = guest_is_silenced() || !reach_library();
	if (carry->count <= CARRY_ENTRIES_MAX &&
	    (carry->unreachable ? carry->has_library
				: !carry->has_library || !carry->has_setting)) {
		carry->entries_size = (carry->count + 3) * sizeof(char *);
		carry->text_size = sizeof(preload_variable) + text_length(guest_folder()) +
				   sizeof(GUEST_LIBRARY) + 1 +
				   (carry->preload != NULL ? text_length(carry->preload) : 0);
	}
}

/* LD_PRELOAD with the library as its last word. */
static void write_with(char *end, const char *theirs)
{
	const char *value = theirs != NULL ? theirs + sizeof(preload_variable) - 1 : "";

	end = text_append(end, preload_variable);
	if (value[0] != '\0') {
		end = text_append(text_append(end, value), ":");
	}
	text_append(text_append(end, guest_folder()), GUEST_LIBRARY);
}

/* LD_PRELOAD without the library; false if nothing is left of it. */
static bool write_without(char *text, const char *theirs)
{
	char *end = text_append(text, preload_variable);
	const char *word = theirs + sizeof(preload_variable) - 1;
	bool left = false;

	while (*word != '\0') {
		const char *rest = after_library(word);

		if (rest != NULL) {
			word = *rest != '\0' ? rest + 1 : rest;
			continue;
		}
		left = true;
		do {
			*end++ = *word;
		} while (!ends_word(*word++) && *word != '\0');
		*end = '\0';
	}
	if (left && (end[-1] == ':' || end[-1] == ' ')) {
		end[-1] = '\0'; /* ours had been the last */
	}
	return left;
}

char **carry_build(const struct carry *carry, char **entries, char *text)
{
	char **end = entries;
	bool with_preload = true;

	if (carry->unreachable) {
		with_preload = write_without(text, carry->preload);
	} else if (carry->has_library) {
		text_append(text, carry->preload);
	} else {
		write_with(text, carry->preload);
	}
	for (size_t i = 0; i < carry->count; i++) {
		if (carry->given[i] != carry->preload) {
			*end++ = carry->given[i];
		}
	}
	if (with_preload) {
		*end++ = text;
	}
	if (!carry->has_setting && !carry->unreachable) {
		*end++ = text_unconst(guest_setting());
	}
	*end = NULL;
	return entries;
}

void carry_clear_own(const struct carry *carry)
{
	static char lasting[1024];

	if (!carry->unreachable || !carry->has_library || carry->text_size > sizeof(lasting)) {
		return;
	}
	(void)write_without(lasting, carry->preload);
	for (size_t i = 0; i < carry->count; i++) {
		if (environ[i] == carry->preload) {
			__atomic_store_n(&environ[i], lasting, __ATOMIC_RELEASE);
		}
	}
}
