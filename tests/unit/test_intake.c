/* SPDX-License-Identifier: MIT */
/* launcher/intake: who writes to the pipe never waits for who reads from memory. */
#include "launcher/intake.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#define LIMIT_MS 20000

static struct intake *intake;
static struct intake_buffer buffer;
static int writer;
static int reader;

static void enter(void)
{
	int ends[2];

	cr_assert(zero(int, pipe2(ends, O_CLOEXEC)));
	reader = ends[0];
	writer = ends[1];
	cr_assert(zero(int, fcntl(reader, F_SETFL, O_NONBLOCK)));
	intake = intake_open(reader);
	cr_assert(intake != NULL);
}

static void leave(void)
{
	intake_close(intake);
	free(buffer.bytes);
	buffer = (struct intake_buffer){.bytes = NULL};
	close(reader);
	close(writer);
}

TestSuite(intake, .init = enter, .fini = leave, .timeout = 60);

static bool is_ready(int limit_ms)
{
	struct pollfd ready = {.fd = intake_fd(intake), .events = POLLIN};

	return poll(&ready, 1, limit_ms) == 1;
}

/* Writes numbers, and blocks where the pipe is full. */
static void write_numbers(unsigned from, unsigned to)
{
	for (unsigned number = from; number < to; number++) {
		cr_assert(eq(sz, (size_t)write(writer, &number, sizeof(number)), sizeof(number)));
	}
}

static void expect_numbers(unsigned from, unsigned to)
{
	cr_assert(eq(sz, buffer.filled - buffer.at, (to - from) * sizeof(unsigned)));
	for (unsigned number = from; number < to; number++) {
		unsigned got;

		memcpy(&got, buffer.bytes + buffer.at, sizeof(got));
		buffer.at += sizeof(got);
		cr_assert(eq(u32, got, number));
	}
}

Test(intake, nothing)
{
	cr_assert(not(is_ready(0)));
	cr_assert(zero(sz, intake_take(intake, &buffer)));
}

Test(intake, what_is_in_the_pipe_now)
{
	for (unsigned i = 0; i < 1000; i++) {
		write_numbers(i, i + 1);
		cr_assert(eq(sz, intake_take(intake, &buffer), sizeof(i)));
		expect_numbers(i, i + 1);
	}
}

Test(intake, ready)
{
	write_numbers(0, 10);
	cr_assert(is_ready(LIMIT_MS));
	cr_assert(eq(sz, intake_take(intake, &buffer), 10 * sizeof(unsigned)));
	expect_numbers(0, 10);
}

/* A hundred times what fits the pipe, while nobody takes any of it. */
Test(intake, writer_does_not_wait)
{
	const unsigned count = 100 * 65536 / sizeof(unsigned);

	write_numbers(0, count);
	cr_assert(eq(sz, intake_take(intake, &buffer), count * sizeof(unsigned)));
	expect_numbers(0, count);
	/* And the memory is given back, also when nothing more comes. */
	cr_assert(zero(sz, intake_take(intake, &buffer)));
	cr_assert(le(sz, buffer.size, (size_t)1 << 20));
}

/* What is left in the buffer stays before what comes. */
Test(intake, behind_what_is_left)
{
	write_numbers(0, 7);
	(void)intake_take(intake, &buffer);
	buffer.at += 2 * sizeof(unsigned);
	write_numbers(7, 100000);
	(void)intake_take(intake, &buffer);
	expect_numbers(2, 100000);
}
