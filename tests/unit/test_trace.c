/* SPDX-License-Identifier: MIT */
/* launcher/trace: from facts, as they are reported, to what is written, and how it ends. */
#include "launcher/trace.h"

#include <poll.h>
#include <sys/ioctl.h>

#include "launcher/message.h"
#include "tests/unit/capture.h"
#include "tests/unit/told.h"

#define START_NS INT64_C(5000000000)

static struct policy policy;
static struct trace_settings settings;
static struct signals signals;
static struct trace *trace;

static void enter(void)
{
	scratch_enter();
	policy = (struct policy){.roots = {.paths = {directory}, .count = 1}};
	(void)snprintf(policy.folder, sizeof(policy.folder), "%s", directory);
	settings = (struct trace_settings){.output = "out"};
	message_set_verbosity(0);
	signals_note(&signals);
	cr_assert(zero(int, signals_open(&signals)));
}

static void leave(void)
{
	trace_close(trace);
	signals_close(&signals);
	scratch_leave();
}

TestSuite(trace, .init = enter, .fini = leave, .timeout = 60);

static void begin(void)
{
	trace_close(trace);
	trace = trace_open(&settings, &policy);
	cr_assert(trace != NULL, "%s", strerror(errno));
	trace_begin(trace, START_NS);
}

/* A name that does not begin with a slash is in the test's directory. */
static const char *absolute(const char *name)
{
	return name == NULL || name[0] == '/' ? name : in_scratch(name);
}

struct telling {
	enum trace_kind kind;
	const char *path, *to;
	enum trace_how how;
	int error;
	pid_t pid;
};

static void tell_all(const struct telling *tellings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct trace_fact fact = fact_of(tellings[i].kind, absolute(tellings[i].path));

		fact.to =
		    tellings[i].kind == TRACE_LINK ? tellings[i].to : absolute(tellings[i].to);
		fact.how = tellings[i].how;
		fact.error = tellings[i].error;
		fact.pid = tellings[i].pid != 0 ? tellings[i].pid : fact.pid;
		fact.time_ns = START_NS + 1500000;
		trace_tell(trace, &fact);
	}
}

#define TELL_ALL(table) tell_all(table, COUNT_OF(table))

/* What is said at the end is in *said. */
static int end(int status, char **said)
{
	struct capture capture = capture_begin(STDERR_FILENO);
	int result = trace_end(trace, status, &signals);

	*said = capture_end(&capture);
	return result;
}

static void end_well(void)
{
	char *said;
	int status = end(0, &said);

	cr_assert(zero(int, status));
	cr_assert(eq(str, said, ""), "no terminal, no summary");
}

