/* SPDX-License-Identifier: MIT */
/*
 * A hostile program of the command's: writes into the channel what it likes. Blocking, so that
 * nothing is lost.
 *
 *   forge random SEED BYTES     bytes of no meaning
 *   forge torn COUNT            frames that begin and are not finished, and ends without a
 * beginning forge pids COUNT            a hello of as many processes forge chain COUNT each process
 * forked from the one before forge paths COUNT FOLDER    as many files read in the folder, none of
 * which is there forge hello PID PATH WORD   the process says what it runs forge lost COUNT so many
 * reports could not be sent forge KIND PATH [SECOND]    read, missing, stat, list, exec, rename,
 * remove, load: of the path
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/guest.h"
#include "preload/report.h"

static int channel;

static void write_all(const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size > 0) {
		ssize_t written = write(channel, from, size);

		if (written <= 0) {
			exit(2);
		}
		from += written;
		size -= (size_t)written;
	}
}

struct words {
	const char *first, *second, *text;
};

static void send(struct report_header header, struct words words)
{
	char payload[3 * REPORT_STRING_MAX];
	char *end = payload;
	uint32_t offset = 0;

	header.first_length = (uint32_t)strlen(words.first);
	header.second_length = (uint32_t)strlen(words.second);
	header.text_length = words.text[0] != '\0' ? (uint32_t)strlen(words.text) + 1 : 0;
	end = stpcpy(stpcpy(end, words.first), words.second);
	memcpy(end, words.text, header.text_length);
	header.tid = header.pid;
	do {
		uint32_t part = report_frame(&header, offset);
		char frame[REPORT_FRAME_MAX];

		memcpy(frame, &header, sizeof(header));
		memcpy(frame + sizeof(header), payload + offset, part);
		write_all(frame, header.size);
		offset += part;
	} while (offset < report_total(&header));
}

static void send_random(unsigned seed, long count)
{
	srand(seed);
	for (; count > 0; count--) {
		unsigned char byte = (unsigned char)(rand() >> 8);

		// Now and then the beginning of something that is known.
		if (byte == 1) {
			struct report_header header = {.magic = REPORT_MAGIC,
						       .kind = (uint16_t)rand()};

			write_all(&header, (size_t)rand() % sizeof(header));
		}
		write_all(&byte, 1);
	}
}

static void send_torn(long count)
{
	char frame[REPORT_FRAME_MAX];

	memset(frame, 'x', sizeof(frame));
	for (long i = 0; i < count; i++) {
		struct report_header header = {.kind = REPORT_READ,
					       .pid = (int)i,
					       .tid = (int)i,
					       .first_length = REPORT_STRING_MAX,
					       .second_length = REPORT_STRING_MAX,
					       .text_length = REPORT_STRING_MAX};

		(void)report_frame(&header, i % 3 == 1 ? 8192 : 0);
		memcpy(frame, &header, sizeof(header));
		write_all(frame, i % 3 == 2 ? 100 : header.size);
	}
}

static void send_paths(long count, const char *folder)
{
	struct report_header header = {.kind = REPORT_READ, .pid = getpid()};

	for (long i = 0; i < count; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%ld-%ld", folder, i % 1000, i);
		send(header, (struct words){path, "", ""});
	}
}

static void send_processes(long count, int kind)
{
	struct report_header header = {.kind = (uint16_t)kind};

	for (long i = 0; i < count; i++) {
		header.parent = kind == REPORT_FORKED ? header.pid : getpid();
		header.pid = (int)(1000000 + i);
		send(header,
		     (struct words){kind == REPORT_FORKED ? "" : "/usr/bin/cat", "", "cat"});
	}
}

// As the library would have it: without, a file counts as one that was not there.
static void identify(struct report_header *header, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0) {
		header->flags = REPORT_IDENTITY;
		header->mode = status.st_mode;
		header->identity = (struct identity){
		    .device = status.st_dev,
		    .inode = status.st_ino,
		    .size = (uint64_t)status.st_size,
		    .mtime_ns =
			(int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec,
		    .ctime_ns =
			(int64_t)status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec,
		};
	}
}

static int kind_of(const char *word)
{
	static const struct {
		const char *word;
		int kind;
	} kinds[] = {
	    {"read", REPORT_READ},     {"missing", REPORT_MISSING}, {"stat", REPORT_STAT},
	    {"list", REPORT_LIST},     {"exec", REPORT_EXEC},	    {"rename", REPORT_RENAME},
	    {"remove", REPORT_REMOVE}, {"load", REPORT_LOAD},	    {"write", REPORT_WRITE}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].word, word) == 0) {
			return kinds[i].kind;
		}
	}
	exit(3);
}

static void send_wanted(char **words)
{
	struct report_header header = {.pid = getpid(), .time_ns = UINT64_MAX};
	long number = words[1] != NULL ? atol(words[1]) : 0;

	if (strcmp(words[0], "random") == 0) {
		send_random((unsigned)number, atol(words[2]));
	} else if (strcmp(words[0], "torn") == 0) {
		send_torn(number);
	} else if (strcmp(words[0], "pids") == 0) {
		send_processes(number, REPORT_HELLO);
	} else if (strcmp(words[0], "chain") == 0) {
		send_processes(number, REPORT_FORKED);
	} else if (strcmp(words[0], "paths") == 0) {
		send_paths(number, words[2]);
	} else if (strcmp(words[0], "hello") == 0) {
		header.kind = REPORT_HELLO;
		header.pid = (int)number;
		send(header, (struct words){words[2], "", words[3]});
	} else if (strcmp(words[0], "lost") == 0) {
		header.kind = REPORT_LOST;
		header.count = (uint64_t)number;
		send(header, (struct words){"", "", ""});
	} else {
		header.kind = (uint16_t)kind_of(words[0]);
		identify(&header, words[1]);
		send(header, (struct words){words[1], words[2] != NULL ? words[2] : "", ""});
	}
}

int main(int count, char **words)
{
	const char *setting = getenv(GUEST_VARIABLE);
	char path[PATH_MAX];

	if (count < 2 || setting == NULL || strchr(setting, ':') == NULL) {
		return 1;
	}
	snprintf(path, sizeof(path), "%s" GUEST_FIFO, strchr(setting, ':') + 1);
	channel = open(path, O_WRONLY);
	if (channel < 0) {
		return 2;
	}
	send_wanted(words + 1);
	return 0;
}
