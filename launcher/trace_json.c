/* SPDX-License-Identifier: MIT */
/* A fact as an object of JSON; see trace_json.h. */
#include "launcher/trace_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base64.h"
#include "launcher/utf8.h"

#define DIGITS 12 /* microseconds, for a day and longer */

static json_t *json_base64(const char *bytes)
{
	char *text = base64_encode(bytes, strlen(bytes));
	json_t *string = json_string(text != NULL ? text : "");

	free(text);
	return string;
}

static bool is_text(const char *bytes)
{
	return utf8_valid(bytes, strlen(bytes));
}

/* A string, or where JSON has none for it, its bytes. */
static json_t *json_bytes(const char *bytes)
{
	json_t *object;

	if (is_text(bytes)) {
		return json_string_nocheck(bytes);
	}
	object = json_object();
	json_object_set_new_nocheck(object, "bytes", json_base64(bytes));
	return object;
}

static json_t *json_words(const struct trace_fact *fact)
{
	const char *end = fact->words + fact->words_length;
	json_t *list = json_array();

	for (const char *word = fact->words; word < end; word += strlen(word) + 1) {
		json_array_append_new(list, json_bytes(word));
	}
	return list;
}

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new_nocheck(object, name, value);
}

/* What not every fact has. */
static void set_particulars(json_t *object, const struct trace_fact *fact)
{
	if (fact->to != NULL) {
		set(object, "to", json_bytes(fact->to));
	}
	if (fact->how != TRACE_PLAINLY) {
		set(object, "how", json_string_nocheck(trace_how_name(fact->how)));
	}
	if (fact->words_length > 0) {
		set(object, "argv", json_words(fact));
	}
	if (fact->error != 0) {
		set(object, "errno", json_integer(fact->error));
		set(object, "error", json_string(strerror(fact->error)));
	}
	if (fact->unobserved != NULL) {
		set(object, "unobserved", json_string(fact->unobserved));
	}
	if (fact->kind == TRACE_LOST) {
		set(object, "count", json_integer((json_int_t)fact->count));
	}
}

static int add_bytes(const char *bytes, size_t length, void *output)
{
	trace_output_add(output, bytes, length);
	return 0;
}

void trace_json_tell(struct trace_output *output, const struct trace_fact *fact)
{
	json_t *object = json_object();
	bool text = is_text(fact->path);

	set(object, "schema", json_integer(TRACE_JSON_SCHEMA));
	set(object, "fact", json_string_nocheck(trace_kind_name(fact->kind)));
	set(object, text ? "path" : "bytes",
	    text ? json_string_nocheck(fact->path) : json_base64(fact->path));
	set_particulars(object, fact);
	set(object, "pid", json_integer(fact->pid));
	set(object, "parent", json_integer(fact->parent));
	set(object, "program", json_bytes(fact->program));
	set(object, "time", json_real((double)fact->time_ns / 1e9));
	if (object != NULL) {
		(void)json_dump_callback(object, add_bytes, output,
					 JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
		trace_output_add(output, "\n", 1);
	}
	json_decref(object);
}
