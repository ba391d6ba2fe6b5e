/* SPDX-License-Identifier: MIT */
/* Durations as a person types them. */
#include "launcher/duration.h"

#include <stddef.h>
#include <string.h>

static const struct unit {
	const char *name;
	int64_t nanoseconds;
} units[] = {
    {"", INT64_C(1000000000)},	   {"ns", INT64_C(1)},	       {"us", INT64_C(1000)},
    {"ms", INT64_C(1000000)},	   {"s", INT64_C(1000000000)}, {"m", INT64_C(60000000000)},
    {"h", INT64_C(3600000000000)},
};

/* By hand: strtod(3) takes the decimal point of the locale, hexadecimal, "inf" and "nan". */
static const char digits[] = "0123456789";

static int64_t unit_nanoseconds(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(name, units[i].name) == 0) {
			return units[i].nanoseconds;
		}
	}
	return 0;
}

static bool add_digits(const char *digit, size_t count, int64_t *number)
{
	for (; count > 0; count--, digit++) {
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, *digit - '0', number)) {
			return false;
		}
	}
	return true;
}

/* What the digits behind the point are worth; less than one unit, so it cannot overflow. */
static int64_t fraction(const char *digit, size_t count, int64_t unit)
{
	int64_t sum = 0;

	for (; count > 0 && unit > 0; count--, digit++) {
		/* Tenths of what is left: the remainder is carried into the next digit. */
		int64_t scaled = unit * (*digit - '0');

		sum += scaled / 10;
		unit /= 10;
	}
	return sum;
}

bool duration_parse(const char *text, int64_t *nanoseconds)
{
	const char *point, *rest;
	size_t whole_count, fraction_count = 0;
	int64_t unit, whole = 0;

	if (text == NULL) {
		return false;
	}
	whole_count = strspn(text, digits);
	point = rest = text + whole_count;
	if (*point == '.') {
		fraction_count = strspn(point + 1, digits);
		if (fraction_count == 0) {
			return false;
		}
		rest = point + 1 + fraction_count;
	}
	unit = unit_nanoseconds(rest);
	if (unit == 0 || whole_count + fraction_count == 0) {
		return false;
	}
	if (!add_digits(text, whole_count, &whole) || __builtin_mul_overflow(whole, unit, &whole) ||
	    __builtin_add_overflow(whole, fraction(point + 1, fraction_count, unit), &whole)) {
		return false;
	}
	*nanoseconds = whole;
	return true;
}
