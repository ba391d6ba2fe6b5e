/* SPDX-License-Identifier: MIT */
/* launcher/printable, and the two small modules about bytes and text: utf8 and base64. */
#include "launcher/base64.h"
#include "launcher/printable.h"
#include "launcher/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

Test(printable, path)
{
	static const struct {
		const char *path;
		const char *shown;
	} cases[] = {
	    {"", ""},
	    {"/srv/app/models.py", "/srv/app/models.py"},
	    {"with space", "with space"},
	    {"caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80",
	     "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80"},
	    /* a zero-width joiner is part of many an emoji */
	    {"\xe2\x80\x8d", "\xe2\x80\x8d"},
	    {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
	    {"\x1b[2J\x07", "\\x1b[2J\\x07"},
	    {"\x01\x1f\x7f", "\\x01\\x1f\\x7f"},
	    {"back\\slash", "back\\\\slash"},
	    {"\\n", "\\\\n"},
	    /* C1: CSI as UTF-8, and raw */
	    {"\xc2\x9b"
	     "2J",
	     "\\xc2\\x9b2J"},
	    {"\x9b"
	     "2J",
	     "\\x9b2J"},
	    {"\xc2\x80\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9f\xc2\xa0"},
	    {"latin\xe9.txt", "latin\\xe9.txt"},
	    /* right-to-left override, isolate, marks, line separator, Arabic letter mark */
	    {"a\xe2\x80\xae"
	     "b",
	     "a\\xe2\\x80\\xaeb"},
	    {"\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9",
	     "\\xe2\\x80\\xaa\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
	    {"\xe2\x80\x8e\xe2\x80\x8f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"},
	    {"\xe2\x80\xa8\xd8\x9c", "\\xe2\\x80\\xa8\\xd8\\x9c"},
	    {"\xe2\x80\xaf\xe2\x81\xaa", "\xe2\x80\xaf\xe2\x81\xaa"},
	    /* cut off, overlong, surrogate, too large */
	    {"\xe6\x97", "\\xe6\\x97"},
	    {"\xe6\x97x", "\\xe6\\x97x"},
	    {"\xc0\x9b", "\\xc0\\x9b"},
	    {"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
	    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	    {"\xff\xfe", "\\xff\\xfe"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *shown = printable_path(cases[i].path);

		cr_expect(eq(str, shown, (char *)cases[i].shown), "%zu", i);
		free(shown);
	}
}

/* Whatever the bytes: valid UTF-8 without a control character, and different for different paths.
 */
Test(printable, every_pair_of_bytes)
{
	for (unsigned int pair = 1; pair < 0x10000; pair++) {
		char path[] = {(char)(pair & 0xff), (char)(pair >> 8), '\0'};
		char *shown = printable_path(path);

		cr_assert(utf8_valid(shown, strlen(shown)), "%04x", pair);
		for (const char *c = shown; *c != '\0'; c++) {
			cr_assert(zero(int, iscntrl((unsigned char)*c)), "%04x", pair);
		}
		cr_assert(strcmp(shown, path) == 0 || strchr(shown, '\\') != NULL, "%04x", pair);
		free(shown);
	}
}

Test(printable, relative)
{
	static const struct {
		const char *path;
		const char *base;
		const char *shown;
	} cases[] = {
	    {"/srv/app/models.py", "/srv", "app/models.py"},
	    {"/srv/app/models.py", "/srv/", "app/models.py"},
	    {"/srv/app/models.py", "/srv/app", "models.py"},
	    {"/srv/application", "/srv/app", "/srv/application"},
	    {"/srv", "/srv/app", "/srv"},
	    {"/srv/app", "/srv/app", "."},
	    {"/srv/app/", "/srv/app", "."},
	    {"/srv/app", "/", "srv/app"},
	    {"/", "/", "."},
	    {"/etc/x", "/srv", "/etc/x"},
	    {"/etc/x", NULL, "/etc/x"},
	    {"/etc/x", "", "/etc/x"},
	    {"/srv//x", "/srv", "x"},
	    {"/srv/\x1b[m", "/srv", "\\x1b[m"},
	    {"/s\nv/x", "/s\nv", "x"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *shown = printable_relative(cases[i].path, cases[i].base);

		cr_expect(eq(str, shown, (char *)cases[i].shown), "%zu", i);
		free(shown);
	}
}

Test(utf8, decode)
{
	static const struct {
		const char *text;
		size_t length;
		size_t count;
		uint32_t character;
	} cases[] = {
	    {"a", 1, 1, 'a'},
	    {"\0", 1, 1, 0},
	    {"\xc2\x80", 2, 2, 0x80},
	    {"\xdf\xbf!", 3, 2, 0x7ff},
	    {"\xe0\xa0\x80", 3, 3, 0x800},
	    {"\xef\xbf\xbf", 3, 3, 0xffff},
	    {"\xed\x9f\xbf", 3, 3, 0xd7ff},
	    {"\xee\x80\x80", 3, 3, 0xe000},
	    {"\xf0\x90\x80\x80", 4, 4, 0x10000},
	    {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
	    {"a", 0, 0, 42},
	    {"\xc2\x80", 1, 0, 42},
	    {"\xf0\x90\x80\x80", 3, 0, 42},
	    {"\x80", 1, 0, 42},
	    {"\xc1\xbf", 2, 0, 42},
	    {"\xe0\x9f\xbf", 3, 0, 42},
	    {"\xf0\x8f\xbf\xbf", 4, 0, 42},
	    {"\xed\xbf\xbf", 3, 0, 42},
	    {"\xf8\x88\x80\x80\x80", 5, 0, 42},
	    {"\xc2\xc2", 2, 0, 42},
	    {"\xff", 1, 0, 42},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t character = 42;
		/* A copy of just that size: one byte too far is the sanitizer's to find. */
		char *text = malloc(cases[i].length + 1);

		cr_assert(text != NULL);
		memcpy(text + 1, cases[i].text, cases[i].length);
		cr_expect(
		    eq(sz, utf8_decode(text + 1, cases[i].length, &character), cases[i].count),
		    "%zu", i);
		cr_expect(eq(u32, character, cases[i].character), "%zu", i);
		free(text);
		/* And in place, where the missing bytes do follow. */
		cr_expect(
		    eq(sz, utf8_decode(cases[i].text, cases[i].length, &character), cases[i].count),
		    "%zu in place", i);
	}
}

Test(utf8, valid)
{
	cr_assert(utf8_valid("", 0));
	cr_assert(utf8_valid("caf\xc3\xa9", 5));
	cr_assert(not(utf8_valid("caf\xc3\xa9", 4)));
	cr_assert(not(utf8_valid("caf\xe9!", 5)));
}

Test(base64, encode)
{
	static const struct {
		const char *data;
		size_t size;
		const char *text;
	} cases[] = {
	    {"", 0, ""},
	    {"f", 1, "Zg=="},
	    {"fo", 2, "Zm8="},
	    {"foo", 3, "Zm9v"},
	    {"foob", 4, "Zm9vYg=="},
	    {"fooba", 5, "Zm9vYmE="},
	    {"foobar", 6, "Zm9vYmFy"},
	    {"\0\0\0", 3, "AAAA"},
	    {"\xff\xff\xff", 3, "////"},
	    {"\xfb\xf0", 2, "+/A="},
	    {"caf\xe9", 4, "Y2Fm6Q=="},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = base64_encode(cases[i].data, cases[i].size);

		cr_expect(eq(str, text, (char *)cases[i].text), "%zu", i);
		free(text);
	}
}