/* The file, in which each mention of the test's directory is D. */
static const char *written(void)
{
	static char text[1 << 16];
	const char *from = text_of("out");
	size_t length = strlen(directory);
	char *to = text;

	while (*from != '\0' && to < text + sizeof(text) - 1) {
		if (strncmp(from, directory, length) == 0) {
			*to++ = 'D';
			from += length;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

static const struct telling some[] = {
    {TRACE_READ, "a.py", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_READ, "./b//../a.py", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_READ, "/usr/lib/os.py", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_LIST, "", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_READ, "a.py", NULL, TRACE_PLAINLY, 0, 4712},
    {TRACE_WRITE, "log", NULL, TRACE_APPENDED, 0, 0},
    {TRACE_RENAME, "x.tmp", "./x", TRACE_PLAINLY, 0, 0},
    {TRACE_LINK, "now", "releases/7", TRACE_PLAINLY, 0, 0},
    {TRACE_READ, "/opt/far", NULL, TRACE_PLAINLY, EACCES, 0},
    {TRACE_EXEC, "/usr/bin/cc", NULL, TRACE_PLAINLY, 0, 0},
};

Test(trace, text)
{
	begin();
	TELL_ALL(some);
	end_well();
	cr_assert(eq(str, (char *)written(),
		     "read    D/a.py  python3[4711]\n"
		     "list    D  python3[4711]\n"
		     "read    D/a.py  python3[4712]\n"
		     "write   D/log (appended)  python3[4711]\n"
		     "rename  D/x.tmp -> D/x  python3[4711]\n"
		     "link    D/now -> releases/7  python3[4711]\n"
		     "read    /opt/far: Permission denied  python3[4711]\n"
		     "exec    /usr/bin/cc  python3[4711]\n"));
}

Test(trace, relative)
{
	settings.relative = true;
	begin();
	TELL_ALL(some);
	end_well();
	cr_assert(eq(str, (char *)written(),
		     "read    a.py  python3[4711]\n"
		     "list    .  python3[4711]\n"
		     "read    a.py  python3[4712]\n"
		     "write   log (appended)  python3[4711]\n"
		     "rename  x.tmp -> x  python3[4711]\n"
		     "link    now -> releases/7  python3[4711]\n"
		     "read    /opt/far: Permission denied  python3[4711]\n"
		     "exec    /usr/bin/cc  python3[4711]\n"));
}

/* Times are counted from the start. */
Test(trace, detailed)
{
	settings.detailed = true;
	settings.wishes.kinds = 1u << TRACE_WRITE;
	begin();
	TELL_ALL(some);
	end_well();
	cr_assert(eq(str, (char *)written(),
		     "  0.001500 write   D/log (appended)  python3[4711] of sh[4710]\n"));
}

Test(trace, json)
{
	settings.format = TRACE_JSON;
	settings.wishes.kinds = 1u << TRACE_WRITE | 1u << TRACE_RENAME;
	begin();
	TELL_ALL(some);
	end_well();
	cr_assert(eq(str, (char *)written(),
		     "{\"schema\":1,\"fact\":\"write\",\"path\":\"D/log\",\"how\":\"appended\","
		     "\"pid\":4711,\"parent\":4710,\"program\":\"python3\",\"time\":0.0015}\n"
		     "{\"schema\":1,\"fact\":\"rename\",\"path\":\"D/x.tmp\",\"to\":\"D/x\","
		     "\"pid\":4711,\"parent\":4710,\"program\":\"python3\",\"time\":0.0015}\n"));
}

/* Each path once, whoever did what to it. */
Test(trace, nul)
{
	static const struct telling more[] = {
	    {TRACE_STAT, "a.py", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_RENAME, "x", "y", TRACE_PLAINLY, 0, 0},
	    {TRACE_LOST, "/", NULL, TRACE_PLAINLY, 0, 0},
	};
	static const char wanted[] = "a.py\0.\0log\0x.tmp\0x\0now\0/opt/far\0/usr/bin/cc\0y";
	size_t size;

	settings.format = TRACE_NUL;
	settings.relative = true;
	begin();
	TELL_ALL(some);
	tell_all(more, 2);
	end_well();
	cr_assert(zero(int, memcmp(content_of("out", &size), wanted, sizeof(wanted))));
	cr_assert(eq(sz, size, sizeof(wanted)));
}

/* The same fact by one process once, until it has changed the name. */
Test(trace, folding)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_READ, "./a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_REMOVE, "a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_REMOVE, "a", NULL, TRACE_PLAINLY, ENOENT, 0},
	    {TRACE_READ, "./a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_READ, "a", NULL, TRACE_PLAINLY, 0, 0},
	};

	begin();
	TELL_ALL(tellings);
	end_well();
	cr_assert(eq(str, (char *)written(),
		     "read    D/a  python3[4711]\n"
		     "remove  D/a  python3[4711]\n"
		     "remove  D/a: No such file or directory  python3[4711]\n"
		     "read    D/a  python3[4711]\n"));
}

/* What is not told may have changed the name all the same. */
Test(trace, folding_behind_a_filter)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_REMOVE, "a", NULL, TRACE_PLAINLY, 0, 0},
	    {TRACE_READ, "a", NULL, TRACE_PLAINLY, 0, 0},
	};

	settings.wishes.kinds = 1u << TRACE_READ;
	begin();
	TELL_ALL(tellings);
	end_well();
	cr_assert(
	    eq(str, (char *)written(), "read    D/a  python3[4711]\nread    D/a  python3[4711]\n"));
}

static const struct telling build[] = {
    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_READ, "/usr/include/stdio.h", NULL, TRACE_PLAINLY, 0, 0},
    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0, 0},
};

