/* SPDX-License-Identifier: MIT */
/* launcher/trace_depfile: names as make and ninja read them, and the rule that is made of them. */
#include "launcher/trace_depfile.h"

#include "launcher/message.h"
#include "tests/unit/capture.h"
#include "tests/unit/told.h"

static struct trace_depfile *depfile;

static void enter(void)
{
	scratch_enter();
	depfile = trace_depfile_new();
	cr_assert(depfile != NULL);
	message_set_verbosity(0);
}

static void leave(void)
{
	trace_depfile_free(depfile);
	scratch_leave();
}

TestSuite(trace_depfile, .init = enter, .fini = leave, .timeout = 60);

static const struct {
	const char *name, *input, *target; /* NULL: there is no way */
} names[] = {
    {"a", "a", "a"},
    {"/srv/a-b_c.d+e,f@g/h~", "/srv/a-b_c.d+e,f@g/h~", "/srv/a-b_c.d+e,f@g/h~"},
    {"caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"caf\xe9", "caf\xe9", "caf\xe9"},
    {"a b", "a\\ b", "a\\ b"},
    {" a", "\\ a", "\\ a"},
    {"a  b", "a\\ \\ b", "a\\ \\ b"},
    {"$", "$$", "$$"},
    {"a$(b)$$", "a$$(b)$$$$", "a$$(b)$$$$"},
    {"#a#", "\\#a\\#", "\\#a\\#"},
    {"C:/a", "C\\:/a", "C\\:/a"},
    /* means something in a target only */
    {"a%b", "a%b", "a\\%b"},
    /* a backslash is one, but in front of what it would escape */
    {"a\\b", "a\\b", "a\\b"},
    {"\\a", "\\a", "\\a"},
    {"a\\ b", "a\\\\\\ b", "a\\\\\\ b"},
    {"a\\\\ b", "a\\\\\\\\\\ b", "a\\\\\\\\\\ b"},
    /* in front of these, make halves backslashes, and ninja does not */
    {"a\\#b", NULL, NULL},
    {"a\\:b", NULL, NULL},
    /* somebody's home, to make, and a group of targets */
    {"~", NULL, NULL},
    {"~root/a", NULL, NULL},
    {"a&", NULL, NULL},
    {"a&b", "a&b", "a&b"},
    /* ends a name, to ninja */
    {"a:", NULL, NULL},
    {"a ", NULL, NULL},
    {"lib(member)", NULL, NULL},
    {"a(b)c", "a(b)c", "a(b)c"},
    {"a\rb", NULL, NULL},
    {"a\nb", NULL, NULL},
    {"\n", NULL, NULL},
    {"a\tb", NULL, NULL},
    {"a;b", NULL, NULL},
    {"a\\", NULL, NULL},
    {"a\\\\", NULL, NULL},
    {"\\", NULL, NULL},
};

static void expect_escaped(size_t i, bool target)
{
	const char *wanted = target ? names[i].target : names[i].input;
	char *escaped;

	errno = 0;
	escaped = trace_depfile_escape(names[i].name, target);
	if (wanted != NULL) {
		cr_expect(escaped != NULL, "%zu", i);
		cr_expect(eq(str, escaped != NULL ? escaped : "", (char *)wanted), "%zu", i);
	} else {
		cr_expect(escaped == NULL, "%zu: %s", i, escaped);
		cr_expect(eq(int, errno, EINVAL), "%zu", i);
	}
	free(escaped);
}

Test(trace_depfile, escape)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		expect_escaped(i, false);
		expect_escaped(i, true);
	}
}

struct telling {
	enum trace_kind kind;
	const char *path, *to;
	enum trace_how how;
	int error;
};

static void tell_all(const struct telling *tellings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct trace_fact fact = fact_of(tellings[i].kind, tellings[i].path);

		fact.to = tellings[i].to;
		fact.how = tellings[i].how;
		fact.error = tellings[i].error;
		trace_depfile_tell(depfile, &fact);
	}
}

#define TELL_ALL(table) tell_all(table, COUNT_OF(table))

/* The rule, without empty lines; NULL: there is none. What is said meanwhile is in said. */
static const char *rule_for(const char *const *targets, size_t count, char **said)
{
	static char rule[65536];
	struct trace_output *output = output_to("rule.d");
	struct capture capture = capture_begin(STDERR_FILENO);
	bool written = trace_depfile_write(depfile, targets, count, output);
	size_t length = 0;

	*said = capture_end(&capture);
	output_end(output);
	for (const char *from = text_of("rule.d"); *from != '\0'; from++) {
		if (*from != '\n' || (length > 0 && rule[length - 1] != '\n')) {
			rule[length++] = *from;
		}
	}
	rule[length] = '\0';
	cr_assert(written || length == 0, "%s", rule);
	return written ? rule : NULL;
}

