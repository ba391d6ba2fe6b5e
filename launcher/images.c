/* SPDX-License-Identifier: MIT */
/* Which programs run, and which of them cannot be seen: exec, hello, fork, sandbox. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/identity.h"
#include "launcher/kin.h"
#include "launcher/observer_state.h"

#define HELLO_LATE_NS 1000000000u /* who has not said hello by then never will */

/* A program that is about to be executed: a dependency, and perhaps one that cannot be observed. */
static void take_exec(struct observer *observer, struct fact *fact, const struct report *report)
{
	struct process *process = processes_enter(observer->processes, report->header.pid);
	const char *path = report->first;
	char found[PATH_MAX];
	struct identity identity;

	if (process == NULL) {
		return;
	}
	if ((report->header.flags & REPORT_SPAWNED) == 0) {
		process_set_pending(process, NULL, 0);
	}
	if ((report->header.flags & REPORT_FAILED) != 0) {
		return;
	}
	if (process->foreign) { /* its paths are none of ours */
		if ((report->header.flags & REPORT_UNREACHABLE) != 0) {
			unobserved_tell(observer->unobserved, report->header.pid, path,
					"runs in another root or mount namespace");
		}
		return;
	}
	if ((report->header.flags & REPORT_SEARCHED) != 0) {
		if (executable_find(path, report->second, found, sizeof(found)) != 0 ||
		    found[0] != '/' || !identity_of_path(found, &identity)) {
			return;
		}
		path = found;
		fact->use.identity = &identity;
	}
	if ((report->header.flags & REPORT_UNREACHABLE) != 0) {
		unobserved_tell(observer->unobserved, report->header.pid, path,
				"runs where the observing library cannot be read "
				"(another root, or other privileges)");
	} else {
		if ((report->header.flags & REPORT_SPAWNED) == 0) {
			process_set_pending(process, path, report->header.time_ns);
		}
		unobserved_inspect(observer->unobserved, report->header.pid, path);
	}
	fact_executed(fact, path);
}

/* The interpreter of a script is executed without anybody's naming it but its hello. */
static void depend_on_image(struct observer *observer, const struct process *process,
			    const struct report *report)
{
	struct identity identity;
	struct stat status;
	struct fact fact = {
	    .context = &observer->context,
	    .use = {.pid = report->header.pid,
		    .time_ns = report->header.time_ns,
		    .program = process->program,
		    .identity = &identity},
	};

	if (stat(report->first, &status) == 0) {
		identity = identity_of_status(&status);
		fact_executed(&fact, report->first);
	}
}

/* Once: what is said of the first holds for all. */
static void look_for_reloader(struct observer *observer, const struct process *process,
			      const struct report *report)
{
	const char *program = process->program != NULL ? process->program : "";
	const char *advice;

	if (observer->reloader_told) {
		return;
	}
	advice = reloaders_by_words(report->text, report->header.text_length);
	if (advice == NULL && strncmp(program, "python", 6) == 0) {
		advice = reloaders_by_environment(report->header.pid);
	}
	if (advice != NULL) {
		observer->reloader_told = true;
		journal_reloader(observer->journal, program, advice);
	}
}

static void take_hello(struct observer *observer, const struct report *report)
{
	struct process *process = processes_enter(observer->processes, report->header.pid);
	const struct identity *root = &report->header.identity;
	const char *executable = report->first[0] != '\0' ? report->first : report->text;

	if (process == NULL) {
		return;
	}
	process_set_pending(process, NULL, 0);
	if (executable[0] != '\0') {
		process_set_program(observer->processes, process, executable);
	} else if (process->program != NULL) { /* one that has lost its /proc by a chroot */
		executable = process->program;
	}
	process->foreign =
	    (report->header.count != 0 && observer->mount_namespace != 0 &&
	     report->header.count != observer->mount_namespace) ||
	    ((report->header.flags & REPORT_IDENTITY) != 0 &&
	     (root->inode != observer->root.st_ino || root->device != observer->root.st_dev));
	if (process->foreign) {
		unobserved_tell(observer->unobserved, report->header.pid, executable,
				"runs in another root or mount namespace");
	} else if (report->first[0] == '/') {
		depend_on_image(observer, process, report);
		look_for_reloader(observer, process, report);
	}
}

/* The last report of a process that forbids itself system calls (preload/process.h). */
static void take_sandbox(struct observer *observer, const struct report *report)
{
	char link[64];
	char executable[PATH_MAX];
	ssize_t length;

	kin_path(link, sizeof(link), report->header.pid, "exe");
	length = readlink(link, executable, sizeof(executable) - 1);
	if (length > 0) {
		executable[length] = '\0';
		unobserved_tell(
		    observer->unobserved, report->header.pid, executable,
		    "shuts itself in (seccomp): what it opens from then on is not seen");
	}
}

static void take_forked(struct observer *observer, const struct report *report)
{
	struct process *parent = processes_enter(observer->processes, report->header.parent);
	struct process *process = processes_enter(observer->processes, report->header.pid);

	if (process != NULL && parent != NULL) {
		process->program = parent->program;
		process->foreign = parent->foreign;
	}
}

void images_take(struct observer *observer, struct fact *fact, const struct report *report)
{
	switch (report->header.kind) {
	case REPORT_EXEC:
		take_exec(observer, fact, report);
		break;
	case REPORT_HELLO:
		take_hello(observer, report);
		break;
	case REPORT_FORKED:
		take_forked(observer, report);
		break;
	case REPORT_SANDBOX:
		take_sandbox(observer, report);
		break;
	default:
		break;
	}
}

struct ending {
	struct observer *observer;
	uint64_t now_ns;
};

static void tell_pending(pid_t pid, const struct process *process, void *context)
{
	const struct ending *ending = context;

	/* One that was killed between its exec and its hello has nothing to tell either way. */
	if (process->pending_ns + HELLO_LATE_NS < ending->now_ns) {
		unobserved_tell(ending->observer->unobserved, pid, process->pending,
				"did not load the observing library");
	}
}

void observer_end(struct observer *observer, uint64_t now_ns)
{
	struct ending ending = {observer, now_ns};

	processes_each_pending(observer->processes, tell_pending, &ending);
}