static void begin_depfile(void)
{
	settings.format = TRACE_DEPFILE;
	settings.relative = true;
	save("in.c", "");
	save("out.o", "");
	begin();
}

Test(trace, depfile)
{
	static const char *const targets[] = {"all", "a b"};

	save("out", "old");
	begin_depfile();
	cr_assert(eq(str, text_of("out"), "old"));
	TELL_ALL(build);
	cr_assert(eq(str, text_of("out"), "old"));
	end_well();
	cr_assert(eq(str, text_of("out"), "out.o: \\\n  in.c\nin.c:\n"));
	settings.targets = targets;
	settings.target_count = 2;
	begin_depfile();
	TELL_ALL(build);
	end_well();
	cr_assert(eq(str, text_of("out"), "all a\\ b: \\\n  in.c\nin.c:\n"));
}

/* The command has failed: the file is what it was, or is not there, and that is said. */
Test(trace, depfile_of_a_failure)
{
	static const int statuses[] = {1, 125, 143, 255};
	char *said;

	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		save("out", "old");
		begin_depfile();
		TELL_ALL(build);
		cr_expect(eq(int, end(statuses[i], &said), statuses[i]), "%zu", i);
		cr_expect(eq(str, text_of("out"), "old"), "%zu", i);
		cr_expect(strstr(said, "depfile") != NULL || strstr(said, "out") != NULL, "%s",
			  said);
		cr_assert(zero(int, unlink("out")));
		begin_depfile();
		TELL_ALL(build);
		cr_expect(eq(int, end(statuses[i], &said), statuses[i]), "%zu", i);
		trace_close(trace);
		trace = NULL;
		cr_expect(eq(int, access("out", F_OK), -1), "%zu", i);
	}
}

Test(trace, depfile_without_a_target)
{
	static const char *const before[] = {"old", NULL};
	char *said;

	for (size_t i = 0; i < COUNT_OF(before); i++) {
		(void)unlink("out");
		if (before[i] != NULL) {
			save("out", before[i]);
		}
		begin_depfile();
		tell_all(build, 2);
		cr_expect(eq(int, end(0, &said), 125), "%zu", i);
		cr_expect(gt(sz, strlen(said), 0), "%zu", i);
		trace_close(trace);
		trace = NULL;
		if (before[i] != NULL) {
			cr_expect(eq(str, text_of("out"), (char *)before[i]), "%zu", i);
		} else {
			cr_expect(eq(int, access("out", F_OK), -1), "%zu", i);
		}
	}
}

/* What it would not name might change, too. */
Test(trace, depfile_of_lost_facts)
{
	char *said;

	save("out", "old");
	begin_depfile();
	TELL_ALL(build);
	trace_lose(trace);
	cr_expect(eq(int, end(0, &said), 125));
	cr_expect(strncmp(said, "autoreload-run: ", 16) == 0, "%s", said);
	cr_expect(eq(str, text_of("out"), "old"));
}

Test(trace, cannot_be_opened)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {{"absent/out", ENOENT}, {".", EISDIR}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (int format = TRACE_TEXT; format <= TRACE_DEPFILE; format++) {
			settings.output = cases[i].path;
			settings.format = (enum trace_format)format;
			errno = 0;
			cr_expect(trace_open(&settings, &policy) == NULL, "%zu, %d", i, format);
			cr_expect(eq(int, errno, cases[i].error), "%zu, %d", i, format);
		}
	}
	trace_close(NULL);
}

/* The command's status is what counts, but for a trace that could not be written. */
Test(trace, full_disk)
{
	static const struct {
		int status, result;
	} cases[] = {{0, 125}, {1, 1}, {125, 125}, {137, 137}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *said;

		settings.output = "/dev/full";
		begin();
		TELL_ALL(some);
		cr_expect(eq(int, end(cases[i].status, &said), cases[i].result), "%zu", i);
		cr_expect(eq(str, said,
			     "autoreload-run: cannot write the trace to /dev/full: "
			     "No space left on device\n"),
			  "%zu", i);
	}
}

