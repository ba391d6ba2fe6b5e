/* SPDX-License-Identifier: MIT */
/* launcher/options: the command line, from argv to a struct. */
#include "launcher/options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORDS_MAX = 16,
};

static struct options options;
static char message[256];

static enum options_result parse(const char *const *words)
{
	/* getopt(3) wants to be able to write; copies show that it does not matter here. */
	static char storage[WORDS_MAX][64];
	static char *argv[WORDS_MAX + 1];
	int argc = 0;

	message[0] = '\0';
	strcpy(storage[argc++], "autoreload-run");
	for (; *words != NULL; words++) {
		cr_assert(argc < WORDS_MAX && strlen(*words) < sizeof(storage[0]));
		strcpy(storage[argc++], *words);
	}
	for (int i = 0; i < argc; i++) {
		argv[i] = storage[i];
	}
	argv[argc] = NULL;
	return options_parse(argc, argv, &options, message, sizeof(message));
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

Test(options, defaults)
{
	cr_assert(eq(int, (int)PARSE("python3", "app.py"), OPTIONS_RUN));
	cr_assert(eq(str, options.command[0], "python3"));
	cr_assert(eq(str, options.command[1], "app.py"));
	cr_assert(options.command[2] == NULL);
	cr_assert(zero(sz, options.watch_count));
	cr_assert(zero(sz, options.ignore_count));
	cr_assert(zero(sz, options.extension_count));
	cr_assert(not(options.all));
	cr_assert(not(options.by_content));
	cr_assert(eq(i64, options.poll_ns, -1));
	cr_assert(eq(i64, options.supervisor.settle_ns, -1));
	cr_assert(eq(int, options.stop_signal, SIGTERM));
	cr_assert(eq(i64, options.supervisor.stop_timeout_ns, INT64_C(5000000000)));
	cr_assert(options.events == NULL);
	cr_assert(zero(int, options.verbosity));
	options_free(&options);
}

Test(options, all_of_them)
{
	cr_assert(eq(int,
		     (int)PARSE("-w", "a", "--watch=b", "--watch", "c", "-id", "--ignore", "*.log",
				"--settle=20ms", "--stop-signal=int", "-q"),
		     OPTIONS_MISUSE));
	options_free(&options);
	cr_assert(eq(int,
		     (int)PARSE("-w", "a", "--watch=b", "-wc", "-id", "--ignore", "*.log",
				"--settle=20ms", "--stop-signal=int", "--events", "3", "-v", "cmd"),
		     OPTIONS_RUN),
		  "%s", message);
	cr_assert(eq(sz, options.watch_count, 3));
	cr_assert(eq(str, (char *)options.watch[0], "a"));
	cr_assert(eq(str, (char *)options.watch[1], "b"));
	cr_assert(eq(str, (char *)options.watch[2], "c"));
	cr_assert(eq(sz, options.ignore_count, 2));
	cr_assert(eq(str, (char *)options.ignore[0], "d"));
	cr_assert(eq(str, (char *)options.ignore[1], "*.log"));
	cr_assert(eq(i64, options.supervisor.settle_ns, 20000000));
	cr_assert(eq(int, options.stop_signal, SIGINT));
	cr_assert(eq(str, (char *)options.events, "3"));
	cr_assert(eq(int, options.verbosity, 1));
	cr_assert(eq(str, options.command[0], "cmd"));
	options_free(&options);
	cr_assert(options.watch == NULL && options.watch_count == 0);
}

/* How the command is supervised. */
Test(options, supervision)
{
	static const struct {
		const char *words[8];
		enum supervisor_on_exit on_exit;
		int restart_status;
		bool postpone, keep_running;
		unsigned clear;
	} cases[] = {
	    {{"c"}, ON_EXIT_WAIT, -1, false, false, 0},
	    {{"--on-exit=stop", "c"}, ON_EXIT_STOP, -1, false, false, 0},
	    {{"--on-exit", "restart", "c"}, ON_EXIT_RESTART, -1, false, false, 0},
	    {{"--on-exit=stop", "--on-exit=wait", "c"}, ON_EXIT_WAIT, -1, false, false, 0},
	    {{"--restart-code", "3", "c"}, ON_EXIT_WAIT, 3, false, false, 0},
	    {{"--restart-code=0", "c"}, ON_EXIT_WAIT, 0, false, false, 0},
	    {{"--restart-code=255", "c"}, ON_EXIT_WAIT, 255, false, false, 0},
	    {{"-p", "c"}, ON_EXIT_WAIT, -1, true, false, 0},
	    {{"--postpone", "--keep-running", "c"}, ON_EXIT_WAIT, -1, true, true, 0},
	    {{"-c", "c"}, ON_EXIT_WAIT, -1, false, false, 1},
	    {{"-cc", "c"}, ON_EXIT_WAIT, -1, false, false, 2},
	    {{"--clear", "-pc", "c"}, ON_EXIT_WAIT, -1, true, false, 2},
	};
	static const struct {
		const char *words[4];
		const char *problem;
	} wrong[] = {
	    {{"--on-exit=exit", "c"}, "--on-exit: 'exit' is none of wait, stop and restart"},
	    {{"--on-exit=", "c"}, "option '--on-exit' needs an argument that is not empty"},
	    {{"--restart-code=256", "c"}, "--restart-code: '256' is no exit status (0 to 255)"},
	    {{"--restart-code=-1", "c"}, "--restart-code: '-1' is no exit status (0 to 255)"},
	    {{"--restart-code=3x", "c"}, "--restart-code: '3x' is no exit status (0 to 255)"},
	    {{"--restart-code=99999999999999999999", "c"},
	     "--restart-code: '99999999999999999999' is no exit status (0 to 255)"},
	    {{"--postpone=1", "c"}, "option '--postpone' takes no argument"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, (int)parse(cases[i].words), OPTIONS_RUN), "%zu: %s", i, message);
		cr_expect(eq(int, (int)options.supervisor.on_exit, (int)cases[i].on_exit), "%zu",
			  i);
		cr_expect(eq(int, options.supervisor.restart_status, cases[i].restart_status),
			  "%zu", i);
		cr_expect(eq(int, options.supervisor.postpone, cases[i].postpone), "%zu", i);
		cr_expect(eq(int, options.keep_running, cases[i].keep_running), "%zu", i);
		cr_expect(eq(u32, options.clear, cases[i].clear), "%zu", i);
		options_free(&options);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cr_expect(eq(int, (int)parse(wrong[i].words), OPTIONS_MISUSE), "%zu", i);
		cr_expect(eq(str, message, (char *)wrong[i].problem), "%zu", i);
		options_free(&options);
	}
}

