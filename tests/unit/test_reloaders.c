/* SPDX-License-Identifier: MIT */
/* launcher/reloaders: who restarts itself, by its words and by its environment. */
#include "launcher/reloaders.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A word of the advice, or NULL: there is none. In the words a space stands for the NUL. */
static void expect_advice(const char *words, const char *wanted)
{
	char text[256];
	size_t length = strlen(words);
	const char *advice;

	memcpy(text, words, length + 1);
	for (size_t i = 0; i < length; i++) {
		text[i] = text[i] == ' ' ? '\0' : text[i];
	}
	advice = reloaders_by_words(text, length + 1);
	cr_expect(eq(int, advice != NULL, wanted != NULL), "%s", words);
	cr_expect(wanted == NULL || (advice != NULL && strstr(advice, wanted) != NULL), "%s",
		  words);
}

Test(reloaders, by_words)
{
	static const struct {
		const char *words, *advice;
	} cases[] = {
	    {"python3 manage.py runserver", "--noreload"},
	    {"python3 -u ./manage.py runserver 8000", "--noreload"},
	    {"/usr/bin/python3 -m django runserver", "--noreload"},
	    {"python3 manage.py runserver --noreload", NULL},
	    {"python3 manage.py migrate", NULL},
	    {"python3 app.py runserver", NULL},
	    {"/usr/bin/python3 /usr/bin/flask --app a --debug run", "--no-reload"},
	    {"flask --app a run --debug --no-reload", NULL},
	    {"flask --app a run", NULL},
	    {"python3 -m uvicorn a:app --reload", "--reload"},
	    {"uvicorn a:app", NULL},
	    {"node --watch a.js", "--watch"},
	    {"node --watch-path=src a.js", "--watch"},
	    {"node a.js", NULL},
	    {"node /x/node_modules/.bin/nodemon a.js", "itself"},
	    {"node /x/node_modules/.bin/tsx watch a.ts", "watch"},
	    {"nodemon a.js", "itself"},
	    {"vim nodemon", "itself"}, /* a word is all that is known: "node nodemon" looks so */
	    {"vim a.txt nodemon", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect_advice(cases[i].words, cases[i].advice);
	}
}

/* A process tells only the beginning of very many words: half a word is none. */
Test(reloaders, cut_off)
{
	cr_assert(reloaders_by_words("node\0--watch", 12) == NULL);
	cr_assert(reloaders_by_words("node\0--watch", 13) != NULL);
	cr_assert(reloaders_by_words(NULL, 0) == NULL);
}

/* A sleeping process with one variable. */
static pid_t sleeper(char *variable)
{
	char *const words[] = {"/bin/sleep", "60", NULL};
	char *const environment[] = {"A=1", variable, NULL};
	int started[2];
	char none;
	pid_t pid;

	cr_assert(zero(int, pipe2(started, 02000000 /* O_CLOEXEC */)));
	pid = fork();
	if (pid == 0) {
		execve(words[0], words, environment);
		_exit(1);
	}
	(void)close(started[1]);
	cr_assert(zero(i64, read(started[0], &none, 1)), "its exec closes the pipe");
	(void)close(started[0]);
	return pid;
}

Test(reloaders, by_environment)
{
	static struct {
		char *variable;
		bool is_one;
	} cases[] = {
	    {"RUN_MAIN=true", true},
	    {"WERKZEUG_RUN_MAIN=true", true},
	    {"RUN_MAIN=false", false},
	    {"XRUN_MAIN=true", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid = sleeper(cases[i].variable);

		cr_expect(eq(int, reloaders_by_environment(pid) != NULL, cases[i].is_one), "%s",
			  cases[i].variable);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		cr_expect(reloaders_by_environment(pid) == NULL, "gone");
	}
}
