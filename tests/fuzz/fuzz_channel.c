/* SPDX-License-Identifier: MIT */
/*
 * launcher/channel: from the bytes in the FIFO to reports.
 *
 * The input is a list of steps (enum step): threads of several processes send reports in frames,
 * interleaved; frames are damaged, lost or sent twice, other bytes come between, processes die in
 * the middle. The stream that this makes goes through a channel in the pieces that the input says,
 * and through another in one piece: both must say the same. If nothing was damaged, every report
 * must arrive as it was sent.
 */
#include "launcher/channel.h"

#include <fcntl.h>
#include <pthread.h>
#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include "preload/guest.h"
#include "tests/fuzz/input.h"

#define HEADER_SIZE ((uint32_t)sizeof(struct report_header))
#define STREAM_MAX  ((size_t)256 << 10)
#define THREADS	    24u		 /* more than the channel has places for unfinished reports */
#define PLACES	    ((size_t)16) /* so many it does have */
/* Those places, the strings of a report, and the two buffers that a stream is in (a power of 2). */
#define MEMORY_MAX ((PLACES + 1) * 3 * ((size_t)REPORT_STRING_MAX + 1) + ((size_t)2 << 20))

enum step {
	STEP_SEND,   /* the next frame of a report; of a new one if there is none under way */
	STEP_DAMAGE, /* the same, with a byte of its header changed */
	STEP_REPEAT, /* the same twice */
	STEP_LOSE,   /* the same, but its end is missing */
	STEP_FORGE,  /* the same, in the name of the next thread */
	STEP_OTHER,  /* other bytes */
	STEP_DIE,    /* a process ends, and another comes */
	STEP_PIECE,  /* a piece ends, that many bytes from here */
	STEP_HURRY,  /* all that is left of a report */
	STEP_KIND_END,
};

/* A report under way. */
struct thread {
	struct report_header header;
	uint32_t sent;
	bool under_way;
};

struct scene {
	struct thread threads[THREADS];
	int processes;
	unsigned unfinished; /* reports that were begun, and are not complete */
	bool exact;	     /* nothing was damaged: what was sent must arrive */
	size_t size;
	uint64_t serial;
	size_t complete;
	uint8_t stream[STREAM_MAX];
	bool piece_ends[STREAM_MAX + 1];
	struct report_header reports[STREAM_MAX / sizeof(struct report_header)];
};

/* What has come out of a channel. */
struct outcome {
	size_t reports;
	uint64_t bytes; /* headers and strings */
	uint64_t hash;
	uint64_t malformed, taken;
};

static struct scene scene;

/*
 * The channel's thread empties the pipe as well, whenever it happens to: without it, an input
 * always does the same. (libFuzzer has a thread, too.) The linker's --wrap puts these in between.
 */
static bool no_threads;

