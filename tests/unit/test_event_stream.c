/* SPDX-License-Identifier: MIT */
/* launcher/event_stream: nobody is waited for, and what is written is whole lines in their order.
 */
#include "launcher/event_stream.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"

TestSuite(event_stream, .init = scratch_enter, .fini = scratch_leave, .timeout = 60);

static struct event_stream *open_number(int fd)
{
	char number[16];
	struct event_stream *stream;

	(void)snprintf(number, sizeof(number), "%d", fd);
	stream = event_stream_open(number);
	cr_assert(stream != NULL);
	return stream;
}

static void add_line(struct event_stream *stream, unsigned number, size_t length)
{
	static char line[20000];

	memset(line, 'x', length);
	(void)snprintf(line, sizeof(line), "%u ", number);
	line[strlen(line)] = 'x';
	line[length - 1] = '\n';
	event_stream_add(stream, line, length);
}

struct reader {
	int fd;
	unsigned lines, wrong; /* the numbers begin at 0 and have no gap */
};

static void *read_all(void *context)
{
	struct reader *reader = context;
	FILE *stream = fdopen(reader->fd, "r");
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stream) > 0) {
		reader->wrong += (unsigned)atoi(line) != reader->lines ||
				 line[strlen(line) - 1] != '\n' || line[strlen(line) - 2] != 'x';
		reader->lines++;
	}
	free(line);
	(void)fclose(stream);
	return NULL;
}

static void read_in_thread(struct event_stream *stream, struct reader *reader)
{
	pthread_t thread;

	cr_assert(zero(int, pthread_create(&thread, NULL, read_all, reader)));
	while (!event_stream_flush(stream)) {
		cr_assert(not(event_stream_has_ended(stream)));
	}
	event_stream_close(stream);
	cr_assert(zero(int, pthread_join(thread, NULL)));
}

/* Lines of any length, through a pipe that blocks, and through a socket. */
Test(event_stream, nobody_reads_for_long)
{
	for (int round = 0; round < 2; round++) {
		struct reader reader = {0};
		struct event_stream *stream;
		int ends[2];

		cr_assert(
		    zero(int, round == 0 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)));
		stream = open_number(ends[1]);
		for (unsigned i = 0; i < 2000; i++) {
			add_line(stream, i, 20 + i * 7 % 5000);
		}
		cr_assert(not(event_stream_flush(stream)));
		reader.fd = ends[0];
		read_in_thread(stream, &reader);
		cr_assert(eq(u32, reader.lines, 2000));
		cr_assert(zero(u32, reader.wrong));
	}
}

/* What is too much is left out, from then on, and that is said once. */
Test(event_stream, too_much)
{
	struct reader reader = {0};
	struct capture capture;
	struct event_stream *stream;
	char *said;
	int ends[2];

	cr_assert(zero(int, pipe(ends)));
	stream = open_number(ends[1]);
	capture = capture_begin(STDERR_FILENO);
	for (unsigned i = 0; i < 4000; i++) {
		add_line(stream, i, 10000);
	}
	said = capture_end(&capture);
	cr_assert(strstr(said, "some of them are lost") != NULL, "%s", said);
	cr_assert(eq(sz, (size_t)(strchr(said, '\n') - said), strlen(said) - 1), "once: %s", said);
	reader.fd = ends[0];
	read_in_thread(stream, &reader);
	cr_assert(all(gt(u32, reader.lines, 1600), lt(u32, reader.lines, 1800)), "%u",
		  reader.lines);
	cr_assert(zero(u32, reader.wrong));
}

/* A reader that has gone ends it without a word; a close does not wait for one that stays away. */
Test(event_stream, reader_gone)
{
	struct event_stream *stream;
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN); /* as signals_open() has it blocked */
	cr_assert(zero(int, pipe(ends)));
	stream = open_number(ends[1]);
	(void)close(ends[0]);
	add_line(stream, 0, 100);
	cr_assert(event_stream_has_ended(stream));
	add_line(stream, 1, 100);
	cr_assert(event_stream_flush(stream));
	event_stream_close(stream);
	cr_assert(zero(int, pipe(ends)));
	stream = open_number(ends[1]);
	for (unsigned i = 0; i < 100; i++) {
		add_line(stream, i, 5000);
	}
	event_stream_close(stream);
	event_stream_close(NULL);
}
