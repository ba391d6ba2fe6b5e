/* SPDX-License-Identifier: MIT */
/* launcher/trace_output: a trace's way to a file, a pipe that is slow, or one that nobody reads. */
#include "launcher/trace_output.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/unit/capture.h"
#include "tests/unit/told.h"

static void enter(void)
{
	scratch_enter();
	(void)signal(SIGPIPE, SIG_IGN); /* as where it is used, where all are blocked */
	(void)signal(SIGXFSZ, SIG_IGN);
}

TestSuite(trace_output, .init = enter, .fini = scratch_leave, .timeout = 60);

static void add(struct trace_output *output, const char *text)
{
	trace_output_add(output, text, strlen(text));
}

/* Emptied at once if it is to be anew; bytes of any kind, in their order. */
Test(trace_output, file)
{
	struct trace_output *output;
	size_t size;

	save("out", "what was there before, and is longer");
	output = output_to("out");
	cr_assert(eq(str, text_of("out"), ""));
	cr_assert(trace_output_flush(output), "nothing is left of nothing");
	cr_assert(not(trace_output_is_crowded(output)));
	trace_output_add(output, "", 0); /* before there is anything to add it to */
	add(output, "one\n");
	trace_output_add(output, "t\0wo\n", 5);
	trace_output_add(output, "", 0);
	add(output, "\xff\n");
	output_end(output);
	cr_assert(zero(int, memcmp(content_of("out", &size), "one\nt\0wo\n\xff\n", 11)));
	cr_assert(eq(sz, size, 11));
	trace_output_close(NULL);
}

/* The command must not get it, too. */
Test(trace_output, is_closed_for_the_command)
{
	struct trace_output *output = output_to("out");

	cr_assert(eq(int, fcntl(trace_output_fd(output), F_GETFD), FD_CLOEXEC));
	output_end(output);
}

static const struct {
	const char *path;
	int error;
} unwritable[] = {
    {"absent/out", ENOENT},
    {"folder", EISDIR},
    {"file/out", ENOTDIR},
    {"loop", ELOOP},
};

Test(trace_output, cannot_be_opened)
{
	make_folder("folder");
	save("file", "kept");
	cr_assert(zero(int, symlink("loop", "loop")));
	for (size_t i = 0; i < COUNT_OF(unwritable); i++) {
		errno = 0;
		cr_expect(trace_output_open(unwritable[i].path) == NULL, "%zu", i);
		cr_expect(eq(int, errno, unwritable[i].error), "%zu", i);
		errno = 0;
		cr_expect(trace_output_open_later(unwritable[i].path) == NULL, "%zu", i);
		cr_expect(eq(int, errno, unwritable[i].error), "%zu", i);
	}
	cr_assert(eq(str, text_of("file"), "kept"));
}

Test(trace_output, to_stderr)
{
	struct capture capture = capture_begin(STDERR_FILENO);
	struct trace_output *output = trace_output_open(NULL);
	bool all;

	cr_assert(output != NULL);
	add(output, "a line\n");
	all = trace_output_flush(output);
	trace_output_close(output);
	/* It is not ours to close. */
	cr_assert(ge(int, fcntl(STDERR_FILENO, F_GETFD), 0));
	cr_assert(eq(str, capture_end(&capture), "a line\n"));
	cr_assert(all);
}

/* Until it is committed, it is what it was; then it is the new one, whole. */
Test(trace_output, later)
{
	static const char *const before[] = {NULL, "", "old", "old, and longer than what comes\n"};

	for (size_t i = 0; i < COUNT_OF(before); i++) {
		struct trace_output *output;

		(void)unlink("out");
		if (before[i] != NULL) {
			save("out", before[i]);
		}
		output = trace_output_open_later("out");
		cr_assert(output != NULL);
		add(output, "new: \\\n");
		add(output, "  x\n");
		cr_expect(trace_output_flush(output), "%zu", i);
		cr_expect(not(trace_output_is_crowded(output)), "%zu", i);
		cr_expect(eq(int, access("out", F_OK), before[i] != NULL ? 0 : -1), "%zu", i);
		if (before[i] != NULL) {
			cr_expect(eq(str, text_of("out"), (char *)before[i]), "%zu", i);
		}
		cr_expect(zero(int, trace_output_commit(output)), "%zu", i);
		cr_expect(eq(str, text_of("out"), "new: \\\n  x\n"), "%zu", i);
		trace_output_close(output);
	}
}