/* NOLINTBEGIN(bugprone-reserved-identifier): so does the linker name them */
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __real_pthread_join(pthread_t, void **);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_join(pthread_t, void **);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
			  void *context)
{
	return no_threads ? 0 : __real_pthread_create(thread, attributes, run, context);
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
	return no_threads ? 0 : __real_pthread_join(thread, result);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* The payload of a report can be told from any other's, and has all values in it. */
static uint8_t payload_byte(uint64_t serial, uint32_t at)
{
	return (uint8_t)(serial * 37 + at + (at >> 8));
}

static bool append(const void *bytes, size_t size)
{
	if (size > STREAM_MAX - scene.size) {
		return false;
	}
	memcpy(scene.stream + scene.size, bytes, size);
	scene.size += size;
	return true;
}

/* Of none, one or two bytes: short ones are to be frequent. */
static uint32_t take_length(struct input *input, unsigned shape)
{
	static const size_t sizes[] = {0, 1, 1, 2};

	return take_number(input, sizes[shape & 3]);
}

static void begin_report(struct thread *thread, struct input *input)
{
	unsigned shape = take_byte(input);
	int number = (int)(thread - scene.threads);

	thread->header = (struct report_header){
	    .kind = (uint16_t)(1 + take_byte(input) % (REPORT_KIND_END - 1)),
	    .flags = take_byte(input),
	    .first_length = take_length(input, shape),
	    .second_length = take_length(input, shape >> 2),
	    .text_length = take_length(input, shape >> 4),
	    .pid = 100 + scene.processes + number / 3, /* three threads a process */
	    .tid = 100 + scene.processes + number,
	    .time_ns = 1,
	    .count = ++scene.serial,
	};
	thread->sent = 0;
	thread->under_way = true;
	scene.unfinished++;
	if (scene.unfinished > PLACES) {
		scene.exact = false; /* the oldest gives way */
	}
}

/* Makes the thread's next frame. Returns its size. */
NOT_COVERED static size_t make_frame(struct thread *thread, uint8_t frame[REPORT_FRAME_MAX])
{
	uint32_t part = report_frame(&thread->header, thread->sent);

	memcpy(frame, &thread->header, sizeof(thread->header));
	for (uint32_t i = 0; i < part; i++) {
		frame[HEADER_SIZE + i] = payload_byte(thread->header.count, thread->sent + i);
	}
	return HEADER_SIZE + part;
}

static void frame_was_sent(struct thread *thread)
{
	thread->sent += thread->header.size - HEADER_SIZE;
	if (thread->sent == report_total(&thread->header)) {
		thread->under_way = false;
		scene.unfinished--;
		must(scene.complete < sizeof(scene.reports) / sizeof(scene.reports[0]));
		scene.reports[scene.complete++] = thread->header;
	}
}

static void forge(const struct thread *thread, uint8_t frame[REPORT_FRAME_MAX])
{
	const struct thread *next = &scene.threads[(size_t)(thread - scene.threads + 1) % THREADS];
	struct report_header header = thread->header;

	header.pid = next->header.pid;
	header.tid = next->header.tid;
	header.kind = next->under_way ? next->header.kind : header.kind;
	memcpy(frame, &header, sizeof(header));
}

/* False: the stream is full. */
static bool send_frame(enum step step, struct thread *thread, struct input *input)
{
	uint8_t frame[REPORT_FRAME_MAX];
	size_t size;

	if (!thread->under_way) {
		begin_report(thread, input);
	}
	size = make_frame(thread, frame);
	scene.exact = scene.exact && (step == STEP_SEND || step == STEP_HURRY);
	if (step == STEP_DAMAGE) {
		frame[take_byte(input) % HEADER_SIZE] ^= take_byte(input);
	} else if (step == STEP_FORGE) {
		forge(thread, frame);
	} else if (step == STEP_LOSE) {
		size -= take_number(input, 2) % size;
	}
	if (!append(frame, size) || (step == STEP_REPEAT && !append(frame, size))) {
		return false;
	}
	frame_was_sent(thread);
	return true;
}

static bool send_rest(struct thread *thread, struct input *input)
{
	do {
		if (!send_frame(STEP_HURRY, thread, input)) {
			return false;
		}
	} while (thread->under_way);
	return true;
}

/* Another process in the place of those that there are: what they had begun stays unfinished. */
static void die(void)
{
	scene.processes += (int)THREADS;
	for (size_t i = 0; i < THREADS; i++) {
		scene.threads[i].under_way = false;
	}
}

static bool send_other(struct input *input)
{
	uint8_t bytes[256];
	size_t size = take_bytes(input, bytes, take_byte(input));

	scene.exact = false;
	return append(bytes, size);
}

/* False: the stream is full. */
static bool play_step(struct input *input)
{
	unsigned choice = take_byte(input);
	enum step step = choice % STEP_KIND_END;
	struct thread *thread = &scene.threads[choice / STEP_KIND_END % THREADS];
	size_t end;

	switch (step) {
	case STEP_OTHER:
		return send_other(input);
	case STEP_DIE:
		die();
		return true;
	case STEP_PIECE:
		end = scene.size + take_number(input, 2);
		scene.piece_ends[end < STREAM_MAX ? end : STREAM_MAX] = true;
		return true;
	case STEP_HURRY:
		return send_rest(thread, input);
	case STEP_SEND:
	case STEP_DAMAGE:
	case STEP_REPEAT:
	case STEP_LOSE:
	case STEP_FORGE:
	case STEP_KIND_END:
		break;
	}
	return send_frame(step, thread, input);
}

static void make_stream(struct input *input)
{
	memset(scene.threads, 0, sizeof(scene.threads));
	memset(scene.piece_ends, 0, sizeof(scene.piece_ends));
	scene.processes = 0;
	scene.unfinished = 0;
	scene.exact = true;
	scene.size = 0;
	scene.serial = 0;
	scene.complete = 0;
	while (input->left > 0) {
		if (!play_step(input)) {
			/* The frame that had no room anymore. */
			return;
		}
	}
}

NOT_COVERED static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++) {
		hash = (hash ^ at[i]) * 0x100000001b3u; /* FNV-1a */
	}
	return hash;
}

static void check_string(const char *string, uint32_t length)
{
	must(length <= REPORT_STRING_MAX);
	must(string != NULL && string[length] == '\0');
}

NOT_COVERED static void check_payload(const struct report *report, uint64_t serial)
{
	const char *strings[] = {report->first, report->second, report->text};
	uint32_t lengths[] = {report->header.first_length, report->header.second_length,
			      report->header.text_length};
	uint32_t at = 0;

	for (size_t i = 0; i < 3; i++) {
		for (uint32_t j = 0; j < lengths[i]; j++) {
			must((uint8_t)strings[i][j] == payload_byte(serial, at++));
		}
	}
}

