/* SPDX-License-Identifier: MIT */
/* launcher/processes: what the reports have told of each. */
#include "launcher/processes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEAD (1 << 23) /* and above: more than there can be (proc(5), pid_max) */

static struct processes *processes;

static void enter(void)
{
	processes = processes_new();
	cr_assert(processes != NULL);
}

static void leave(void)
{
	processes_free(processes);
}

TestSuite(processes, .init = enter, .fini = leave);

/* Found or made; each its own, and where it was, however many come after it. */
Test(processes, enter)
{
	struct process *first = processes_enter(processes, 7);

	cr_assert(first != NULL && first->program == NULL && first->pending == NULL);
	cr_assert(not(first->foreign));
	first->foreign = true;
	for (pid_t pid = 8; pid < 3000; pid++) {
		struct process *process = processes_enter(processes, pid);

		cr_assert(process != NULL && process != first && !process->foreign);
	}
	cr_assert(processes_enter(processes, 7) == first);
	cr_assert(first->foreign);
	/* Hostile ones are pids like others. */
	cr_assert(processes_enter(processes, -1) != processes_enter(processes, 0));
	processes_free(NULL);
}

Test(processes, program)
{
	static const struct {
		const char *path, *program;
	} cases[] = {
	    {"/usr/bin/python3.11", "python3.11"},
	    {"relative", "relative"},
	    {"./x", "x"},
	    {"/", ""},
	    {"", ""},
	};
	struct process *process = processes_enter(processes, 1);
	struct process *other = processes_enter(processes, 2);
	const char *earlier;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		process_set_program(processes, process, cases[i].path, NULL);
		cr_expect(eq(str, (char *)process->program, (char *)cases[i].program), "%zu", i);
	}
	/* The earlier name stays valid: a dependency may point to it. */
	process_set_program(processes, process, "/bin/one", NULL);
	earlier = process->program;
	process_set_program(processes, process, "/bin/two", NULL);
	cr_assert(eq(str, (char *)earlier, "one"));
	/* Each is kept once. */
	process_set_program(processes, other, "/usr/local/bin/one", NULL);
	cr_assert(other->program == earlier);
}

static void concatenate(pid_t pid, const struct process *process, void *context)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%d %s %llu|", (int)pid, process->pending,
		       (unsigned long long)process->pending_ns);
	strcat(context, text);
}

Test(processes, pending)
{
	char path[] = "/bin/one", all[256] = "";

	process_set_pending(processes_enter(processes, 1), path, 11);
	process_set_pending(processes_enter(processes, 2), "/bin/two", 22);
	(void)processes_enter(processes, 3);
	process_set_pending(processes_enter(processes, 4), "/bin/four", 44);
	path[5] = 'x'; /* it was copied */
	process_set_pending(processes_enter(processes, 2), NULL, 0);
	process_set_pending(processes_enter(processes, 4), "/bin/five", 55);
	processes_each_pending(processes, concatenate, all);
	cr_assert(eq(str, all, "1 /bin/one 11|4 /bin/five 55|"));
	processes_forget(processes);
	all[0] = '\0';
	processes_each_pending(processes, concatenate, all);
	cr_assert(eq(str, all, ""));
	cr_assert(processes_enter(processes, 1)->pending == NULL);
}

Test(processes, find)
{
	struct process *process = processes_enter(processes, 7);

	cr_assert(processes_find(processes, 7) == process);
	cr_assert(processes_find(processes, 8) == NULL);
	cr_assert(processes_find(processes, 8) == NULL, "looking makes none");
	processes_forget(processes);
	cr_assert(processes_find(processes, 7) == NULL);
}

/* What is taken for the image, or "" for nothing. */
static void expect_taken(struct process *process, const char *image, const char *wanted,
			 const char *when)
{
	char *taken = processes_take_spawned(processes, process, image, NULL, 0);

	cr_expect(eq(int, taken != NULL, wanted != NULL), "%s: %s", when, image);
	cr_expect(eq(str, taken != NULL ? taken : "", (char *)(wanted != NULL ? wanted : "")),
		  "%s: %s", when, image);
	free(taken);
}

/* Each child has its own, which goes to the image of that name, once. */
Test(processes, spawned)
{
	struct process *process = processes_enter(processes, 1);
	struct process *other = processes_enter(processes, 2);
	char path[] = "/bin/cat";

	expect_taken(process, "/bin/cat", NULL, "none is waited for");
	processes_add_spawned(processes, process, path);
	path[1] = 'x'; /* it was copied */
	processes_add_spawned(processes, process, "/bin/ls");
	processes_add_spawned(processes, process, "/bin/sh");
	processes_add_spawned(processes, process, "/bin/ls");
	cr_assert(eq(u32, process->spawned_count, 4));
	expect_taken(other, "/bin/ls", NULL, "another process");
	expect_taken(process, "/bin/sh", "/bin/sh", "the third");
	expect_taken(process, "/bin/ls", "/bin/ls", "one of two");
	expect_taken(process, "/bin/cat", "/bin/cat", "the first");
	expect_taken(process, "/bin/ls", "/bin/ls", "the other of two");
	cr_assert(zero(u32, process->spawned_count));
	expect_taken(process, "/bin/ls", NULL, "none is left");
}

