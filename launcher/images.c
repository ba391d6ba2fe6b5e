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

static const char elsewhere[] = "runs in another root or mount namespace";
static const char out_of_reach[] =
    "runs where the observing library cannot be read (another root, or other privileges)";

/* Where the report's path leads; NULL: nowhere. */
static const char *executed_path(const struct report *report, char found[PATH_MAX],
				 struct identity *identity)
{
	if ((report->header.flags & REPORT_SEARCHED) == 0) {
		return report->first;
	}
	if (executable_find(report->first, report->second, found, PATH_MAX) != 0 ||
	    found[0] != '/' || !identity_of_path(found, identity)) {
		return NULL;
	}
	return found;
}

/* The reason, if it cannot be observed. */
static const char *inspect(const struct observer *observer, const struct report *report,
			   const char *path)
{
	if ((report->header.flags & REPORT_UNREACHABLE) == 0) {
		return unobserved_inspect(observer->unobserved, report->header.pid, path);
	}
	unobserved_tell(observer->unobserved, report->header.pid, path, out_of_reach);
	return out_of_reach;
}

/* A program that is about to be executed: a dependency, and perhaps one that cannot be observed. */
static void take_executed(struct observer *observer, struct process *process, struct fact fact,
			  const struct report *report)
{
	bool spawned = (report->header.flags & REPORT_SPAWNED) != 0;
	struct identity identity;
	char found[PATH_MAX];
	const char *path = executed_path(report, found, &identity);
	const char *reason;

	if (path == NULL) {
		return;
	}
	if (path == found) {
		fact.use.identity = &identity;
	}
	reason = inspect(observer, report, path);
	if (observer->trace == NULL) {
		fact_executed(&fact, path);
	} else if (reason != NULL && access(path, X_OK) == 0) { /* else its failure follows */
		observer_trace_unobserved(observer, process, report, path, reason);
	} else if (spawned) {
		processes_add_spawned(observer->processes, process, path);
	}
	/* In reload mode, who has no library has been told of already. */
	if (!spawned && (report->header.flags & REPORT_UNREACHABLE) == 0 &&
	    (observer->trace == NULL || reason == NULL)) {
		process_set_pending(process, path, report->header.time_ns);
	}
}

static void take_exec(struct observer *observer, struct fact *fact, const struct report *report)
{
	struct process *process = processes_enter(observer->processes, report->header.pid);
	unsigned flags = report->header.flags;

	if (process == NULL) {
		return;
	}
	if ((flags & REPORT_SPAWNED) == 0) {
		process_set_pending(process, NULL, 0);
	}
	if ((flags & REPORT_FAILED) != 0) {
		if ((flags & REPORT_SPAWNED) != 0) {
			processes_drop_spawned(observer->processes, process, report->first);
		}
		if (observer->trace != NULL && !process->foreign) {
			observer_trace_failure(observer, process, report);
		}
	} else if (!process->foreign) {
		take_executed(observer, process, *fact, report);
	} else if ((flags & REPORT_UNREACHABLE) != 0) { /* its paths are none of ours */
		unobserved_tell(observer->unobserved, report->header.pid, report->first, elsewhere);
	}
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

/* What it was asked to execute; by whom it was spawned, if it was. To be freed, or NULL. */
static char *take_asked(struct observer *observer, struct process *process,
			const struct report *hello)
{
	char *asked = process->pending;
	struct process *spawner;

	process->pending = NULL;
	if (asked == NULL) {
		spawner = processes_enter(observer->processes, hello->header.parent);
		asked = spawner != NULL
			    ? processes_take_spawned(observer->processes, spawner, hello->first,
						     hello->text, hello->header.text_length)
			    : NULL;
	}
	return asked;
}

static bool is_elsewhere(const struct observer *observer, const struct report *report)
{
	const struct identity *root = &report->header.identity;

	return (report->header.count != 0 && observer->mount_namespace != 0 &&
		report->header.count != observer->mount_namespace) ||
	       ((report->header.flags & REPORT_IDENTITY) != 0 &&
		(root->inode != observer->root.st_ino || root->device != observer->root.st_dev));
}

static void take_hello(struct observer *observer, const struct report *report)
{
	struct process *process = processes_enter(observer->processes, report->header.pid);
	const char *executable = report->first[0] != '\0' ? report->first : report->text;
	char called[PATH_MAX];
	char *asked;

	if (process == NULL) {
		return;
	}
	process->parent = report->header.parent;
	process->life++;
	asked = take_asked(observer, process, report);
	process->foreign = is_elsewhere(observer, report);
	if (observer->trace != NULL) {
		observer_trace_image(observer, process, report, asked, called);
		executable = called[0] != '\0' ? called : executable;
	}
	free(asked);
	if (executable[0] != '\0') {
		process_set_program(observer->processes, process, executable,
				    report->first[0] != '\0' ? report->first : NULL);
	} else if (process->program != NULL) { /* one that has lost its /proc by a chroot */
		executable = process->program;
	}
	if (process->foreign) {
		unobserved_tell(observer->unobserved, report->header.pid, executable, elsewhere);
	} else if (observer->trace == NULL && report->first[0] == '/') {
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

/*
 * Of which process that is known it is a copy: its parent, unless that runs something else by now;
 * or the nearest ancestor that has told anything. NULL: of none.
 */
static const struct process *original_of(const struct observer *observer,
					 const struct report *report)
{
	bool forked = report->header.kind == REPORT_FORKED;
	const char *image = forked ? report->first : "";
	const pid_t ancestors[] = {report->header.parent, forked ? (pid_t)report->header.count : 0};

	for (size_t i = 0; i < 2; i++) {
		const struct process *known = processes_find(observer->processes, ancestors[i]);

		if (known != NULL && known->program != NULL &&
		    (image[0] == '\0' || process_runs(known, image))) {
			return known;
		}
	}
	return NULL;
}

static void copy_program(struct process *process, const struct process *original)
{
	process->program = original->program;
	process->image = original->image;
	process->foreign = original->foreign;
}

/* A parent that has had nothing to tell itself is a copy of the same. */
static void explain_parent(const struct observer *observer, pid_t pid,
			   const struct process *original)
{
	struct process *parent = pid != getpid() ? processes_enter(observer->processes, pid) : NULL;

	if (parent != NULL && parent->program == NULL) {
		copy_program(parent, original);
	}
}

void images_inherit(struct observer *observer, const struct report *report)
{
	bool forked = report->header.kind == REPORT_FORKED;
	struct process *process = processes_enter(observer->processes, report->header.pid);
	const struct process *original = original_of(observer, report);

	if (process == NULL || (!forked && process->parent == report->header.parent &&
				(original == NULL || process->program == original->program))) {
		return; /* a vfork child says it each time */
	}
	process->parent = report->header.parent;
	process->life++;
	if (original != NULL) {
		copy_program(process, original);
		explain_parent(observer, process->parent, original);
	} else if (forked && report->first[0] != '\0') {
		process_set_program(observer->processes, process, report->first, NULL);
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
		images_inherit(observer, report);
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

	if (ending->observer->trace != NULL) {
		observer_trace_pending(ending->observer, pid, process, ending->now_ns);
	}
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
	if (observer->trace != NULL) {
		(void)trace_flush(observer->trace);
		unobserved_tell_later(observer->unobserved, trace_is_for_builds(observer->trace));
	}
}
