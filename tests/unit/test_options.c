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

#define READ	  (1u << TRACE_READ)
#define WRITE	  (1u << TRACE_WRITE)
#define MISSING	  (1u << TRACE_MISSING)
#define ALL_WORDS "read,write,missing,stat,list,exec,load,rename,link,remove,mkdir"

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
	cr_assert(not(options.tracing));
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
	    {{"--bogus", "c"}, "unknown option '--bogus'"},
	    {{"--bogus=1", "c"}, "unknown option '--bogus=1'"},
	    {{"-x", "c"}, "unknown option '-x'"},
	    {{"-vx", "c"}, "unknown option '-x'"},
	    {{"-\xc3\xa9", "c"}, "unknown option '-\\xc3'"},
	    {{"--\x1b[2J", "c"}, "unknown option '--\\x1b[2J'"},
	    {{"-v", "--w\n", "c"}, "unknown option '--w\\n'"},
	    {{"--stop", "c"}, "ambiguous option '--stop'"},
	    {{"-v", "--s=1", "c"}, "ambiguous option '--s=1'"},
	    {{"--quiet=1", "c"}, "option '--quiet' takes no argument"},
	    {{"-w"}, "option '--watch' needs an argument"},
	    {{"--watch"}, "option '--watch' needs an argument"},
	    {{"--settle"}, "option '--settle' needs an argument"},
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
	    {{"--ext"}, "option '--ext' needs an argument"},
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

static const struct {
	const char *words[8];
	enum trace_format format;
	unsigned kinds;
	const char *output;
	bool relative, detailed, all;
	const char *why[3], *targets[3];
} traces[] = {
    {{"--trace", "c"}, TRACE_TEXT, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--trac", "c"}, TRACE_TEXT, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--trace", "--trace", "c"}, TRACE_TEXT, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--trace", "--format", "text", "c"},
     TRACE_TEXT,
     0,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "--format=json", "c"}, TRACE_JSON, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--format=nul", "--trace", "c"}, TRACE_NUL, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--trace", "--format=depfile", "c"},
     TRACE_DEPFILE,
     0,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "--format=json", "--format=nul", "c"},
     TRACE_NUL,
     0,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "-o", "f", "c"}, TRACE_TEXT, 0, "f", false, false, false, {NULL}, {NULL}},
    {{"--trace", "-of", "c"}, TRACE_TEXT, 0, "f", false, false, false, {NULL}, {NULL}},
    {{"--trace", "--output=a", "--output", "b", "c"},
     TRACE_TEXT,
     0,
     "b",
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "--relative", "c"}, TRACE_TEXT, 0, NULL, true, false, false, {NULL}, {NULL}},
    {{"--trace", "--all", "c"}, TRACE_TEXT, 0, NULL, false, false, true, {NULL}, {NULL}},
    {{"--trace", "-v", "c"}, TRACE_TEXT, 0, NULL, false, true, false, {NULL}, {NULL}},
    {{"--trace", "-vq", "c"}, TRACE_TEXT, 0, NULL, false, false, false, {NULL}, {NULL}},
    {{"--trace", "--only", "read", "c"},
     TRACE_TEXT,
     READ,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "--only=read,write", "c"},
     TRACE_TEXT,
     READ | WRITE,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--trace", "--only=read", "--only=write", "c"},
     TRACE_TEXT,
     READ | WRITE,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    /* both of them, and --trace by itself */
    {{"--missing", "c"}, TRACE_TEXT, MISSING, NULL, false, false, false, {NULL}, {NULL}},
    {{"--missing", "--only=read", "c"},
     TRACE_TEXT,
     MISSING | READ,
     NULL,
     false,
     false,
     false,
     {NULL},
     {NULL}},
    {{"--relative", "-o", "f", "--missing", "c"},
     TRACE_TEXT,
     MISSING,
     "f",
     true,
     false,
     false,
     {NULL},
     {NULL}},
    /* the system's files, too, and with the time and the parent */
    {{"--why", "a", "c"}, TRACE_TEXT, 0, NULL, false, true, true, {"a"}, {NULL}},
    {{"--why=a", "--why", "../b", "c"},
     TRACE_TEXT,
     0,
     NULL,
     false,
     true,
     true,
     {"a", "../b"},
     {NULL}},
    {{"--why=a", "-q", "--missing", "c"},
     TRACE_TEXT,
     MISSING,
     NULL,
     false,
     true,
     true,
     {"a"},
     {NULL}},
    {{"--why=a", "--format=json", "c"}, TRACE_JSON, 0, NULL, false, true, true, {"a"}, {NULL}},
    {{"--trace", "--format=depfile", "--depfile-target=a", "--depfile-target", "b c", "c"},
     TRACE_DEPFILE,
     0,
     NULL,
     false,
     false,
     false,
     {NULL},
     {"a", "b c"}},
    {{"--depfile-target=a", "--format=depfile", "--missing", "c"},
     TRACE_DEPFILE,
     MISSING,
     NULL,
     false,
     false,
     false,
     {NULL},
     {"a"}},
};

