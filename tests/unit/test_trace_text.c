/* SPDX-License-Identifier: MIT */
/* launcher/trace_text: a fact as a line for people. */
#include "launcher/trace_text.h"

#include "tests/unit/told.h"

TestSuite(trace_text, .init = scratch_enter, .fini = scratch_leave);

static const char *line_of(const struct trace_fact *fact, bool detailed)
{
	struct trace_output *output = output_to("out");

	trace_text_tell(output, fact, detailed);
	output_end(output);
	return text_of("out");
}

static const struct {
	enum trace_kind kind;
	const char *path, *to;
	enum trace_how how;
	int error;
	const char *line;
} lines[] = {
    {TRACE_READ, "/srv/a.py", NULL, TRACE_PLAINLY, 0, "read    /srv/a.py  python3[4711]\n"},
    {TRACE_WRITE, "/a", NULL, TRACE_APPENDED, 0, "write   /a (appended)  python3[4711]\n"},
    {TRACE_WRITE, "/a", NULL, TRACE_CREATED, 0, "write   /a (created)  python3[4711]\n"},
    {TRACE_WRITE, "/a", NULL, TRACE_PLAINLY, EROFS,
     "write   /a: Read-only file system  python3[4711]\n"},
    {TRACE_MISSING, "/a/.env", NULL, TRACE_PLAINLY, 0, "missing /a/.env  python3[4711]\n"},
    {TRACE_MISSING, "/a/.env", NULL, TRACE_PLAINLY, ENOTDIR,
     "missing /a/.env: Not a directory  python3[4711]\n"},
    {TRACE_MISSING, "nonesuch", NULL, TRACE_PATH, 0, "missing nonesuch (PATH)  python3[4711]\n"},
    {TRACE_STAT, "/a", NULL, TRACE_READLINK, 0, "stat    /a (readlink)  python3[4711]\n"},
    {TRACE_STAT, "/a", NULL, TRACE_RESOLVED, EACCES,
     "stat    /a (resolved): Permission denied  python3[4711]\n"},
    {TRACE_LIST, ".", NULL, TRACE_PLAINLY, 0, "list    .  python3[4711]\n"},
    {TRACE_LOAD, "/a.so", NULL, TRACE_PLAINLY, 0, "load    /a.so  python3[4711]\n"},
    {TRACE_RENAME, "/a.tmp", "/a", TRACE_PLAINLY, 0, "rename  /a.tmp -> /a  python3[4711]\n"},
    {TRACE_RENAME, "/a", "/mnt/a", TRACE_PLAINLY, EXDEV,
     "rename  /a -> /mnt/a: Invalid cross-device link  python3[4711]\n"},
    {TRACE_LINK, "/now", "releases/7", TRACE_PLAINLY, 0,
     "link    /now -> releases/7  python3[4711]\n"},
    {TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, 0, "remove  /a  python3[4711]\n"},
    {TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, EEXIST, "mkdir   /a: File exists  python3[4711]\n"},
    {TRACE_EXEC, "/bin/sh", NULL, TRACE_INTERPRETER, 0,
     "exec    /bin/sh (interpreter)  python3[4711]\n"},
    /* a line stays a line, and a terminal what it is */
    {TRACE_READ, "/a b\n\t\x1b[31m\\n", NULL, TRACE_PLAINLY, 0,
     "read    /a b\\n\\t\\x1b[31m\\\\n  python3[4711]\n"},
    {TRACE_READ, "/caf\xc3\xa9 caf\xe9", NULL, TRACE_PLAINLY, 0,
     "read    /caf\xc3\xa9 caf\\xe9  python3[4711]\n"},
    {TRACE_RENAME, "/\x01", "/\x7f\n", TRACE_PLAINLY, 0,
     "rename  /\\x01 -> /\\x7f\\n  python3[4711]\n"},
    {TRACE_LINK, "/a", "\xff\\", TRACE_PLAINLY, 0, "link    /a -> \\xff\\\\  python3[4711]\n"},
};

