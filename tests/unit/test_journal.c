/* SPDX-License-Identifier: MIT */
/* launcher/journal: what is told to tools, as JSON Lines. */
#include "launcher/journal.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "launcher/message.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"

static struct journal *journal;

static void enter(void)
{
	scratch_enter();
	message_set_verbosity(-1);
}

TestSuite(journal, .init = enter, .fini = scratch_leave, .timeout = 60);

static void open_journal(const char *file)
{
	journal = journal_open(file, directory, "./app.py");
	cr_assert(journal != NULL, "%s", strerror(errno));
}

/* The whole file, with T for each time, which must be a number that never falls. */
static const char *lines_of(const char *file)
{
	static char text[65536], out[65536];
	FILE *stream = fopen(file, "re");
	double last = 0;
	const char *at = text;

	cr_assert(stream != NULL);
	text[fread(text, 1, sizeof(text) - 1, stream)] = '\0';
	(void)fclose(stream);
	out[0] = '\0';
	for (const char *time; (time = strstr(at, "\"time\":")) != NULL;) {
		char *end;
		double now = strtod(time + 7, &end);

		cr_assert(now >= last && now > 0, "%s", time);
		last = now;
		strncat(out, at, (size_t)(time + 7 - at));
		strcat(out, "T");
		at = end;
	}
	return strcat(out, at);
}

static struct dependency used(const char *file, enum dependency_reason reason)
{
	return (struct dependency){.path = (char *)file, .reason = reason, .pid = 12};
}

/* Every event, its keys in this order, one object a line, no blanks. */
Test(journal, events)
{
	struct dependency read = used("/a/b.py", DEPENDENCY_READ);
	struct dependency missing = used("/a/.env", DEPENDENCY_MISSING);

	open_journal("events");
	journal_started(journal, 2, 4711, 0);
	journal_watching(journal, &read, "python3");
	journal_watching(journal, &missing, NULL);
	journal_output(journal, "/a/log", true);
	journal_output(journal, "/a/tmp", false);
	journal_changed(journal, "/a/b.py", CHANGE_REPLACED, true);
	journal_stopping(journal, 2, SIGTERM);
	journal_exited(journal, 2, 4711, W_EXITCODE(0, SIGKILL));
	journal_exited(journal, 3, 4712, W_EXITCODE(255, 0));
	journal_ended(journal, &(struct ending_words){.wait_status = W_EXITCODE(3, 0)});
	journal_unobserved(journal, 99, "/bin/go", "is statically linked");
	journal_lost(journal, 1ull << 40);
	journal_incomplete(journal);
	journal_close(journal);
	cr_assert(eq(
	    str, (char *)lines_of("events"),
	    "{\"event\":\"started\",\"time\":T,\"generation\":2,\"pid\":4711}\n"
	    "{\"event\":\"watching\",\"time\":T,\"path\":\"/a/b.py\",\"reason\":\"read\","
	    "\"pid\":12,\"program\":\"python3\"}\n"
	    "{\"event\":\"watching\",\"time\":T,\"path\":\"/a/.env\",\"reason\":\"missing\","
	    "\"pid\":12,\"program\":null}\n"
	    "{\"event\":\"output\",\"time\":T,\"path\":\"/a/log\"}\n"
	    "{\"event\":\"output\",\"time\":T,\"path\":\"/a/tmp\"}\n"
	    "{\"event\":\"changed\",\"time\":T,\"path\":\"/a/b.py\",\"reason\":\"replaced\"}\n"
	    "{\"event\":\"stopping\",\"time\":T,\"generation\":2,\"signal\":\"SIGTERM\"}\n"
	    "{\"event\":\"exited\",\"time\":T,\"generation\":2,\"pid\":4711,\"signal\":\"SIGKILL\"}"
	    "\n"
	    "{\"event\":\"exited\",\"time\":T,\"generation\":3,\"pid\":4712,\"status\":255}\n"
	    "{\"event\":\"waiting\",\"time\":T}\n"
	    "{\"event\":\"unobserved\",\"time\":T,\"pid\":99,\"exe\":\"/bin/go\","
	    "\"reason\":\"is statically linked\"}\n"
	    "{\"event\":\"lost\",\"time\":T,\"count\":1099511627776}\n"
	    "{\"event\":\"incomplete\",\"time\":T}\n"));
}