static void expect_words(const char *const *words, size_t count, const char *const *wanted,
			 size_t number)
{
	size_t i = 0;

	for (; wanted[i] != NULL; i++) {
		cr_assert(lt(sz, i, count), "%zu", number);
		cr_expect(eq(str, (char *)words[i], (char *)wanted[i]), "%zu", number);
	}
	cr_expect(eq(sz, count, i), "%zu", number);
}

Test(options, tracing)
{
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		const struct trace_settings *trace = &options.trace;

		cr_assert(eq(int, (int)parse(traces[i].words), OPTIONS_RUN), "%zu: %s", i, message);
		cr_expect(options.tracing, "%zu", i);
		cr_expect(eq(int, (int)options.supervisor.on_exit, ON_EXIT_LEAVE), "%zu", i);
		cr_expect(eq(int, options.supervisor.restart_status, -1), "%zu", i);
		cr_expect(eq(int, (int)trace->format, (int)traces[i].format), "%zu", i);
		cr_expect(eq(int, trace->wishes.hides_programs, trace->format == TRACE_DEPFILE),
			  "%zu", i);
		cr_expect(eq(u32, trace->wishes.kinds, traces[i].kinds), "%zu", i);
		cr_expect(eq(int, trace->relative, traces[i].relative), "%zu", i);
		cr_expect(eq(int, trace->detailed, traces[i].detailed), "%zu", i);
		cr_expect(eq(int, options.all, traces[i].all), "%zu", i);
		cr_expect(eq(int, trace->output != NULL, traces[i].output != NULL), "%zu", i);
		if (trace->output != NULL && traces[i].output != NULL) {
			cr_expect(eq(str, (char *)trace->output, (char *)traces[i].output), "%zu",
				  i);
		}
		cr_expect(trace->wishes.why == options.why && trace->targets == options.targets);
		expect_words(options.why, trace->wishes.why_count, traces[i].why, i);
		expect_words(options.targets, trace->target_count, traces[i].targets, i);
		options_free(&options);
	}
}

/* Options of both modes, in this one; and the command's own are not ours. */
Test(options, tracing_with_others)
{
	cr_assert(eq(int,
		     (int)PARSE("--trace", "-i", "*.log", "-e", "py", "--stop-signal=INT",
				"--stop-timeout=1s", "--keep-running", "--events=3", "c"),
		     OPTIONS_RUN),
		  "%s", message);
	cr_expect(options.tracing);
	cr_expect(eq(sz, options.ignore_count, 1));
	cr_expect(eq(sz, options.extension_count, 1));
	cr_expect(eq(int, options.stop_signal, SIGINT));
	cr_expect(eq(i64, options.supervisor.stop_timeout_ns, 1000000000));
	cr_expect(options.keep_running);
	cr_expect(eq(str, (char *)options.events, "3"));
	options_free(&options);
	cr_assert(eq(int, (int)PARSE("c", "--trace", "-o", "x"), OPTIONS_RUN));
	cr_expect(not(options.tracing));
	cr_expect(eq(int, (int)options.supervisor.on_exit, ON_EXIT_WAIT));
	options_free(&options);
	cr_assert(eq(int, (int)PARSE("--trace", "c", "-w", "x", "--content"), OPTIONS_RUN));
	cr_expect(options.tracing);
	options_free(&options);
	cr_assert(eq(int, (int)PARSE("--trace", "--help", "-w", "x"), OPTIONS_HELP));
	options_free(&options);
}

