/* SPDX-License-Identifier: MIT */
/* launcher/trace_json: a fact as an object, as a reader of JSON finds it. */
#include "launcher/trace_json.h"

#include <jansson.h>

#include "tests/unit/told.h"

TestSuite(trace_json, .init = scratch_enter, .fini = scratch_leave);

/* One line, and in it one object without any name twice. */
static json_t *object_of(const struct trace_fact *fact)
{
	struct trace_output *output = output_to("out");
	const char *line;
	json_error_t error;
	json_t *object;

	trace_json_tell(output, fact);
	output_end(output);
	line = text_of("out");
	cr_assert(line[0] != '\0' && strchr(line, '\n') == line + strlen(line) - 1, "%s", line);
	object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	cr_assert(object != NULL, "%s in %s", error.text, line);
	cr_assert(eq(int, (int)json_typeof(object), (int)JSON_OBJECT));
	return object;
}

/* All that the fact is to be, written as JSON; time is compared by itself. */
static void expect_object(const struct trace_fact *fact, const char *wanted, const char *about,
			  size_t number)
{
	json_t *object = object_of(fact);
	json_t *time = json_object_get(object, "time");
	json_t *want;
	json_error_t error;
	char *text;

	cr_expect(time != NULL, "%s %zu", about, number);
	cr_expect(epsilon_eq(dbl, json_number_value(time), (double)fact->time_ns / 1e9, 1e-7),
		  "%s %zu", about, number);
	cr_assert(zero(int, json_object_del(object, "time")));
	want = json_loads(wanted, JSON_REJECT_DUPLICATES, &error);
	cr_assert(want != NULL, "%s %zu: %s", about, number, error.text);
	text = json_dumps(object, JSON_SORT_KEYS);
	cr_expect(json_equal(object, want), "%s %zu: %s", about, number, text);
	free(text);
	json_decref(want);
	json_decref(object);
}

#define ALWAYS "\"schema\":1,\"pid\":4711,\"parent\":4710,\"program\":\"python3\""

static const struct {
	enum trace_kind kind;
	const char *path, *to;
	enum trace_how how;
	int error;
	const char *wanted;
} members[] = {
    {TRACE_READ, "/a", NULL, TRACE_PLAINLY, 0, "{" ALWAYS ",\"fact\":\"read\",\"path\":\"/a\"}"},
    {TRACE_WRITE, "/a", NULL, TRACE_APPENDED, 0,
     "{" ALWAYS ",\"fact\":\"write\",\"path\":\"/a\",\"how\":\"appended\"}"},
    {TRACE_MISSING, "nonesuch", NULL, TRACE_PATH, 0,
     "{" ALWAYS ",\"fact\":\"missing\",\"path\":\"nonesuch\",\"how\":\"PATH\"}"},
    {TRACE_STAT, "/a", NULL, TRACE_READLINK, 0,
     "{" ALWAYS ",\"fact\":\"stat\",\"path\":\"/a\",\"how\":\"readlink\"}"},
    {TRACE_LIST, "/a", NULL, TRACE_PLAINLY, EACCES,
     "{" ALWAYS ",\"fact\":\"list\",\"path\":\"/a\",\"errno\":13,"
     "\"error\":\"Permission denied\"}"},
    {TRACE_LOAD, "/a", NULL, TRACE_PLAINLY, 0, "{" ALWAYS ",\"fact\":\"load\",\"path\":\"/a\"}"},
    {TRACE_RENAME, "/a", "/b", TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"rename\",\"path\":\"/a\",\"to\":\"/b\"}"},
    {TRACE_RENAME, "/a", "/b", TRACE_PLAINLY, EXDEV,
     "{" ALWAYS ",\"fact\":\"rename\",\"path\":\"/a\",\"to\":\"/b\",\"errno\":18,"
     "\"error\":\"Invalid cross-device link\"}"},
    {TRACE_LINK, "/a", "b c", TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"link\",\"path\":\"/a\",\"to\":\"b c\"}"},
    {TRACE_REMOVE, "/a", NULL, TRACE_PLAINLY, ENOENT,
     "{" ALWAYS ",\"fact\":\"remove\",\"path\":\"/a\",\"errno\":2,"
     "\"error\":\"No such file or directory\"}"},
    {TRACE_MKDIR, "/a", NULL, TRACE_PLAINLY, 0, "{" ALWAYS ",\"fact\":\"mkdir\",\"path\":\"/a\"}"},
    {TRACE_EXEC, "/a", NULL, TRACE_INTERPRETER, 0,
     "{" ALWAYS ",\"fact\":\"exec\",\"path\":\"/a\",\"how\":\"interpreter\"}"},
    /* what JSON has to escape, and what it has no string for */
    {TRACE_READ, "/\"\\\n\t\x01\x7f", NULL, TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"read\",\"path\":\"/\\\"\\\\\\n\\t\\u0001\x7f\"}"},
    {TRACE_READ, "/caf\xc3\xa9 \xf0\x9f\x90\x8d", NULL, TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"read\",\"path\":\"/caf\xc3\xa9 \xf0\x9f\x90\x8d\"}"},
    {TRACE_READ, "/caf\xe9", NULL, TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"read\",\"bytes\":\"L2NhZuk=\"}"},
    {TRACE_READ, "/\xed\xa0\x80x", NULL, TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"read\",\"bytes\":\"L+2ggHg=\"}"},
    {TRACE_RENAME, "/caf\xe9", "/\x80", TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"rename\",\"bytes\":\"L2NhZuk=\",\"to\":{\"bytes\":\"L4A=\"}}"},
    {TRACE_LINK, "/a", "\x80", TRACE_PLAINLY, 0,
     "{" ALWAYS ",\"fact\":\"link\",\"path\":\"/a\",\"to\":{\"bytes\":\"gA==\"}}"},
};