/* It is what was sent, in the order in which the last frames were. */
static void check_exact(const struct report *report, size_t number)
{
	const struct report_header *want = &scene.reports[number];

	must(number < scene.complete);
	must(report->header.count == want->count && report->header.kind == want->kind);
	must(report->header.flags == want->flags && report->header.time_ns == want->time_ns);
	must(report->header.pid == want->pid && report->header.tid == want->tid);
	must(report->header.first_length == want->first_length);
	must(report->header.second_length == want->second_length);
	must(report->header.text_length == want->text_length);
	check_payload(report, want->count);
}

static void take_report(const struct report *report, struct outcome *outcome)
{
	struct report_header header = report->header;

	must(header.kind >= REPORT_HELLO && header.kind < REPORT_KIND_END);
	must(header.time_ns != 0);
	check_string(report->first, header.first_length);
	check_string(report->second, header.second_length);
	check_string(report->text, header.text_length);
	if (scene.exact) {
		check_exact(report, outcome->reports);
	}
	header.time_ns = 0; /* may be when it came */
	outcome->hash = hash_bytes(outcome->hash, &header, sizeof(header));
	outcome->hash = hash_bytes(outcome->hash, report->first, header.first_length);
	outcome->hash = hash_bytes(outcome->hash, report->second, header.second_length);
	outcome->hash = hash_bytes(outcome->hash, report->text, header.text_length);
	outcome->bytes += HEADER_SIZE + report_total(&header);
	outcome->reports++;
}

static void drain(struct channel *channel, struct outcome *outcome)
{
	struct report report;
	int result;

	while ((result = channel_next(channel, &report)) == 1) {
		take_report(&report, outcome);
	}
	must(result == 0);
	must(!channel_has_more(channel));
}

/*
 * Both ends are open by now: the folder goes at once, so that it is not left behind by an input
 * that ends the program.
 */
static int open_writer(const struct channel *channel)
{
	static const char *const names[] = {GUEST_FIFO, GUEST_ALARM, GUEST_BUILDS};
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s", channel_folder(channel), GUEST_FIFO);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	must(fd >= 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", channel_folder(channel), names[i]);
		must(unlink(path) == 0);
	}
	(void)snprintf(path, sizeof(path), "%s", channel_folder(channel));
	must(rmdir(path) == 0);
	*strrchr(path, '/') = '\0';
	must(rmdir(path) == 0);
	return fd;
}

static void write_piece(struct channel *channel, int writer, size_t from, size_t to,
			struct outcome *outcome)
{
	while (from < to) {
		ssize_t size = write(writer, scene.stream + from, to - from);

		if (size < 0) {
			drain(channel, outcome); /* the pipe is full */
		} else {
			from += (size_t)size;
		}
	}
	drain(channel, outcome);
}

NOT_COVERED static size_t piece_end(size_t from, bool in_pieces)
{
	size_t end = from + 1;

	while (end < scene.size && !(in_pieces && scene.piece_ends[end])) {
		end++;
	}
	return end;
}

static struct outcome play_stream(bool in_pieces)
{
	size_t memory = __sanitizer_get_current_allocated_bytes();
	struct channel *channel = channel_open("/builds");
	struct outcome outcome = {0};
	int writer;

	must(channel != NULL);
	writer = open_writer(channel);
	for (size_t from = 0, to; from < scene.size; from = to) {
		to = piece_end(from, in_pieces);
		write_piece(channel, writer, from, to, &outcome);
		must(__sanitizer_get_current_allocated_bytes() <= memory + MEMORY_MAX);
	}
	must(channel_sent(channel) == scene.size);
	outcome.taken = channel_taken(channel);
	outcome.malformed = channel_malformed(channel);
	(void)close(writer);
	channel_close(channel);
	return outcome;
}

static void check_outcome(const struct outcome *outcome)
{
	/* Nothing is said that was not sent, and less than a frame waits for its end. */
	must(outcome->taken <= scene.size && scene.size - outcome->taken < REPORT_FRAME_MAX);
	must(outcome->malformed <= outcome->taken);
	must(outcome->bytes + outcome->malformed <= outcome->taken);
	if (scene.exact) {
		must(outcome->reports == scene.complete);
		must(outcome->malformed == 0 && outcome->taken == scene.size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};
	struct outcome whole;
	struct outcome pieces;

	make_stream(&input);
	no_threads = true;
	whole = play_stream(false);
	pieces = play_stream(true);
	no_threads = false;
	check_outcome(&whole);
	check_outcome(&pieces);
	must(whole.reports == pieces.reports && whole.hash == pieces.hash);
	must(whole.malformed == pieces.malformed && whole.taken == pieces.taken);
	return 0;
}