/* What counts as a change, and how it is heard of. */
Test(options, what_counts)
{
	static const struct {
		const char *words[8];
		bool all, by_content;
		int64_t poll_ns;
		const char *extensions[3];
	} cases[] = {
	    {{"--all", "c"}, true, false, -1, {NULL}},
	    {{"--content", "c"}, false, true, -1, {NULL}},
	    {{"--poll", "c"}, false, false, 1000000000, {NULL}},
	    {{"--poll=250ms", "c"}, false, false, 250000000, {NULL}},
	    {{"--poll=10ms", "c"}, false, false, 10000000, {NULL}},
	    {{"--poll=3", "--poll", "c"}, false, false, 1000000000, {NULL}},
	    {{"--poll", "--poll=3", "c"}, false, false, 3000000000, {NULL}},
	    /* its argument is optional: the next word is the command */
	    {{"--poll", "2s"}, false, false, 1000000000, {NULL}},
	    {{"-e", "py,html", "c"}, false, false, -1, {"py,html"}},
	    {{"-e.py", "c"}, false, false, -1, {".py"}},
	    {{"--ext=*.py", "--ext", "c", "c"}, false, false, -1, {"*.py", "c"}},
	    {{"--ext", ".d.ts", "-e", "js", "c"}, false, false, -1, {".d.ts", "js"}},
	    {{"--con", "--pol=1m", "-ex", "--al", "c"}, true, true, 60000000000, {"x"}},
	    {{"c", "--all", "--content", "--poll", "-ex"}, false, false, -1, {NULL}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;

		cr_expect(eq(int, (int)parse(cases[i].words), OPTIONS_RUN), "%zu: %s", i, message);
		cr_expect(eq(int, options.all, cases[i].all), "%zu", i);
		cr_expect(eq(int, options.by_content, cases[i].by_content), "%zu", i);
		cr_expect(eq(i64, options.poll_ns, cases[i].poll_ns), "%zu", i);
		for (; cases[i].extensions[count] != NULL; count++) {
			cr_assert(lt(sz, count, options.extension_count), "%zu", i);
			cr_expect(eq(str, (char *)options.extensions[count],
				     (char *)cases[i].extensions[count]),
				  "%zu", i);
		}
		cr_expect(eq(sz, options.extension_count, count), "%zu", i);
		options_free(&options);
		cr_expect(zero(sz, options.extension_count));
	}
}

Test(options, zero_durations)
{
	cr_assert(eq(int, (int)PARSE("--settle", "0", "--stop-timeout", "0ms", "c"), OPTIONS_RUN));
	cr_assert(zero(i64, options.supervisor.settle_ns));
	cr_assert(zero(i64, options.supervisor.stop_timeout_ns));
	options_free(&options);
}

Test(options, the_last_verbosity_counts)
{
	cr_assert(eq(int, (int)PARSE("-v", "-q", "c"), OPTIONS_RUN));
	cr_assert(eq(int, options.verbosity, -1));
	options_free(&options);
	cr_assert(eq(int, (int)PARSE("-qv", "c"), OPTIONS_RUN));
	cr_assert(eq(int, options.verbosity, 1));
	options_free(&options);
}

/* Where our options end and the command begins. */
Test(options, command)
{
	static const struct {
		const char *words[8];
		const char *command;
		size_t count;
	} cases[] = {
	    {{"ls", "-v", "--help"}, "ls", 3},
	    {{"-v", "ls", "-w"}, "ls", 2},
	    {{"--", "ls", "-v"}, "ls", 2},
	    {{"--", "-v"}, "-v", 1},
	    {{"-v", "--", "--", "x"}, "--", 2},
	    {{"-", "x"}, "-", 2},
	    {{"ls", "--", "x"}, "ls", 3},
	    {{"-w", "--", "ls"}, "ls", 1},
	    {{"ls", ""}, "ls", 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;

		cr_assert(eq(int, (int)parse(cases[i].words), OPTIONS_RUN), "%zu: %s", i, message);
		cr_expect(eq(str, options.command[0], (char *)cases[i].command), "%zu", i);
		while (options.command[count] != NULL) {
			count++;
		}
		cr_expect(eq(sz, count, cases[i].count), "%zu", i);
		options_free(&options);
	}
}

Test(options, help_and_version_come_first)
{
	static const struct {
		const char *words[8];
		enum options_result result;
	} cases[] = {
	    {{"-h"}, OPTIONS_HELP},
	    {{"--help"}, OPTIONS_HELP},
	    {{"-V"}, OPTIONS_VERSION},
	    {{"--version"}, OPTIONS_VERSION},
	    {{"--help", "--bogus"}, OPTIONS_HELP},
	    {{"-vh"}, OPTIONS_HELP},
	    {{"-V", "cmd"}, OPTIONS_VERSION},
	    {{"--vers"}, OPTIONS_VERSION},
	    {{"--bogus", "--help"}, OPTIONS_MISUSE},
	    {{"cmd", "--help"}, OPTIONS_RUN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, (int)parse(cases[i].words), (int)cases[i].result), "%zu", i);
		options_free(&options);
	}
}

Test(options, misuse)
{
	static const struct {
		const char *words[8];
		const char *message;
	} cases[] = {
	    {{NULL}, "no command given (write: autoreload-run [options] <command> [argument...])"},
	    {{"--"}, "no command given (write: autoreload-run [options] <command> [argument...])"},
	    {{"-v"}, "no command given (write: autoreload-run [options] <command> [argument...])"},
	    {{""},
	     "the command '' is an empty word (write: autoreload-run [options] <command> "
	     "[argument...])"},
	    {{"--bogus", "c"}, "unknown option '--bogus' (--help lists them)"},
	    {{"--bogus=1", "c"}, "unknown option '--bogus=1' (--help lists them)"},
	    {{"-x", "c"}, "unknown option '-x' (--help lists them)"},
	    {{"-vx", "c"}, "unknown option '-x' (--help lists them)"},
	    {{"-\xc3\xa9", "c"}, "unknown option '-\\xc3' (--help lists them)"},
	    {{"--\x1b[2J", "c"}, "unknown option '--\\x1b[2J' (--help lists them)"},
	    {{"-v", "--w\n", "c"}, "unknown option '--w\\n' (--help lists them)"},
	    {{"--stop", "c"}, "ambiguous option '--stop' (--help lists them)"},
	    {{"-v", "--s=1", "c"}, "ambiguous option '--s=1' (--help lists them)"},
	    {{"--quiet=1", "c"}, "option '--quiet' takes no argument"},
	    {{"-w"}, "option '--watch' needs an argument (--help shows which)"},
	    {{"--watch"}, "option '--watch' needs an argument (--help shows which)"},
	    {{"--settle"}, "option '--settle' needs an argument (--help shows which)"},
	    {{"--watch=", "c"}, "option '--watch' needs an argument that is not empty"},
	    {{"-i", "", "c"}, "option '--ignore' needs an argument that is not empty"},
	    {{"--events", "", "c"}, "option '--events' needs an argument that is not empty"},
	    {{"--settle", "5x", "c"},
	     "--settle: '5x' is not a duration (write 250ms, 2s, 1.5s or 1m)"},
	    {{"--stop-timeout", "-1s", "c"},
	     "--stop-timeout: '-1s' is not a duration (write 250ms, 2s, 1.5s or 1m)"},
	    {{"--stop-signal", "FOO", "c"},
	     "--stop-signal: 'FOO' is not a signal (write TERM, SIGTERM or 15)"},
	    {{"--all=1", "c"}, "option '--all' takes no argument"},
	    {{"--content=no", "c"}, "option '--content' takes no argument"},
	    {{"--ext"}, "option '--ext' needs an argument (--help shows which)"},
	    {{"-e", "", "c"}, "option '--ext' needs an argument that is not empty"},
	    {{"-e", ",. ;*", "c"},
	     "--ext: ',. ;*' is no list of file name extensions (write py,html)"},
	    {{"-e", "src/*.py", "c"},
	     "--ext: 'src/*.py' is no list of file name extensions (write py,html)"},
	    {{"--poll=", "c"}, "option '--poll' needs an argument that is not empty"},
	    {{"--poll=often", "c"},
	     "--poll: 'often' is not a duration (write 250ms, 2s, 1.5s or 1m)"},
	    {{"--poll=9ms", "c"}, "--poll: '9ms' is too often (10ms at least)"},
	    {{"--poll=0", "c"}, "--poll: '0' is too often (10ms at least)"},
	    {{"--stop-signal=0", "c"},
	     "--stop-signal: '0' is not a signal (write TERM, SIGTERM or 15)"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, (int)parse(cases[i].words), OPTIONS_MISUSE), "%zu", i);
		cr_expect(eq(str, message, (char *)cases[i].message), "%zu", i);
		options_free(&options);
	}
}