Test(trace_text, lines)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct trace_fact fact = fact_of(lines[i].kind, lines[i].path);

		fact.to = lines[i].to;
		fact.how = lines[i].how;
		fact.error = lines[i].error;
		cr_expect(eq(str, (char *)line_of(&fact, false), (char *)lines[i].line), "%zu", i);
	}
}

static const struct {
	const char *words;
	size_t length;
	int error;
	const char *line;
} words[] = {
    {"cc\0-c\0a.c", 10, 0, "exec    /usr/bin/cc: cc -c a.c  python3[4711]\n"},
    {"cc", 3, 0, "exec    /usr/bin/cc: cc  python3[4711]\n"},
    /* not known */
    {"", 0, 0, "exec    /usr/bin/cc  python3[4711]\n"},
    {"cc\0a\nb\0\x1b[m\0\xff", 13, 0,
     "exec    /usr/bin/cc: cc a\\nb \\x1b[m \\xff  python3[4711]\n"},
};

Test(trace_text, words)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct trace_fact fact = fact_of(TRACE_EXEC, "/usr/bin/cc");

		fact.words = words[i].words;
		fact.words_length = words[i].length;
		cr_expect(eq(str, (char *)line_of(&fact, false), (char *)words[i].line), "%zu", i);
	}
}

static const struct {
	int64_t time_ns;
	const char *program, *parent_program, *line;
} details[] = {
    {12345678, "python3", "sh", "  0.012346 read    /a  python3[4711] of sh[4710]\n"},
    {0, "python3", "sh", "  0.000000 read    /a  python3[4711] of sh[4710]\n"},
    {1000, "python3", "sh", "  0.000001 read    /a  python3[4711] of sh[4710]\n"},
    {3661500000000, "a", "b", "3661.500000 read    /a  a[4711] of b[4710]\n"},
    {999000000000000, "a", "b", "999000.000000 read    /a  a[4711] of b[4710]\n"},
    {1000000, "a\n", "\xff", "  0.001000 read    /a  a\\n[4711] of \\xff[4710]\n"},
};

Test(trace_text, details)
{
	for (size_t i = 0; i < COUNT_OF(details); i++) {
		struct trace_fact fact = fact_of(TRACE_READ, "/a");

		fact.time_ns = details[i].time_ns;
		fact.program = details[i].program;
		fact.parent_program = details[i].parent_program;
		cr_expect(eq(str, (char *)line_of(&fact, true), (char *)details[i].line), "%zu", i);
	}
}

/* As long as paths and lists of arguments may be, and longer than a pipe takes at once. */
Test(trace_text, long_ones)
{
	static char path_given[65536], many[65536], wanted[65536 * 2 + 64];
	struct trace_fact fact = fact_of(TRACE_EXEC, path_given);
	int length;

	memset(path_given, 'p', sizeof(path_given) - 1);
	path_given[0] = '/';
	for (size_t i = 0; i < sizeof(many); i++) {
		many[i] = (char)(i % 4 == 3 ? '\0' : 'w');
	}
	fact.words = many;
	fact.words_length = sizeof(many);
	length = snprintf(wanted, sizeof(wanted), "exec    %s:", path_given);
	for (size_t i = 0; i < sizeof(many) / 4; i++) {
		length += snprintf(wanted + length, sizeof(wanted) - (size_t)length, " www");
	}
	(void)snprintf(wanted + length, sizeof(wanted) - (size_t)length, "  python3[4711]\n");
	cr_assert(zero(int, strcmp(line_of(&fact, false), wanted)));
}

/* How many, in one line. */
Test(trace_text, lost)
{
	struct trace_fact fact = fact_of(TRACE_LOST, "");
	const char *line;

	fact.count = 1ull << 40;
	line = line_of(&fact, false);
	cr_expect(strncmp(line, "lost ", 5) == 0, "%s", line);
	cr_expect(strstr(line, "1099511627776") != NULL, "%s", line);
	cr_expect(strstr(line, "  python3[4711]\n") != NULL, "%s", line);
	cr_expect(eq(sz, strcspn(line, "\n") + 1, strlen(line)));
}
