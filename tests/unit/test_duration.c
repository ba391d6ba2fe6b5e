/* SPDX-License-Identifier: MIT */
/* launcher/duration: what is a duration, and what is not. */
#include "launcher/duration.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)

Test(duration, accepted)
{
	static const struct {
		const char *text;
		int64_t nanoseconds;
	} cases[] = {
	    {"250ms", SECOND / 4},
	    {"2s", 2 * SECOND},
	    {"1.5s", 3 * SECOND / 2},
	    {"1m", 60 * SECOND},
	    {"1h", 3600 * SECOND},
	    {"100us", 100000},
	    {"7ns", 7},
	    {"0", 0},
	    {"0ms", 0},
	    {"5", 5 * SECOND},
	    {"0.25", SECOND / 4},
	    {".5s", SECOND / 2},
	    {"007s", 7 * SECOND},
	    {"1.5m", 90 * SECOND},
	    {"0.1h", 360 * SECOND},
	    {"0.123456789s", 123456789},
	    {"0.1234567899s", 123456789},
	    {"0.000001ms", 1},
	    {"1.9ns", 1},
	    {"2.75us", 2750},
	    {"0.00000000000000000000000000000000000000001s", 0},
	    {"1.00000000000000000000000000000000000000001s", SECOND},
	    {"9223372036s", 9223372036 * SECOND},
	    {"9223372036.854775807", INT64_MAX},
	    {"9223372036854775807ns", INT64_MAX},
	    {"2562047h", INT64_C(2562047) * 3600 * SECOND},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got = -7;

		cr_expect(duration_parse(cases[i].text, &got), "%zu: %s refused", i, cases[i].text);
		cr_expect(eq(i64, got, cases[i].nanoseconds), "%zu: %s", i, cases[i].text);
	}
}

Test(duration, refused)
{
	static const char *const cases[] = {
	    NULL,
	    "",
	    "s",
	    "ms",
	    ".",
	    ".s",
	    "1.",
	    "1.s",
	    "-1s",
	    "-0",
	    "+1s",
	    " 1s",
	    "1s ",
	    "1 s",
	    "1sec",
	    "1S",
	    "1min",
	    "1d",
	    "nan",
	    "inf",
	    "0x10",
	    "1e3",
	    "1,5s",
	    "1.5.5s",
	    "1.-5s",
	    "1ms5",
	    "five",
	    "1s2ms",
	    "1\ns",
	    "1\302s",
	    "\n1s",
	    "1s\n",
	    "1..5",
	    "1.+5",
	    "1m s",
	    "9223372036.854775808",
	    "9223372037s",
	    "9223372036854775808ns",
	    "2562048h",
	    "99999999999999999999999999999999s",
	    "18446744073709551617",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got = -7;

		cr_expect(not(duration_parse(cases[i], &got)), "%zu: '%s' accepted", i,
			  cases[i] != NULL ? cases[i] : "(null)");
		cr_expect(eq(i64, got, -7), "%zu: result written", i);
	}
}

Test(duration, same_in_every_locale)
{
	int64_t got = 0;

	/* Without these locales installed, the test above has said it all. */
	if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
		(void)setlocale(LC_ALL, "C.UTF-8");
	}
	cr_assert(duration_parse("1.5s", &got));
	cr_assert(eq(i64, got, 3 * SECOND / 2));
	cr_assert(not(duration_parse("1,5s", &got)));
}

Test(duration, errno_is_left_alone)
{
	int64_t got = 0;

	errno = EDOM;
	(void)duration_parse("1.5s", &got);
	(void)duration_parse("99999999999999999999s", &got);
	cr_assert(eq(int, errno, EDOM));
}
