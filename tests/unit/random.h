/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same in every run: xorshift64* (Marsaglia; Vigna). */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state; /* the seed, not 0 */
};

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1dull;
}

static inline uint64_t random_below(struct random *random, uint64_t end)
{
	return (random_next(random) >> 11) % end;
}

static inline void random_fill(struct random *random, unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (unsigned char)(random_next(random) >> 56);
	}
}

#endif
