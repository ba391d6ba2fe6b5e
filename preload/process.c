/* SPDX-License-Identifier: MIT */
/* What a process tells of itself; see process.h. */
#include "preload/process.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/seccomp.h>

#include "preload/guest.h"
#include "preload/line.h"
#include "preload/objects.h"
#include "preload/observe.h"
#include "preload/peek.h"
#include "preload/place.h"
#include "preload/tell.h"
#include "preload/text.h"

#define EXECUTABLE_MAX 512
#define ARGV_MAX       192  /* of a hello, and of an exec */
#define ARGV_TRACE_MAX 4096 /* of a hello, for a trace */

/* Not all have fitted: up to the end of the last that has, if any has. */
static size_t whole_words(const char *words, size_t size)
{
	size_t length = size;

	while (length > 0 && words[length - 1] != '\0') {
		length--;
	}
	return length > 0 ? length : size;
}

/* The first words of the command line, from /proc, because musl gives constructors no argv. */
static size_t read_words(char *words, size_t size)
{
	int fd = raw_openat(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	long length = 0;

	if (fd >= 0) {
		length = raw_read(fd, words, size);
		raw_close(fd);
	}
	return length == (long)size ? whole_words(words, size) : length > 0 ? (size_t)length : 0;
}

void process_introduce(bool forked)
{
	static char all_words[ARGV_TRACE_MAX]; /* by one thread, but where a root is exchanged */
	struct report_header header = {.kind = forked ? REPORT_FORKED : REPORT_HELLO};
	char executable[EXECUTABLE_MAX];
	char words[ARGV_MAX];
	struct piece pieces[2] = {{executable, 0}, {words, 0}};
	long length;

	header.parent = raw_getppid();
	header.count = (uint64_t)guest_take_ancestor();
	if (forked && !guest_traces()) {
		sender_send(&header, NULL, 0);
		return;
	}
	length = raw_readlinkat(AT_FDCWD, "/proc/self/exe", executable, sizeof(executable));
	pieces[0].length = length > 0 && length < (long)sizeof(executable) ? (size_t)length : 0;
	header.first_length = (uint32_t)pieces[0].length;
	if (forked) {
		/* Its parent may run something else by now. */
		sender_send(&header, pieces, 1);
		return;
	}
	header.count = 0;
	if (tell_identify(AT_FDCWD, "/proc/self/ns/mnt", 0, &header) == 0) {
		header.count = header.identity.inode;
	}
	tell_identify(AT_FDCWD, "/", 0, &header);
	if (guest_traces()) {
		pieces[1].text = all_words;
		pieces[1].length = read_words(all_words, sizeof(all_words));
	} else {
		pieces[1].length = read_words(words, sizeof(words));
	}
	header.text_length = (uint32_t)pieces[1].length;
	sender_send(&header, pieces, 2);
}

/* Not earlier than the program's own constructors, but before its main; hooks may come first. */
__attribute__((constructor)) static void begin(void)
{
	if (guest_enter()) {
		objects_tell_initial();
	}
}

/* What would have gone out with the next report, had there been one. */
__attribute__((destructor)) static void end(void)
{
	if (guest_enter()) {
		sender_flush();
	}
}

/*
 * As many words as fit, a NUL behind each. Through the kernel, as nobody has looked at the pointers
 * yet: a wild one is the program's to be told of.
 */
static size_t peek_words(char words[ARGV_MAX], char *const *argv)
{
	size_t used = 0;
	const char *word = NULL;

	while (argv != NULL && peek(&word, argv++, sizeof(word)) == sizeof(word) && word != NULL) {
		long got = peek(words + used, word, ARGV_MAX - used);
		size_t length = 0;

		while (length < (size_t)(got > 0 ? got : 0) && words[used + length] != '\0') {
			length++;
		}
		if (got <= (long)length) {
			break;
		}
		used += length + 1;
	}
	return used;
}

/*
 * After an execution of what cannot be found: a shell tries every folder of PATH so, and only a
 * trace wants to know. Of what is there, only its interpreter may be missing.
 */
static void tell_unreachable_program(const struct execution *execution, int error)
{
	if (error == ENOENT && guest_traces()) {
		observe_access(execution->dirfd, execution->path, error);
	} else {
		tell_failure(REPORT_EXEC, execution->dirfd, execution->path, error);
	}
}

static bool is_searched(const struct execution *execution)
{
	return execution->search_path != NULL && !text_has_slash(execution->path);
}

/* What was announced, if it was, and is worth telling in any case. */
static void tell_execution(const struct execution *execution, struct report_header *header)
{
	bool searched = is_searched(execution);
	struct place place = {.dirfd = execution->dirfd,
			      .path = execution->path,
			      .verbatim = searched,
			      .afresh = true};
	struct place search = {.dirfd = AT_FDCWD, .path = execution->search_path, .verbatim = true};
	char text[ARGV_MAX];
	struct piece words = {text, 0};

	header->flags |= (uint16_t)execution->flags;
	if (header->error != 0) {
		header->flags |= REPORT_FAILED;
	}
	if (guest_traces()) {
		/* In case that there will be no hello, which tells all of them. */
		words.length = peek_words(text, execution->argv);
	}
	if (searched) {
		header->flags |= REPORT_SEARCHED;
	}
	place_send(header, &place, searched ? &search : NULL, &words);
}

void process_execute(const struct execution *execution, int error)
{
	const char *path = execution->path;
	struct report_header header = {.kind = REPORT_EXEC, .error = error};
	int found;

	/* EFAULT: nobody may touch what was passed. */
	if (path == NULL || error == EFAULT || !guest_enter()) {
		return;
	}
	found = tell_identify(execution->dirfd, path, 0, &header);
	if (!tell_may_touch(path, -found) || path[0] == '\0') {
		return;
	}
	if (found == 0 || is_searched(execution)) {
		tell_execution(execution, &header);
	} else if (error != 0) {
		tell_unreachable_program(execution, error);
	}
}

bool process_sandbox(int mode, const void *filter)
{
	struct report_header header = {.kind = REPORT_SANDBOX};

	if ((mode == SECCOMP_MODE_FILTER && filter == NULL) || !guest_enter() ||
	    !guest_owns_memory()) {
		return false;
	}
	sender_send(&header, NULL, 0);
	line_yield(false);
	guest_silence(true);
	return true;
}

void process_sandbox_failed(void)
{
	guest_silence(false);
}
