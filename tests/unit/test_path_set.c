/* SPDX-License-Identifier: MIT */
/* launcher/path_set: which paths have been met. */
#include "launcher/path_set.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <malloc.h>
#include <stdio.h>

enum {
	MANY = 1000000,
};

Test(path_set, once_in_each_place)
{
	static const struct {
		unsigned place;
		const char *path;
		bool new;
	} steps[] = {
	    {0, "/a", true},	 {0, "/a", false}, {0, "/b", true},  {1, "/a", true},
	    {1, "/a", false},	 {0, "/a", false}, {31, "/a", true}, {31, "/a", false},
	    {0, "", true},	 {0, "", false},   {1, "", true},    {0, "/A", true},
	    {0, "/a/", true},	 {0, "/a ", true}, {0, "a", true},   {0, "/\xff", true},
	    {0, "/\xff", false}, {0, "/b", false}, {2, "/b", true},  {1, "/b", true},
	};
	struct path_set *set = path_set_new(0);

	cr_assert(set != NULL);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		cr_expect(eq(int, path_set_add(set, steps[i].place, steps[i].path), steps[i].new),
			  "%zu", i);
		cr_expect(not(path_set_is_full(set)), "%zu", i);
	}
	path_set_free(set);
	path_set_free(NULL);
}

/* As many as it may hold stay known; of others nobody knows. */
Test(path_set, limit)
{
	static const size_t limits[] = {1, 2, 3, 8, 1000, 65536};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct path_set *set = path_set_new(limits[i]);
		char path[32];

		cr_assert(set != NULL);
		for (size_t k = 0; k < limits[i]; k++) {
			(void)snprintf(path, sizeof(path), "/%zu", k);
			cr_assert(not(path_set_is_full(set)), "%zu of %zu", k, limits[i]);
			cr_assert(path_set_add(set, 0, path), "%zu of %zu", k, limits[i]);
			cr_assert(not(path_set_add(set, 0, path)), "%zu of %zu", k, limits[i]);
		}
		cr_assert(path_set_is_full(set), "%zu", limits[i]);
		for (int again = 0; again < 2; again++) {
			cr_expect(path_set_add(set, 0, "/other"), "%zu", limits[i]);
			cr_expect(path_set_add(set, 1, "/0"), "%zu", limits[i]);
			cr_expect(not(path_set_add(set, 0, "/0")), "%zu", limits[i]);
		}
		cr_assert(path_set_is_full(set));
		path_set_free(set);
	}
}

static size_t count_new(struct path_set *set, unsigned place)
{
	char path[64];
	size_t count = 0;

	for (unsigned k = 0; k < MANY; k++) {
		(void)snprintf(path, sizeof(path), "/srv/app/node_modules/%u.js", k);
		count += path_set_add(set, place, path);
	}
	return count;
}

/* It grows, and by 8 bytes for a path, or while there is room for more by a few times that. */
Test(path_set, a_million, .timeout = 60)
{
	struct path_set *set = path_set_new(0);
	struct mallinfo2 before = mallinfo2(), after;

	cr_assert(set != NULL);
	cr_assert(eq(sz, count_new(set, 3), MANY));
	cr_assert(zero(sz, count_new(set, 3)));
	cr_assert(not(path_set_is_full(set)));
	after = mallinfo2();
	cr_assert(
	    lt(sz, after.uordblks + after.hblkhd - before.uordblks - before.hblkhd, 4 * 8 * MANY));
	cr_assert(eq(sz, count_new(set, 4), MANY), "another place");
	path_set_free(set);
}
