/* SPDX-License-Identifier: MIT */
/*
 * launcher/options: whatever the words are, they are taken as the header says, or refused with one
 * line that a terminal can be shown.
 *
 * The input is the words, a NUL behind each.
 */
#include "launcher/options.h"

#include <stdbool.h>

#include "launcher/supervisor.h"
#include "tests/fuzz/input.h"

enum {
	WORDS_MAX = 64,
	SIZE_MAX_TAKEN = 4096,
	MESSAGE_SIZE = 512,
};

struct line {
	char bytes[SIZE_MAX_TAKEN + 1];
	char *words[WORDS_MAX + 2];
	int count;
};

static char own_name[] = "autoreload-run";

static void take_line(struct input *input, struct line *line)
{
	size_t size = take_bytes(input, line->bytes, SIZE_MAX_TAKEN);
	char *at = line->bytes;

	line->bytes[size] = '\0';
	line->words[0] = own_name;
	line->count = 1;
	while (line->count <= WORDS_MAX && at < line->bytes + size) {
		line->words[line->count++] = at;
		at += strlen(at) + 1;
	}
	line->words[line->count] = NULL;
}

/* Is it one of the line's words, or the end of one that holds it ("--watch=x", "-wx")? */
static bool is_of_line(const struct line *line, const char *word)
{
	return word >= line->bytes && word <= line->bytes + SIZE_MAX_TAKEN;
}

static void check_words(const struct line *line, const char *const *words, size_t count)
{
	must(count <= (size_t)line->count);
	for (size_t i = 0; i < count; i++) {
		must(is_of_line(line, words[i]));
		must(words[i][0] != '\0');
	}
}

static void check_supervisor(const struct supervisor_settings *settings)
{
	must(settings->settle_ns >= -1);
	must(settings->stop_timeout_ns >= 0);
	must(settings->restart_status >= -1 && settings->restart_status <= 255);
}

static void check_options(const struct options *options, const struct line *line)
{
	check_words(line, options->watch, options->watch_count);
	check_words(line, options->ignore, options->ignore_count);
	check_words(line, options->extensions, options->extension_count);
	check_words(line, options->trace.wishes.why, options->trace.wishes.why_count);
	check_words(line, options->trace.targets, options->trace.target_count);
	check_supervisor(&options->supervisor);
	must(options->poll_ns >= -1);
	must(options->stop_signal > 0 && options->stop_signal <= 64);
	must(options->verbosity >= -1 && options->verbosity <= 1);
	must(options->events == NULL || is_of_line(line, options->events));
}

/* What follows the options, as it is. */
static void check_command(char *const *command, const struct line *line)
{
	int first = 0;

	while (first < line->count && line->words[first] != command[0]) {
		first++;
	}
	must(first > 0 && first < line->count);
	must(command == line->words + first);
	must(command[0][0] != '\0');
}

static void check_message(const char *message)
{
	size_t length = strnlen(message, MESSAGE_SIZE);

	must(length > 0 && length < MESSAGE_SIZE);
	for (size_t i = 0; i < length; i++) {
		must((unsigned char)message[i] >= ' ' && message[i] != 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct line line;
	struct input input = {bytes, size};
	struct options options;
	char message[MESSAGE_SIZE] = "";

	take_line(&input, &line);
	switch (options_parse(line.count, line.words, &options, message, sizeof(message))) {
	case OPTIONS_RUN:
		must(message[0] == '\0');
		check_command(options.command, &line);
		check_options(&options, &line);
		break;
	case OPTIONS_MISUSE:
		check_message(message);
		break;
	case OPTIONS_HELP:
	case OPTIONS_VERSION:
		must(message[0] == '\0');
		break;
	}
	options_free(&options);
	return 0;
}