/* Nothing is left behind that was not there, and nothing lost that was. */
Test(trace_output, never_committed)
{
	struct trace_output *output;

	save("old", "kept");
	output = trace_output_open_later("old");
	cr_assert(output != NULL);
	add(output, "new");
	trace_output_close(output);
	cr_assert(eq(str, text_of("old"), "kept"));
	output = trace_output_open_later("new");
	cr_assert(output != NULL);
	trace_output_close(output);
	cr_assert(eq(int, access("new", F_OK), -1));
}

/* The link stays one, and so do its reader's rights. */
Test(trace_output, later_by_a_link)
{
	struct trace_output *output;
	struct stat status;
	mode_t mask = umask(027);

	save("target", "old");
	cr_assert(zero(int, chmod("target", 0604)));
	cr_assert(zero(int, symlink("target", "link")));
	output = trace_output_open_later("link");
	cr_assert(output != NULL);
	add(output, "new");
	cr_assert(zero(int, trace_output_commit(output)));
	trace_output_close(output);
	(void)umask(mask);
	cr_assert(eq(str, text_of("target"), "new"));
	cr_assert(zero(int, lstat("link", &status)));
	cr_assert(eq(u32, status.st_mode & S_IFMT, S_IFLNK));
	cr_assert(zero(int, stat("target", &status)));
	cr_assert(eq(u32, status.st_mode & 0777, 0604));
}

/* On a disk that is full (a file that must not grow), the old one stays, and nothing else. */
Test(trace_output, later_without_room)
{
	const struct rlimit limit = {16, 16};
	struct trace_output *output;

	save("out", "old");
	output = trace_output_open_later("out");
	cr_assert(output != NULL);
	for (int i = 0; i < 100; i++) {
		add(output, "new: \\\n");
	}
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));
	cr_assert(eq(int, trace_output_commit(output), -1));
	trace_output_close(output);
	cr_assert(eq(str, text_of("out"), "old"));
	cr_assert(eq(int, system("[ \"$(ls)\" = out ]"), 0), "nothing else is left");
}

/* A FIFO with as little room as may be, opened by its name or in stderr's place; its reader's end.
 */
struct narrow {
	int reader;
	int before; /* stderr, if it is in its place */
	struct trace_output *output;
};

static struct narrow narrow_open(bool as_stderr)
{
	struct narrow narrow = {.before = -1};

	cr_assert(zero(int, mkfifo("fifo", 0600)));
	narrow.reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, narrow.reader, 0));
	cr_assert(ge(int, fcntl(narrow.reader, F_SETPIPE_SZ, 4096), 0));
	if (as_stderr) {
		int writer = open("fifo", O_WRONLY | O_CLOEXEC);

		narrow.before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
		cr_assert(writer >= 0 && narrow.before >= 0);
		cr_assert(eq(int, dup2(writer, STDERR_FILENO), STDERR_FILENO));
		(void)close(writer);
	}
	narrow.output = trace_output_open(as_stderr ? NULL : "fifo");
	return narrow;
}

/* Criterion, too, writes to stderr: nothing is checked before this. */
static void narrow_close(struct narrow *narrow)
{
	trace_output_close(narrow->output);
	if (narrow->before >= 0) {
		(void)dup2(narrow->before, STDERR_FILENO);
		(void)close(narrow->before);
	}
	(void)close(narrow->reader);
	(void)unlink("fifo");
}

struct flow {
	unsigned added, got;
	bool crowded, waited, cut, wrong, all, may_block;
};

/* Takes all that is there; whole lines with the next numbers are wanted. */
static void take_lines(int reader, struct flow *flow)
{
	char bytes[8192];
	ssize_t size = read(reader, bytes, sizeof(bytes) - 1);

	if (size <= 0) {
		return;
	}
	bytes[size] = '\0';
	flow->cut |= bytes[size - 1] != '\n';
	for (char *line = bytes; *line != '\0'; line = strchr(line, '\n') + 1) {
		char *end;

		flow->wrong |= strtoul(line, &end, 10) != flow->got++ || end[0] != ' ';
		if (strchr(line, '\n') == NULL) {
			return;
		}
	}
}

/* Lines of many lengths, until no more should be added; then they are read. */
static struct flow flow_through(struct narrow *narrow)
{
	struct flow flow = {0};
	struct pollfd slot = {.fd = trace_output_fd(narrow->output), .events = POLLOUT};

