/* SPDX-License-Identifier: MIT */
/* Programs that restart themselves; see reloaders.h. */
#include "launcher/reloaders.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/kin.h"

#define WORDS_MAX 64

/* What is said of it, and by which words of its argv it is known. */
static const struct {
	const char *program; /* the last name of one of its words; NULL: any */
	const char *word;    /* one behind it; "--x*": one that begins so; NULL: none is needed */
	const char *unless;  /* but not with this one; may be NULL */
	const char *advice;
} known[] = {
    {"manage.py", "runserver", "--noreload", "add --noreload"},
    {"django-admin", "runserver", "--noreload", "add --noreload"},
    {"django", "runserver", "--noreload", "add --noreload"},
    {"flask", "--debug", "--no-reload", "add --no-reload behind run"},
    {"flask", "--reload", NULL, "leave out --reload"},
    {"uvicorn", "--reload", NULL, "leave out --reload"},
    {"gunicorn", "--reload", NULL, "leave out --reload"},
    {"hypercorn", "--reload", NULL, "leave out --reload"},
    {"fastapi", "dev", "--no-reload", "add --no-reload"},
    {"node", "--watch*", NULL, "leave out --watch"},
    {"bun", "--watch", NULL, "leave out --watch"},
    {"bun", "--hot", NULL, "leave out --hot"},
    {"deno", "--watch*", NULL, "leave out --watch"},
    {"tsx", "watch", NULL, "leave out watch"},
    {"nodemon", NULL, NULL, "give its command to autoreload-run itself"},
    {"node-dev", NULL, NULL, "use node"},
    {"ts-node-dev", NULL, NULL, "use ts-node"},
    {"watchmedo", "auto-restart", NULL, "give its command to autoreload-run itself"},
    {"hupper", NULL, NULL, "give its command to autoreload-run itself"},
};

/* A variable that a reloader sets for the process that it restarts. */
static const struct {
	const char *entry, *advice;
} marks[] = {
    {"WERKZEUG_RUN_MAIN=true", "switch it off with use_reloader=False, or flask run --no-reload"},
    {"RUN_MAIN=true", "switch it off with runserver --noreload"},
};

struct words {
	const char *at[WORDS_MAX];
	size_t count;
};

static void split(struct words *words, const char *text, size_t length)
{
	const char *end = text + length;

	while (text < end && words->count < WORDS_MAX) {
		const char *behind = memchr(text, '\0', (size_t)(end - text));

		if (behind == NULL) {
			break; /* cut off: it may have been another */
		}
		words->at[words->count++] = text;
		text = behind + 1;
	}
}

static bool matches(const char *word, const char *pattern)
{
	size_t length = strlen(pattern);

	return length > 0 && pattern[length - 1] == '*' ? strncmp(word, pattern, length - 1) == 0
							: strcmp(word, pattern) == 0;
}

static bool has(const struct words *words, size_t from, const char *pattern)
{
	for (size_t i = from; i < words->count; i++) {
		if (matches(words->at[i], pattern)) {
			return true;
		}
	}
	return false;
}

/*
 * Where the program stands among the words, plus one; 0: nowhere. Only where a program can stand:
 * first, or behind an interpreter and its options ("python3 -m uvicorn", "node …/nodemon").
 */
static size_t behind_program(const struct words *words, const char *program)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *slash = strrchr(words->at[i], '/');

		if (strcmp(slash != NULL ? slash + 1 : words->at[i], program) == 0) {
			return i + 1;
		}
		if (i > 0 && words->at[i][0] != '-') {
			break; /* some other script */
		}
	}
	return 0;
}

const char *reloaders_by_words(const char *text, size_t length)
{
	struct words words = {.count = 0};

	split(&words, text, length);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t behind = behind_program(&words, known[i].program);

		if (behind > 0 && (known[i].word == NULL || has(&words, behind, known[i].word)) &&
		    (known[i].unless == NULL || !has(&words, behind, known[i].unless))) {
			return known[i].advice;
		}
	}
	return NULL;
}

const char *reloaders_by_environment(pid_t pid)
{
	char path[64];
	const char *advice = NULL;
	char *entry = NULL;
	size_t size = 0;
	FILE *file;

	kin_path(path, sizeof(path), pid, "environ");
	file = fopen(path, "re");
	if (file == NULL) {
		return NULL;
	}
	while (advice == NULL && getdelim(&entry, &size, '\0', file) > 0) {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			advice = strcmp(entry, marks[i].entry) == 0 ? marks[i].advice : advice;
		}
	}
	free(entry);
	(void)fclose(file);
	return advice;
}