Test(options, a_short_message_buffer)
{
	char word[] = "--bogus", program[] = "x";
	char *argv[] = {program, word, NULL};
	char small[] = "xxxxxxxxxx";

	cr_assert(eq(int, (int)options_parse(2, argv, &options, small, 8), OPTIONS_MISUSE));
	cr_assert(eq(str, small, "unknown"));
	options_free(&options);
}

Test(options, no_argv_at_all)
{
	char *argv[] = {NULL};

	cr_assert(eq(int, (int)options_parse(0, argv, &options, message, sizeof(message)),
		     OPTIONS_MISUSE));
	options_free(&options);
}

/* The help says everything that is understood, in lines that fit a terminal. */
Test(options, usage)
{
	static const char *const words[] = {"-w, --watch <path>",
					    "-i, --ignore <glob>",
					    "-e, --ext <list>",
					    "    --all ",
					    "    --content ",
					    "    --poll[=<duration>]",
					    "    --settle <duration>",
					    "    --stop-signal <signal>",
					    "    --stop-timeout <duration>",
					    "    --events <fd|file>",
					    "    --trace ",
					    "    --format <format>",
					    "-o, --output <file>",
					    "    --only <facts>",
					    "    --missing ",
					    "    --why <path>",
					    "    --relative ",
					    "    --depfile-target <name>",
					    "-q, --quiet",
					    "-v, --verbose",
					    "-h, --help",
					    "-V, --version"};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	cr_assert(stream != NULL);
	options_usage(stream);
	cr_assert(zero(int, fclose(stream)));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		cr_expect(strstr(text, words[i]) != NULL, "%s", words[i]);
	}
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		cr_expect(le(sz, strcspn(line, "\n"), 80), "%.20s", line);
	}
	free(text);
}