Test(trace_json, members)
{
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		struct trace_fact fact = fact_of(members[i].kind, members[i].path);

		fact.to = members[i].to;
		fact.how = members[i].how;
		fact.error = members[i].error;
		fact.time_ns = (int64_t)i * 1234567;
		expect_object(&fact, members[i].wanted, "member", i);
	}
}

#define EXEC "{" ALWAYS ",\"fact\":\"exec\",\"path\":\"/bin/x\""

static const struct {
	const char *words;
	size_t length;
	const char *unobserved;
	const char *wanted;
} programs[] = {
    {"x\0-c\0a b", 9, NULL, EXEC ",\"argv\":[\"x\",\"-c\",\"a b\"]}"},
    {"x", 2, NULL, EXEC ",\"argv\":[\"x\"]}"},
    {"x\0\0y\0", 6, NULL, EXEC ",\"argv\":[\"x\",\"\",\"y\",\"\"]}"},
    {"", 1, NULL, EXEC ",\"argv\":[\"\"]}"},
    {"x\0caf\xe9\0\n", 9, NULL, EXEC ",\"argv\":[\"x\",{\"bytes\":\"Y2Fm6Q==\"},\"\\n\"]}"},
    {"", 0, NULL, EXEC "}"},
    {"x", 2, "is statically linked",
     EXEC ",\"argv\":[\"x\"],\"unobserved\":\"is statically linked\"}"},
};

Test(trace_json, programs)
{
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		struct trace_fact fact = fact_of(TRACE_EXEC, "/bin/x");

		fact.words = programs[i].words;
		fact.words_length = programs[i].length;
		fact.unobserved = programs[i].unobserved;
		expect_object(&fact, programs[i].wanted, "program", i);
	}
}

Test(trace_json, lost)
{
	struct trace_fact fact = fact_of(TRACE_LOST, "");

	fact.count = 1ull << 40;
	expect_object(&fact, "{" ALWAYS ",\"fact\":\"lost\",\"path\":\"\",\"count\":1099511627776}",
		      "lost", 0);
}

Test(trace_json, name_of_the_program)
{
	struct trace_fact fact = fact_of(TRACE_READ, "/a");

	fact.program = "caf\xe9";
	fact.pid = 1;
	fact.parent = 0;
	expect_object(&fact,
		      "{\"schema\":1,\"fact\":\"read\",\"path\":\"/a\",\"pid\":1,\"parent\":0,"
		      "\"program\":{\"bytes\":\"Y2Fm6Q==\"}}",
		      "program", 0);
	fact.program = "a\"b";
	expect_object(&fact,
		      "{\"schema\":1,\"fact\":\"read\",\"path\":\"/a\",\"pid\":1,\"parent\":0,"
		      "\"program\":\"a\\\"b\"}",
		      "program", 1);
}

/* Hours, and a time that no float has exactly. */
Test(trace_json, time)
{
	static const int64_t times[] = {0, 1, 1000, 12345000, 123456789, 86400123456789};

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		struct trace_fact fact = fact_of(TRACE_READ, "/a");

		fact.time_ns = times[i];
		expect_object(&fact, "{" ALWAYS ",\"fact\":\"read\",\"path\":\"/a\"}", "time", i);
	}
}
