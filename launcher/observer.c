/* SPDX-License-Identifier: MIT */
/* Turns reports into dependencies; see observer.h. */
#include "launcher/observer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/facts.h"
#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/processes.h"
#include "launcher/resolver.h"
#include "launcher/unobserved.h"

#define HELLO_LATE_NS 1000000000u /* who has not said hello by then never will */

struct observer {
	struct fact_context context; /* owns its resolver */
	struct journal *journal;
	struct processes *processes;
	struct unobserved *unobserved;
	struct stat root; /* of ours: a process with another one names other paths */
	ino_t mount_namespace;
	bool lost;
};

struct observer *observer_new(const struct policy *policy, struct generations *generations,
			      struct journal *journal, const char *cache_prefix)
{
	struct observer *observer = calloc(1, sizeof(*observer));
	struct stat status;

	if (observer == NULL) {
		return NULL;
	}
	observer->context =
	    (struct fact_context){policy, generations, resolver_new(), cache_prefix};
	observer->journal = journal;
	observer->processes = processes_new();
	observer->unobserved = unobserved_new(journal);
	(void)stat("/", &observer->root);
	observer->mount_namespace = stat("/proc/self/ns/mnt", &status) == 0 ? status.st_ino : 0;
	if (observer->context.resolver == NULL || observer->processes == NULL ||
	    observer->unobserved == NULL) {
		observer_free(observer);
		return NULL;
	}
	return observer;
}

void observer_free(struct observer *observer)
{
	if (observer != NULL) {
		resolver_free(observer->context.resolver);
		processes_free(observer->processes);
		unobserved_free(observer->unobserved);
		free(observer);
	}
}

void observer_begin(struct observer *observer)
{
	resolver_forget(observer->context.resolver);
	processes_forget(observer->processes);
}

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
	process_set_pending(process, NULL, 0);
	if ((report->header.flags & REPORT_FAILED) != 0) {
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
		process_set_pending(process, path, report->header.time_ns);
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

static void take_hello(struct observer *observer, const struct report *report)
{
	struct process *process = processes_enter(observer->processes, report->header.pid);
	const struct identity *root = &report->header.identity;
	const char *executable = report->first[0] != '\0' ? report->first : report->text;

	if (process == NULL) {
		return;
	}
	process_set_pending(process, NULL, 0);
	process_set_program(observer->processes, process, executable);
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
	}
}

/* The last report of a process that forbids itself system calls (preload/process.h). */
static void take_sandbox(struct observer *observer, const struct report *report)
{
	char link[64];
	char executable[PATH_MAX];
	ssize_t length;

	path_of_process(link, sizeof(link), report->header.pid, "exe");
	length = readlink(link, executable, sizeof(executable) - 1);
	if (length > 0) {
		executable[length] = '\0';
		unobserved_tell(observer->unobserved, report->header.pid, executable,
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

/* A relative path whose folder the process could not tell: its cwd, if it is still there. */
static const char *complete(const struct report *report, bool second, char path[PATH_MAX])
{
	const char *given = second ? report->second : report->first;
	uint16_t flag = second ? REPORT_SECOND_IN_CWD : REPORT_FIRST_IN_CWD;
	char link[64];
	char cwd[PATH_MAX];
	ssize_t length;

	if ((report->header.flags & flag) == 0) {
		return given;
	}
	path_of_process(link, sizeof(link), report->header.pid, "cwd");
	length = readlink(link, cwd, sizeof(cwd) - 1);
	if (length <= 0) {
		return "";
	}
	cwd[length] = '\0';
	return path_join(path, cwd, given) ? path : "";
}

static void take_fact(struct observer *observer, struct fact *fact, const struct report *report)
{
	char completed[2][PATH_MAX];
	const char *first = complete(report, false, completed[0]);

	switch ((enum report_kind)report->header.kind) {
	case REPORT_READ:
		fact_read(fact, first);
		return;
	case REPORT_STAT:
		fact_stat(fact, first);
		return;
	case REPORT_MISSING:
		fact_missing(fact, first);
		return;
	case REPORT_LIST:
		fact_list(fact, first);
		return;
	case REPORT_WRITE:
		fact_write(fact, first,
			   (report->header.flags & (REPORT_TRUNCATED | REPORT_CREATED)) != 0);
		return;
	case REPORT_RENAME:
		if (S_ISDIR(report->header.mode)) {
			fact_folder_moved(fact, first);
			fact_folder_moved(fact, complete(report, true, completed[1]));
		}
		fact_name_change(fact, first);
		fact_name_change(fact, complete(report, true, completed[1]));
		return;
	case REPORT_LINK:
	case REPORT_REMOVE:
	case REPORT_MKDIR:
		fact_name_change(fact, first);
		return;
	case REPORT_EXEC:
		take_exec(observer, fact, report);
		return;
	case REPORT_LOST:
		observer->lost = true;
		journal_lost(observer->journal, report->header.count);
		return;
	case REPORT_HELLO:
		take_hello(observer, report);
		return;
	case REPORT_FORKED:
		take_forked(observer, report);
		return;
	case REPORT_READLINK:
		fact_link(fact, first);
		return;
	case REPORT_LOAD:
		fact_loaded(fact, first);
		return;
	case REPORT_SANDBOX:
		take_sandbox(observer, report);
		return;
	case REPORT_KIND_END:
		return;
	}
}

void observer_take(struct observer *observer, const struct report *report)
{
	const struct report_header *header = &report->header;
	struct process *process = processes_enter(observer->processes, header->pid);
	struct fact fact = {
	    .context = &observer->context,
	    .use = {.reason = DEPENDENCY_READ,
		    .pid = header->pid,
		    .time_ns = header->time_ns,
		    .program = process != NULL ? process->program : NULL,
		    .identity = (header->flags & REPORT_IDENTITY) != 0 ? &header->identity : NULL},
	};

	if (process != NULL && process->foreign && header->kind != REPORT_HELLO) {
		return;
	}
	take_fact(observer, &fact, report);
}

void observer_execute(struct observer *observer, const char *path, uint64_t now_ns)
{
	struct identity identity;
	struct stat status;
	struct fact fact = {
	    .context = &observer->context,
	    .use = {.reason = DEPENDENCY_EXECUTED, .pid = getpid(), .time_ns = now_ns},
	};

	fact.use.program = "autoreload-run";
	if (stat(path, &status) == 0) {
		identity = identity_of_status(&status);
		fact.use.identity = &identity;
		fact_executed(&fact, path);
	}
}

void observer_not_executed(struct observer *observer, const char *path, uint64_t now_ns)
{
	char canonical[PATH_MAX];
	struct identity identity;
	struct use use = {
	    .reason = DEPENDENCY_EXECUTED,
	    .pid = getpid(),
	    .time_ns = now_ns,
	    .program = "autoreload-run",
	};

	if (resolver_resolve(observer->context.resolver, path, canonical, NULL, NULL) == 0) {
		use.identity = identity_of_path(canonical, &identity) ? &identity : NULL;
		generations_depend_on_mode(observer->context.generations, canonical, use);
	}
}

void observer_started(struct observer *observer, pid_t pid, const char *path)
{
	unobserved_inspect(observer->unobserved, pid, path);
}

void observer_output(struct observer *observer, const char *path)
{
	struct fact fact = {.context = &observer->context};

	fact_redirected(&fact, path);
}

bool observer_take_lost(struct observer *observer)
{
	bool lost = observer->lost;

	observer->lost = false;
	return lost;
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
