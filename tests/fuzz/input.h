/* SPDX-License-Identifier: MIT */
/* What a fuzz target shares with the others: taking its input apart, and failing. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer calls, once and then with each input. */
int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* For loops over many bytes that say nothing about what was covered. */
#define NOT_COVERED __attribute__((no_sanitize("coverage"), noinline))

/* Not assert: it must hold whatever NDEBUG is. libFuzzer keeps the input of a program that aborts.
 */
#define must(condition) ((condition) ? (void)0 : must_fail(#condition, __FILE__, __LINE__))

static inline _Noreturn void must_fail(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}

/* The fuzzer's bytes: choices are taken from the front. Where there are none left, all are 0. */
struct input {
	const uint8_t *bytes;
	size_t left;
};

static inline uint8_t take_byte(struct input *input)
{
	if (input->left == 0) {
		return 0;
	}
	input->left--;
	return *input->bytes++;
}

static inline uint32_t take_number(struct input *input, size_t bytes)
{
	uint32_t number = 0;

	for (size_t i = 0; i < bytes; i++) {
		number |= (uint32_t)take_byte(input) << (8 * i);
	}
	return number;
}

/* As many as there are, up to `size`. Returns how many. */
static inline size_t take_bytes(struct input *input, void *to, size_t size)
{
	size_t taken = size < input->left ? size : input->left;

	if (taken > 0) {
		memcpy(to, input->bytes, taken);
	}
	input->bytes += taken;
	input->left -= taken;
	return taken;
}

#endif