/* It could not be executed: nobody will say hello from it. */
Test(processes, spawned_in_vain)
{
	struct process *process = processes_enter(processes, 1);

	processes_drop_spawned(processes, process, "/bin/a");
	processes_add_spawned(processes, process, "/bin/a");
	processes_add_spawned(processes, process, "/bin/b");
	processes_add_spawned(processes, process, "/bin/a");
	processes_drop_spawned(processes, process, "/bin/c");
	cr_assert(eq(u32, process->spawned_count, 3));
	processes_drop_spawned(processes, process, "/bin/a");
	cr_assert(eq(u32, process->spawned_count, 2));
	expect_taken(process, "/bin/b", "/bin/b", "another one");
	expect_taken(process, "/bin/a", "/bin/a", "the first of that name");
	cr_assert(zero(u32, process->spawned_count));
}

/* What was executed may be gone by the time that it says hello. */
Test(processes, spawned_and_gone)
{
	struct process *process = processes_enter(processes, 1);

	processes_add_spawned(processes, process, "/nonesuch/a");
	processes_add_spawned(processes, process, "/nonesuch/b");
	expect_taken(process, "/nonesuch/b", "/nonesuch/b", "by its name");
	expect_taken(process, "/nonesuch/a", "/nonesuch/a", "by its name");
}

/* Of a script the kernel shows the words of its first line, and then its path. */
Test(processes, spawned_scripts)
{
	static const char words[] = "/bin/sh\0-e\0./b\0./a";
	struct process *process = processes_enter(processes, 1);
	char *taken;

	processes_add_spawned(processes, process, "/srv/a");
	processes_add_spawned(processes, process, "/srv/b");
	taken = processes_take_spawned(processes, process, "/usr/bin/dash", words, sizeof(words));
	cr_assert(taken != NULL);
	cr_assert(eq(str, taken, "/srv/b"), "the fourth word is an argument");
	free(taken);
	taken = processes_take_spawned(processes, process, "/usr/bin/dash", words, sizeof(words));
	cr_assert(taken == NULL, "what is not shown is not guessed");
	taken =
	    processes_take_spawned(processes, process, "/usr/bin/dash", "/srv/a", sizeof("/srv/a"));
	cr_assert(taken == NULL, "the first word is the interpreter");
}

/* However many children a process has, what it was asked for last is known. */
Test(processes, very_many_spawned)
{
	struct process *process = processes_enter(processes, 1);
	unsigned most = 0;

	processes_add_spawned(processes, process, "/bin/cat");
	for (unsigned i = 0; i < 100000; i++) {
		processes_add_spawned(processes, process, "/nonesuch");
		most = process->spawned_count > most ? process->spawned_count : most;
	}
	processes_add_spawned(processes, process, "/bin/sh");
	cr_assert(lt(u32, most, 10000), "%u are kept", most);
	expect_taken(process, "/bin/sh", "/bin/sh", "the last");
	expect_taken(process, "/bin/cat", NULL, "the first is forgotten");
	expect_taken(process, "/else/nonesuch", "/nonesuch", "one of the many, by its name");
	processes_forget(processes);
	expect_taken(processes_enter(processes, 1), "/bin/ls", NULL, "all are forgotten");
}

/* Ever other processes: those that are alive stay known, of the others the last. */
Test(processes, very_many)
{
	const int many = 100000;
	const pid_t self = getpid();
	struct process *process;
	unsigned known = 0;

	process = processes_enter(processes, self);
	process_set_program(processes, process, "/bin/me", NULL);
	for (int i = 0; i < many; i++) {
		processes_forget_oldest(processes);
		process = processes_enter(processes, DEAD + i);
		process_set_program(processes, process, "/bin/other", NULL);
	}
	cr_assert(processes_find(processes, self) != NULL);
	cr_assert(eq(str, (char *)processes_find(processes, self)->program, "me"));
	for (int i = 0; i < many; i++) {
		known += processes_find(processes, DEAD + i) != NULL;
	}
	cr_assert(processes_find(processes, DEAD + many - 1) != NULL);
	cr_assert(all(ge(u32, known, 10000), le(u32, known, 40000)), "%u", known);
}

/* Of names, too: the process is there, without one. */
Test(processes, very_many_names)
{
	struct process *process = NULL;
	char name[32];

	for (int i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "/bin/name-%d", i);
		process = processes_enter(processes, DEAD);
		process_set_program(processes, process, name, NULL);
	}
	cr_assert(eq(str, (char *)process->program, "?"));
	cr_assert(process_runs(process, name));
	process_set_program(processes, process, "/bin/name-1", NULL);
	cr_assert(eq(str, (char *)process->program, "name-1"));
}

/* What all of them are to execute: of very much, what comes last is not kept. */
Test(processes, very_many_spawned_by_all)
{
	struct process *process;
	unsigned kept = 0;

	for (int i = 0; i < 1000; i++) {
		process = processes_enter(processes, DEAD + i);
		for (int j = 0; j < 60; j++) {
			processes_add_spawned(processes, process, "/nonesuch");
		}
	}
	for (int i = 0; i < 1000; i++) {
		kept += processes_enter(processes, DEAD + i)->spawned_count;
	}
	cr_assert(all(ge(u32, kept, 1000), le(u32, kept, 10000)), "%u", kept);
	processes_forget(processes);
	process = processes_enter(processes, DEAD);
	processes_add_spawned(processes, process, "/bin/sh");
	cr_assert(eq(u32, process->spawned_count, 1));
}