/* Said as soon as it is known, and not again in the end. */
Test(trace, full_disk_is_said_once)
{
	struct capture capture;
	char *said;
	bool all;

	settings.output = "/dev/full";
	begin();
	capture = capture_begin(STDERR_FILENO);
	TELL_ALL(some);
	all = trace_flush(trace);
	TELL_ALL(some);
	(void)trace_flush(trace);
	said = capture_end(&capture);
	cr_assert(all);
	cr_assert(eq(str, said,
		     "autoreload-run: cannot write the trace to /dev/full: "
		     "No space left on device\n"));
	cr_assert(eq(int, end(0, &said), 125));
	cr_assert(eq(str, said, ""));
}

/* Whoever has read it wants no more: nothing to complain about. */
Test(trace, reader_gone)
{
	struct capture capture;
	char *said;
	bool all;
	int reader;

	(void)signal(SIGPIPE, SIG_IGN);
	cr_assert(zero(int, mkfifo("out", 0600)));
	reader = open("out", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, reader, 0));
	begin();
	(void)close(reader);
	capture = capture_begin(STDERR_FILENO);
	TELL_ALL(some);
	all = trace_flush(trace);
	said = capture_end(&capture);
	cr_assert(all);
	cr_assert(eq(str, said, ""));
	cr_assert(not(trace_is_crowded(trace)));
	cr_assert(zero(int, end(0, &said)));
	cr_assert(eq(str, said, ""));
}

/* A reader that does not read: crowded, at some time; then all of it arrives. */
Test(trace, slow_reader)
{
	static char bytes[1 << 16];
	struct pollfd slot = {.events = POLLOUT};
	size_t told = 0, lines = 0;
	int reader;
	ssize_t size;

	cr_assert(zero(int, mkfifo("out", 0600)));
	reader = open("out", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, reader, 0));
	begin();
	slot.fd = trace_fd(trace);
	for (; !trace_is_crowded(trace) && told < 1000000; told++) {
		tell_all(&(struct telling){.kind = TRACE_REMOVE, .path = "a"}, 1);
	}
	cr_assert(trace_is_crowded(trace));
	cr_assert(not(trace_flush(trace)));
	cr_assert(zero(int, poll(&slot, 1, 0)), "there is no room");
	while ((size = read(reader, bytes, sizeof(bytes))) > 0 || !trace_flush(trace)) {
		for (ssize_t i = 0; i < size; i++) {
			lines += bytes[i] == '\n';
		}
	}
	cr_assert(not(trace_is_crowded(trace)));
	end_well();
	while ((size = read(reader, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			lines += bytes[i] == '\n';
		}
	}
	cr_assert(eq(sz, lines, told));
	(void)close(reader);
}

/* A signal asks to end, and nobody reads: it does not wait for that. */
Test(trace, asked_to_end)
{
	char *said;
	int reader;

	cr_assert(zero(int, mkfifo("out", 0600)));
	reader = open("out", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, reader, 0));
	begin();
	while (!trace_is_crowded(trace)) {
		tell_all(&(struct telling){.kind = TRACE_REMOVE, .path = "a"}, 1);
	}
	cr_assert(zero(int, kill(getpid(), SIGTERM)));
	(void)end(3, &said);
	(void)close(reader);
}

/* How many, or that there are some. */
Test(trace, lost)
{
	struct trace_fact fact = fact_of(TRACE_LOST, "");
	char *said;

	settings.wishes.kinds = 1u << TRACE_READ;
	fact.count = 12345;
	fact.time_ns = START_NS;
	begin();
	trace_tell(trace, &fact);
	cr_assert(zero(int, end(0, &said)));
	cr_expect(strstr(said, "12345") != NULL, "%s", said);
	cr_expect(strstr(written(), "12345") != NULL, "%s", written());
	begin();
	trace_lose(trace);
	trace_lose(trace);
	cr_assert(zero(int, end(0, &said)));
	cr_expect(strncmp(said, "autoreload-run: ", 16) == 0, "%s", said);
	cr_expect(eq(sz, strcspn(said, "\n") + 1, strlen(said)), "once: %s", said);
}

/* Nothing but errors is said with -q. */
Test(trace, quiet)
{
	char *said;

	message_set_verbosity(-1);
	settings.output = "/dev/full";
	begin();
	TELL_ALL(some);
	cr_expect(eq(int, end(0, &said), 125));
	cr_expect(strstr(said, "cannot write the trace") != NULL, "%s", said);
}
