/* SPDX-License-Identifier: MIT */
/* launcher/journal: what is told to the user, in words. */
#include "launcher/journal.h"

#include <signal.h>
#include <sys/wait.h>

#include "launcher/message.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"

static struct journal *journal;
static struct capture capture;

static void enter(void)
{
	journal = journal_open(NULL, "/srv/app", "./app\x1b.py");
	cr_assert(journal != NULL);
	message_set_verbosity(0);
}

static void leave(void)
{
	journal_close(journal);
}

TestSuite(journal_words, .init = enter, .fini = leave);

/* What the user reads, without the program's name in front. */
static void expect_said(const char *wanted, const char *when)
{
	char *said = capture_end(&capture);
	static const char prefix[] = "autoreload-run: ";

	if (wanted[0] == '\0') {
		cr_expect(eq(str, said, ""), "%s", when);
		return;
	}
	cr_expect(zero(int, strncmp(said, prefix, strlen(prefix))), "%s", when);
	cr_expect(eq(sz, strcspn(said, "\n"), strlen(said) - 1), "%s: one line", when);
	said[strlen(said) - 1] = '\0';
	cr_expect(eq(str, said + strlen(prefix), (char *)wanted), "%s", when);
}

Test(journal_words, changed)
{
	static const struct {
		const char *path;
		enum dependency_change change;
		const char *said;
	} cases[] = {
	    {"/srv/app/a.py", CHANGE_WRITTEN, "a.py changed, restarting"},
	    {"/srv/app/sub/a.py", CHANGE_REPLACED, "sub/a.py changed, restarting"},
	    {"/srv/app/a.py", CHANGE_TOUCHED, "a.py changed, restarting"},
	    {"/srv/app/.env", CHANGE_APPEARED, ".env appeared, restarting"},
	    /* many editors move the old file away first: that must not frighten anybody */
	    {"/srv/app/a.py", CHANGE_REMOVED, "a.py changed, restarting"},
	    {"/srv/application/a.py", CHANGE_WRITTEN, "/srv/application/a.py changed, restarting"},
	    /* a file name must not drive the terminal */
	    {"/srv/app/\x1b]0;x\x07\n.py", CHANGE_WRITTEN,
	     "\\x1b]0;x\\x07\\n.py changed, restarting"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		capture = capture_begin(STDERR_FILENO);
		journal_changed(journal, cases[i].path, cases[i].change, true);
		expect_said(cases[i].said, cases[i].path);
		/* The further ones of a burst are details. */
		capture = capture_begin(STDERR_FILENO);
		journal_changed(journal, cases[i].path, cases[i].change, false);
		expect_said("", cases[i].path);
	}
	message_set_verbosity(1);
	capture = capture_begin(STDERR_FILENO);
	journal_changed(journal, "/srv/app/b.py", CHANGE_WRITTEN, false);
	expect_said("b.py changed", "-v");
}

Test(journal_words, ended)
{
	capture = capture_begin(STDERR_FILENO);
	journal_ended(journal, &(struct ending_words){.wait_status = W_EXITCODE(3, 0)});
	expect_said("./app\\x1b.py exited with status 3, waiting for a change", "status");
	capture = capture_begin(STDERR_FILENO);
	journal_ended(journal, &(struct ending_words){.wait_status = W_EXITCODE(0, SIGSEGV)});
	expect_said("./app\\x1b.py was killed by SIGSEGV, waiting for a change", "signal");
	/* These are for tools alone. */
	message_set_verbosity(1);
	capture = capture_begin(STDERR_FILENO);
	journal_started(journal, 1, 4711, 0);
	journal_stopping(journal, 1, SIGTERM);
	journal_exited(journal, 1, 4711, 0);
	expect_said("", "for tools");
}

Test(journal_words, cannot_be_seen)
{
	capture = capture_begin(STDERR_FILENO);
	journal_unobserved(journal, 7, "/srv/app/server", "is statically linked");
	expect_said("", "for tools");
	capture = capture_begin(STDERR_FILENO);
	journal_say_unobserved(journal, "/srv/app/server", "is statically linked", false, false);
	expect_said("server is statically linked: the files that it opens cannot be seen",
		    "nothing is watched");
	capture = capture_begin(STDERR_FILENO);
	journal_say_unobserved(journal, "/srv/app/server", "is statically linked", true, false);
	expect_said("server is statically linked: the files that it opens cannot be seen; "
		    "name them with --watch PATH",
		    "unobserved");
	capture = capture_begin(STDERR_FILENO);
	journal_incomplete(journal);
	expect_said("not all files that were opened are known (reports were lost): until the next "
		    "restart, the project's folders in use are watched whole",
		    "incomplete");
}

/* With -v, every decision and its reason. */
Test(journal_words, watching)
{
	static const struct {
		enum dependency_reason reason;
		const char *said;
	} cases[] = {
	    {DEPENDENCY_READ, "m.py: read by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_STAT, "m.py: looked at by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_EXECUTED, "m.py: executed by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_CACHE,
	     "m.py: source of a cache read by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_MISSING, "m.py: not found by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_LISTED, "m.py: listed by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_LINK, "m.py: link followed by python3 (pid 812), 41 ms after start"},
	    {DEPENDENCY_WATCH, "m.py: named with --watch"},
	};

	journal_started(journal, 1, 812, 5000000000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dependency dependency = {
		    .path = (char *)"/srv/app/m.py",
		    .reason = cases[i].reason,
		    .pid = 812,
		    .time_ns = 5041999999,
		};

		message_set_verbosity(0);
		capture = capture_begin(STDERR_FILENO);
		journal_watching(journal, &dependency, "python3");
		expect_said("", "without -v");
		message_set_verbosity(1);
		capture = capture_begin(STDERR_FILENO);
		journal_watching(journal, &dependency, "python3");
		expect_said(cases[i].said, "with -v");
	}
}

/* A time before the start (of what is known beforehand), and a program that nobody has named. */
Test(journal_words, watching_from_the_start)
{
	struct dependency dependency = {
	    .path = (char *)"/lib/x", .reason = DEPENDENCY_READ, .pid = 1, .time_ns = 1};

	message_set_verbosity(1);
	journal_started(journal, 1, 812, 5000000000);
	capture = capture_begin(STDERR_FILENO);
	journal_watching(journal, &dependency, NULL);
	expect_said("/lib/x: read by ? (pid 1), 0 ms after start", "nobody");
	capture = capture_begin(STDERR_FILENO);
	journal_watching(journal, &dependency,
			 "a\x1b"
			 "b");
	expect_said("/lib/x: read by a\\x1bb (pid 1), 0 ms after start", "control characters");
}

Test(journal_words, output)
{
	capture = capture_begin(STDERR_FILENO);
	journal_output(journal, "/srv/app/log", true);
	expect_said("", "without -v");
	message_set_verbosity(1);
	capture = capture_begin(STDERR_FILENO);
	journal_output(journal, "/srv/app/tmp", false);
	expect_said("", "not used");
	capture = capture_begin(STDERR_FILENO);
	journal_output(journal, "/srv/app/log", true);
	expect_said("log: used and also written by the command, so its changes are ignored", "-v");
}