static const struct {
	const char *words[8];
	const char *problem;
} wrong_traces[] = {
    /* an option of the other mode, wherever it stands */
    {{"--trace", "-w", "x", "c"}, "option '--watch' has no meaning with --trace"},
    {{"-w", "x", "--trace", "c"}, "option '--watch' has no meaning with --trace"},
    {{"--trace", "--content", "c"}, "option '--content' has no meaning with --trace"},
    {{"--trace", "--poll", "c"}, "option '--poll' has no meaning with --trace"},
    {{"--trace", "--poll=2s", "c"}, "option '--poll' has no meaning with --trace"},
    {{"--trace", "--settle=1s", "c"}, "option '--settle' has no meaning with --trace"},
    {{"--trace", "--on-exit=wait", "c"}, "option '--on-exit' has no meaning with --trace"},
    {{"--trace", "--restart-code=3", "c"}, "option '--restart-code' has no meaning with --trace"},
    {{"--trace", "-p", "c"}, "option '--postpone' has no meaning with --trace"},
    {{"--trace", "-c", "c"}, "option '--clear' has no meaning with --trace"},
    {{"--missing", "-c", "c"}, "option '--clear' has no meaning with --trace"},
    {{"--why=a", "-p", "c"}, "option '--postpone' has no meaning with --trace"},
    {{"--trace", "-c", "-p", "c"}, "option '--clear' has no meaning with --trace"},
    {{"-o", "f", "c"}, "option '--output' needs --trace"},
    {{"--format=json", "c"}, "option '--format' needs --trace"},
    {{"--format=text", "c"}, "option '--format' needs --trace"},
    {{"--only=read", "c"}, "option '--only' needs --trace"},
    {{"--relative", "c"}, "option '--relative' needs --trace"},
    {{"--depfile-target=x", "c"}, "option '--depfile-target' needs --trace"},
    {{"--relative", "-o", "f", "c"}, "option '--relative' needs --trace"},
    {{"--trace", "--depfile-target=x", "c"}, "option '--depfile-target' needs --format depfile"},
    {{"--trace", "--depfile-target=x", "--format=json", "c"},
     "option '--depfile-target' needs --format depfile"},
    {{"--trace", "--format=xml", "c"}, "--format: 'xml' is none of text, json, nul and depfile"},
    {{"--trace", "--format=JSON", "c"}, "--format: 'JSON' is none of text, json, nul and depfile"},
    {{"--trace", "--format=j", "c"}, "--format: 'j' is none of text, json, nul and depfile"},
    {{"--trace", "--only=reads", "c"}, "--only: 'reads' is no list of facts (" ALL_WORDS ")"},
    {{"--trace", "--only=read,,", "c"}, "--only: 'read,,' is no list of facts (" ALL_WORDS ")"},
    {{"--trace", "--only=lost", "c"}, "--only: 'lost' is no list of facts (" ALL_WORDS ")"},
    {{"--trace", "--format=", "c"}, "option '--format' needs an argument that is not empty"},
    {{"--trace", "--only=", "c"}, "option '--only' needs an argument that is not empty"},
    {{"--why=", "c"}, "option '--why' needs an argument that is not empty"},
    {{"--trace", "-o", "", "c"}, "option '--output' needs an argument that is not empty"},
    {{"--trace", "--format=depfile", "--depfile-target=", "c"},
     "option '--depfile-target' needs an argument that is not empty"},
    {{"--trace=1", "c"}, "option '--trace' takes no argument"},
    {{"--missing=x", "c"}, "option '--missing' takes no argument"},
    {{"--relative=x", "c"}, "option '--relative' takes no argument"},
    {{"--why"}, "option '--why' needs an argument"},
    {{"--trace", "-o"}, "option '--output' needs an argument"},
    {{"--trace"}, "no command given (write: autoreload-run [options] <command> [argument...])"},
};

Test(options, tracing_misuse)
{
	for (size_t i = 0; i < sizeof(wrong_traces) / sizeof(wrong_traces[0]); i++) {
		cr_expect(eq(int, (int)parse(wrong_traces[i].words), OPTIONS_MISUSE), "%zu", i);
		cr_expect(eq(str, message, (char *)wrong_traces[i].problem), "%zu", i);
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