static void expect_rule(const char *const *targets, size_t count, const char *wanted)
{
	char *said;
	const char *rule = rule_for(targets, count, &said);

	cr_assert(eq(str, (char *)(rule != NULL ? rule : "none"), (char *)wanted));
	cr_assert(eq(str, said, ""));
}

static void make_files(void)
{
	static const char *const files[] = {"in.c", "in.h",  "tool", "lib.so", "out.o",
					    "both", "again", "new",  "linked", "a b"};

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		save(files[i], "");
	}
	make_folder("folder");
}

static const struct telling build[] = {
    {TRACE_EXEC, "tool", NULL, TRACE_PLAINLY, 0},
    {TRACE_LOAD, "lib.so", NULL, TRACE_PLAINLY, 0},
    {TRACE_READ, "in.h", NULL, TRACE_PLAINLY, 0},
    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0},
    /* neither read nor written */
    {TRACE_STAT, "again", NULL, TRACE_PLAINLY, 0},
    {TRACE_STAT, "again", NULL, TRACE_READLINK, 0},
    {TRACE_MISSING, "absent", NULL, TRACE_PLAINLY, 0},
    {TRACE_LIST, "folder", NULL, TRACE_PLAINLY, 0},
    {TRACE_MKDIR, "folder", NULL, TRACE_PLAINLY, 0},
    {TRACE_READ, "again", NULL, TRACE_PLAINLY, EACCES},
    {TRACE_WRITE, "again", NULL, TRACE_PLAINLY, EACCES},
    {TRACE_EXEC, "again", NULL, TRACE_PLAINLY, EACCES},
    {TRACE_RENAME, "tool", "again", TRACE_PLAINLY, EXDEV},
    {TRACE_LINK, "again", "tool", TRACE_PLAINLY, EEXIST},
};

#define BUILD_INPUTS                                                                               \
	" \\\n  in.c \\\n  in.h \\\n  lib.so \\\n  tool\nin.c:\nin.h:\nlib.so:\ntool:\n"

Test(trace_depfile, rule)
{
	make_files();
	TELL_ALL(build);
	expect_rule(NULL, 0, "out.o:" BUILD_INPUTS);
}

Test(trace_depfile, targets)
{
	static const char *const targets[] = {"all", "a $%: b"};

	make_files();
	TELL_ALL(build);
	expect_rule(targets, 1, "all:" BUILD_INPUTS);
	expect_rule(targets, 2, "all a\\ $$\\%\\:\\ b:" BUILD_INPUTS);
}

/* What has been read and is no file anymore, or is no regular one. */
Test(trace_depfile, gone)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "never", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "folder", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "/dev/null", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "fifo", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0},
	    {TRACE_WRITE, "never.o", NULL, TRACE_CREATED, 0},
	    {TRACE_WRITE, "/dev/null", NULL, TRACE_UPDATED, 0},
	    {TRACE_WRITE, "fifo", NULL, TRACE_UPDATED, 0},
	    {TRACE_MISSING, "nonesuch", NULL, TRACE_PATH, 0},
	};

	make_files();
	cr_assert(zero(int, mkfifo("fifo", 0600)));
	TELL_ALL(tellings);
	expect_rule(NULL, 0, "out.o: \\\n  in.c\nin.c:\n");
	cr_assert(zero(int, unlink("in.c")));
	expect_rule(NULL, 0, "out.o:\n");
}

/* Under the name that they have in the end; and what is written is no reason to write it. */
Test(trace_depfile, outputs)
{
	static const struct telling tellings[] = {
	    {TRACE_WRITE, "new.tmp", NULL, TRACE_CREATED, 0},
	    {TRACE_RENAME, "new.tmp", "new", TRACE_PLAINLY, 0},
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	};
	static const struct telling read_too[] = {
	    {TRACE_READ, "new", NULL, TRACE_PLAINLY, 0},
	    {TRACE_EXEC, "new", NULL, TRACE_PLAINLY, 0},
	};

	make_files();
	TELL_ALL(tellings);
	expect_rule(NULL, 0, "new: \\\n  in.c\nin.c:\n");
	TELL_ALL(read_too);
	expect_rule(NULL, 0, "new: \\\n  in.c\nin.c:\n");
}

Test(trace_depfile, read_before_it_is_written)
{
	static const char *const targets[] = {"all"};
	static const struct telling tellings[] = {
	    {TRACE_READ, "both", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "both", NULL, TRACE_UPDATED, 0},
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	};

	make_files();
	TELL_ALL(tellings);
	expect_rule(NULL, 0, "both: \\\n  in.c\nin.c:\n");
	expect_rule(targets, 1, "all: \\\n  in.c\nin.c:\n");
}

