/* SPDX-License-Identifier: MIT */
/* launcher/processes: what the reports have told of each. */
#include "launcher/processes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

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
		process_set_program(processes, process, cases[i].path);
		cr_expect(eq(str, (char *)process->program, (char *)cases[i].program), "%zu", i);
	}
	/* The earlier name stays valid: a dependency may point to it. */
	process_set_program(processes, process, "/bin/one");
	earlier = process->program;
	process_set_program(processes, process, "/bin/two");
	cr_assert(eq(str, (char *)earlier, "one"));
	/* Each is kept once. */
	process_set_program(processes, other, "/usr/local/bin/one");
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