	for (; !trace_output_is_crowded(narrow->output) && flow.added < 1000000; flow.added++) {
		char line[400];
		int length = snprintf(line, sizeof(line), "%u %0*d\n", flow.added,
				      1 + (int)(flow.added * 7 % 350), 0);

		trace_output_add(narrow->output, line, (size_t)length);
		flow.waited |= !trace_output_flush(narrow->output);
	}
	flow.crowded = trace_output_is_crowded(narrow->output);
	flow.may_block = (fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0;
	for (int turn = 0; turn < 1000000 && !flow.all; turn++) {
		take_lines(narrow->reader, &flow);
		flow.all = poll(&slot, 1, 0) == 1 && trace_output_flush(narrow->output);
	}
	take_lines(narrow->reader, &flow);
	return flow;
}

static void expect_flow(struct flow flow)
{
	cr_expect(flow.crowded, "it holds no end of lines");
	cr_expect(flow.waited);
	cr_expect(flow.all);
	cr_expect(eq(u32, flow.got, flow.added));
	cr_expect(not(flow.wrong));
	/* Others write to the same pipe: what they say must not end up in the middle of a line. */
	cr_expect(not(flow.cut));
}

/* Full: nothing waits, nothing is lost. */
Test(trace_output, full_pipe)
{
	struct narrow narrow = narrow_open(false);
	struct flow flow;

	cr_assert(narrow.output != NULL);
	flow = flow_through(&narrow);
	narrow_close(&narrow);
	expect_flow(flow);
}

/* Neither does it where the pipe would block; and the command has the same one as its stderr. */
Test(trace_output, full_stderr)
{
	struct narrow narrow = narrow_open(true);
	struct flow flow = flow_through(&narrow);

	narrow_close(&narrow);
	expect_flow(flow);
	cr_expect(flow.may_block, "it has become another one for the command");
}

/* More than fits the pipe in one piece. */
Test(trace_output, long_line)
{
	static char line[200000], got[200001];
	struct narrow narrow = narrow_open(false);
	size_t size = 0;

	cr_assert(narrow.output != NULL);
	for (size_t i = 0; i < sizeof(line); i++) {
		line[i] = (char)('a' + i / 1000 % 26);
	}
	line[sizeof(line) - 1] = '\n';
	trace_output_add(narrow.output, line, sizeof(line));
	for (int turn = 0; turn < 100000 && size < sizeof(line); turn++) {
		ssize_t part;

		(void)trace_output_flush(narrow.output);
		part = read(narrow.reader, got + size, sizeof(got) - size);
		size += part > 0 ? (size_t)part : 0;
	}
	cr_expect(trace_output_flush(narrow.output));
	narrow_close(&narrow);
	cr_assert(eq(sz, size, sizeof(line)));
	cr_assert(zero(int, memcmp(got, line, size)));
}

static void expect_failed(struct trace_output *output, int error)
{
	cr_expect(eq(int, trace_output_error(output), error));
	/* It is over: nothing is kept, nobody waits. */
	for (int i = 0; i < 100000; i++) {
		add(output, "and this goes nowhere, however much of it there may be\n");
	}
	cr_expect(not(trace_output_is_crowded(output)));
	cr_expect(trace_output_flush(output));
	cr_expect(eq(int, trace_output_error(output), error));
}

Test(trace_output, reader_gone)
{
	struct narrow narrow = narrow_open(false);

	cr_assert(narrow.output != NULL);
	add(narrow.output, "read\n");
	cr_assert(trace_output_flush(narrow.output));
	cr_assert(zero(int, trace_output_error(narrow.output)));
	(void)close(narrow.reader);
	narrow.reader = -1;
	add(narrow.output, "not read\n");
	cr_expect(trace_output_flush(narrow.output));
	expect_failed(narrow.output, EPIPE);
	narrow_close(&narrow);
}

/* With more kept than the pipe had room for. */
Test(trace_output, slow_reader_gone)
{
	struct narrow narrow = narrow_open(false);

	cr_assert(narrow.output != NULL);
	for (int i = 0; i < 1000; i++) {
		add(narrow.output, "read at some time, or perhaps not\n");
	}
	cr_expect(not(trace_output_flush(narrow.output)));
	(void)close(narrow.reader);
	narrow.reader = -1;
	cr_expect(trace_output_flush(narrow.output));
	expect_failed(narrow.output, EPIPE);
	narrow_close(&narrow);
}

Test(trace_output, full_disk)
{
	struct trace_output *output = output_to("/dev/full");

	cr_assert(zero(int, trace_output_error(output)));
	add(output, "a line\n");
	cr_expect(trace_output_flush(output));
	expect_failed(output, ENOSPC);
	trace_output_close(output);
}

/* A file that may not grow any further. */
Test(trace_output, file_too_large)
{
	static const struct rlimit limit = {1000, 1000};
	struct trace_output *output = output_to("out");

	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));
	for (int i = 0; i < 1000; i++) {
		add(output, "a line\n");
	}
	cr_expect(trace_output_flush(output));
	expect_failed(output, EFBIG);
	trace_output_close(output);
}