/* Paths that JSON has no string for arrive as bytes; others as they are. */
Test(journal, paths)
{
	static const struct {
		const char *given, *json;
	} cases[] = {
	    {"/a b/\"c\"\\", "\"/a b/\\\"c\\\"\\\\\""},
	    {"/a\nb\tc", "\"/a\\nb\\tc\""},
	    {"/\x01\x10[31m\x7f", "\"/\\u0001\\u0010[31m\x7f\""},
	    {"/caf\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x90\x8d",
	     "\"/caf\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x90\x8d\""},
	    /* Latin-1, a lone continuation, an overlong slash, a surrogate, beyond the last */
	    {"/caf\xe9", "{\"bytes\":\"L2NhZuk=\"}"},
	    {"/\x80", "{\"bytes\":\"L4A=\"}"},
	    {"/\xc0\xaf", "{\"bytes\":\"L8Cv\"}"},
	    {"/\xed\xa0\x80x", "{\"bytes\":\"L+2ggHg=\"}"},
	    {"/\xf4\x90\x80\x80", "{\"bytes\":\"L/SQgIA=\"}"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dependency dependency = used(cases[i].given, DEPENDENCY_STAT);
		char wanted[1024];

		(void)unlink("events");
		open_journal("events");
		journal_changed(journal, cases[i].given, CHANGE_WRITTEN, false);
		journal_watching(journal, &dependency, cases[i].given);
		journal_unobserved(journal, 1, cases[i].given, "x");
		journal_close(journal);
		(void)snprintf(wanted, sizeof(wanted),
			       "{\"event\":\"changed\",\"time\":T,\"path\":%s,"
			       "\"reason\":\"written\"}\n"
			       "{\"event\":\"watching\",\"time\":T,\"path\":%s,\"reason\":\"stat\","
			       "\"pid\":12,\"program\":%s}\n"
			       "{\"event\":\"unobserved\",\"time\":T,\"pid\":1,\"exe\":%s,"
			       "\"reason\":\"x\"}\n",
			       cases[i].json, cases[i].json, cases[i].json, cases[i].json);
		cr_expect(eq(str, (char *)lines_of("events"), wanted), "%zu", i);
	}
}

/* A file is appended to, and made if need be. */
Test(journal, file)
{
	save("events", "{\"before\":1}\n");
	open_journal("events");
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
	open_journal("events");
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
	cr_assert(eq(str, (char *)lines_of("events"),
		     "{\"before\":1}\n{\"event\":\"waiting\",\"time\":T}\n"
		     "{\"event\":\"waiting\",\"time\":T}\n"));
	/* A name that only begins like a number. */
	open_journal("3.jsonl");
	journal_close(journal);
	cr_assert(zero(int, access("3.jsonl", F_OK)));
	errno = 0;
	cr_assert(journal_open("absent/events", directory, "app") == NULL);
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(journal_open(directory, directory, "app") == NULL);
	cr_assert(eq(int, errno, EISDIR));
	journal_close(NULL);
}

/* A descriptor that we were given: the command must not get it, too. */
Test(journal, descriptor)
{
	char number[16];
	int fd = open("events", O_WRONLY | O_CREAT, 0644);

	cr_assert(fd >= 0);
	(void)snprintf(number, sizeof(number), "%d", fd);
	open_journal(number);
	cr_assert(eq(int, fcntl(fd, F_GETFD), FD_CLOEXEC));
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
	cr_assert(eq(str, (char *)lines_of("events"), "{\"event\":\"waiting\",\"time\":T}\n"));
	errno = 0;
	cr_assert(journal_open(number, directory, "app") == NULL, "it is closed by now");
	cr_assert(eq(int, errno, EBADF));
	/* Nobody wants events. */
	journal = journal_open(NULL, directory, "app");
	cr_assert(journal != NULL);
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
}

/* A reader that is slower than we are: we do not wait, and no line is cut or lost. */
Test(journal, slow_reader)
{
	char number[16];
	int ends[2], told[2], status;
	pid_t reader;

	cr_assert(zero(int, pipe2(told, O_CLOEXEC)));
	cr_assert(zero(int, pipe2(ends, 0)));
	cr_assert(gt(int, fcntl(ends[1], F_SETPIPE_SZ, 4096), 0));
	(void)snprintf(number, sizeof(number), "%d", ends[1]);
	reader = fork();
	if (reader == 0) {
		FILE *stream = fdopen(ends[0], "r");
		char line[256];
		int count = 0;

		(void)close(ends[1]);
		/* Not before all of it has been told. */
		(void)!read(told[0], &count, 1);
		count = 0;
		while (fgets(line, sizeof(line), stream) != NULL) {
			count += strncmp(line, "{\"event\":\"changed\"", 18) == 0 &&
				 strcmp(line + strlen(line) - 2, "}\n") == 0;
		}
		_exit(count == 3000 ? 0 : 1);
	}
	(void)close(ends[0]);
	open_journal(number);
	for (int i = 0; i < 3000; i++) {
		journal_changed(journal, "/some/path/that/is/long/enough", CHANGE_WRITTEN, true);
	}
	cr_assert(not(journal_flush(journal)));
	cr_assert(eq(i64, write(told[1], "", 1), 1));
	journal_close(journal);
	cr_assert(eq(int, waitpid(reader, &status, 0), reader));
	cr_assert(zero(int, status));
}

/* A reader that has gone is no trouble; a full disk is said, once. Then it goes on without. */
Test(journal, reader_gone)
{
	char number[16];
	struct capture capture = capture_begin(STDERR_FILENO);
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN);
	cr_assert(pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0);
	(void)snprintf(number, sizeof(number), "%d", ends[1]);
	open_journal(number);
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
	open_journal("/dev/full");
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_ended(journal, &(struct ending_words){.wait_status = 0});
	journal_close(journal);
	cr_assert(eq(str, capture_end(&capture),
		     "autoreload-run: cannot write to --events: No space left on device; "
		     "no more are written\n"));
}