Test(trace_depfile, linked)
{
	static const struct telling tellings[] = {
	    {TRACE_LINK, "linked", "in.c", TRACE_PLAINLY, 0},
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "a b", NULL, TRACE_PLAINLY, 0},
	};

	make_files();
	TELL_ALL(tellings);
	expect_rule(NULL, 0, "linked: \\\n  a\\ b \\\n  in.c\na\\ b:\nin.c:\n");
}

/* It is written, and removed again. */
Test(trace_depfile, no_target)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "gone", NULL, TRACE_CREATED, 0},
	    {TRACE_REMOVE, "gone", NULL, TRACE_PLAINLY, 0},
	};
	static const char *const unwritable[] = {"a\nb"};
	char *said;

	make_files();
	cr_assert(rule_for(NULL, 0, &said) == NULL, "of nothing at all");
	TELL_ALL(tellings);
	cr_assert(rule_for(NULL, 0, &said) == NULL);
	cr_assert(rule_for(unwritable, 1, &said) == NULL);
	cr_assert(strstr(said, "a\\nb") != NULL, "%s", said);
	trace_depfile_free(NULL);
}

/* Said, and left out; each once. */
Test(trace_depfile, unwritable_names)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "in\n1", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "in;2", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "out\t3", NULL, TRACE_CREATED, 0},
	    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0},
	};
	static const char *const shown[] = {"in\\n1", "in;2", "out\\t3"};
	char *said;
	const char *rule;

	make_files();
	for (size_t i = 1; i <= 3; i++) {
		save(tellings[i].path, "");
	}
	TELL_ALL(tellings);
	rule = rule_for(NULL, 0, &said);
	cr_assert(eq(str, (char *)(rule != NULL ? rule : "none"), "out.o: \\\n  in.c\nin.c:\n"));
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		const char *first = strstr(said, shown[i]);

		cr_expect(first != NULL && strstr(first + 1, shown[i]) == NULL, "%zu: %s", i, said);
	}
}

/* By their bytes, however many there are. */
Test(trace_depfile, sorted)
{
	char before[32] = "", name[32];
	char *said, *at;
	const char *rule;
	int count = 0;

	save("out.o", "");
	tell_all(&(struct telling){.kind = TRACE_WRITE, .path = "out.o"}, 1);
	for (unsigned i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "in-%u", i * 7919 % 500);
		save(name, "");
		tell_all(&(struct telling){.kind = TRACE_READ, .path = name}, 1);
	}
	rule = rule_for(NULL, 0, &said);
	cr_assert(rule != NULL);
	for (at = strstr(rule, "\n  "); at != NULL; at = strstr(at + 1, "\n  ")) {
		cr_assert(eq(int, sscanf(at, " %31s", name), 1));
		cr_assert(lt(int, strcmp(before, name), 0), "%s, %s", before, name);
		(void)snprintf(before, sizeof(before), "%s", name);
		count++;
	}
	cr_assert(eq(int, count, 500));
}

/* To make, what is first behind the colon sets a variable, and so does a rule of its own. */
Test(trace_depfile, assignments)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "a=1", NULL, TRACE_PLAINLY, 0},
	    {TRACE_READ, "b=2", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0},
	    {TRACE_READ, "in.c", NULL, TRACE_PLAINLY, 0},
	};
	char *said;
	const char *rule;

	make_files();
	save("a=1", "");
	save("b=2", "");
	tell_all(tellings, 3);
	rule = rule_for(NULL, 0, &said);
	cr_expect(eq(str, (char *)(rule != NULL ? rule : "none"), "out.o:\n"));
	cr_expect(strstr(said, "a=1 ") != NULL && strstr(said, "b=2 ") != NULL, "%s", said);
	trace_depfile_free(depfile);
	depfile = trace_depfile_new();
	cr_assert(depfile != NULL);
	tell_all(tellings, 4);
	expect_rule(NULL, 0, "out.o: \\\n  in.c \\\n  a=1 \\\n  b=2\nin.c:\n");
}

/* Make takes this word for the beginning of something else. */
Test(trace_depfile, directives)
{
	static const struct telling tellings[] = {
	    {TRACE_READ, "define", NULL, TRACE_PLAINLY, 0},
	    {TRACE_WRITE, "out.o", NULL, TRACE_CREATED, 0},
	};
	char *said;
	const char *rule;

	make_files();
	save("define", "");
	TELL_ALL(tellings);
	rule = rule_for(NULL, 0, &said);
	cr_assert(rule != NULL);
	cr_expect(strncmp(rule, "out.o: \\\n  define\n", 19) != 0, "%s", rule);
	cr_expect(strstr(rule, "\ndefine:") == NULL, "%s", rule);
}
