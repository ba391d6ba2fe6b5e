/* SPDX-License-Identifier: MIT */
/* Turns reports into dependencies; see observer.h. */
#include "launcher/observer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/identity.h"
#include "launcher/message.h"
#include "launcher/processes.h"
#include "launcher/resolver.h"
#include "launcher/unobserved.h"

#define HELLO_LATE_NS 1000000000u /* who has not said hello by then never will */

struct observer {
	const struct policy *policy;
	struct generations *generations;
	struct journal *journal;
	const char *cache_prefix;
	struct resolver *resolver;
	struct processes *processes;
	struct unobserved *unobserved;
	struct stat root; /* of ours: a process with another one names other paths */
	ino_t mount_namespace;
};

struct observer *observer_new(const struct policy *policy, struct generations *generations,
			      struct journal *journal, const char *cache_prefix)
{
	struct observer *observer = calloc(1, sizeof(*observer));
	struct stat status;

	if (observer == NULL) {
		return NULL;
	}
	observer->policy = policy;
	observer->generations = generations;
	observer->journal = journal;
	observer->cache_prefix = cache_prefix;
	observer->resolver = resolver_new();
	observer->processes = processes_new();
	observer->unobserved = unobserved_new(journal);
	(void)stat("/", &observer->root);
	observer->mount_namespace = stat("/proc/self/ns/mnt", &status) == 0 ? status.st_ino : 0;
	if (observer->resolver == NULL || observer->processes == NULL ||
	    observer->unobserved == NULL) {
		observer_free(observer);
		return NULL;
	}
	return observer;
}

void observer_free(struct observer *observer)
{
	if (observer != NULL) {
		resolver_free(observer->resolver);
		processes_free(observer->processes);
		unobserved_free(observer->unobserved);
		free(observer);
	}
}

void observer_begin(struct observer *observer)
{
	resolver_forget(observer->resolver);
	processes_forget(observer->processes);
}

/* --- places --- */

/* One fact about one path, on its way to the generations. */
struct fact {
	struct observer *observer;
	struct use use;
};

/* A symlink on the way: retargeted, it leads elsewhere. */
static void depend_on_link(const char *link, void *context)
{
	const struct fact *fact = context;
	struct use use = fact->use;
	struct identity identity;

	if (policy_place(fact->observer->policy, link) == POLICY_IGNORED ||
	    !identity_of_path(link, &identity)) {
		return;
	}
	use.reason = DEPENDENCY_LINK;
	use.identity = &identity;
	generations_depend(fact->observer->generations, link, use);
}

/* The canonical path and where it lies; links: whether those on the way are dependencies, too. */
static enum policy_place locate(struct fact *fact, const char *path, bool links,
				char canonical[PATH_MAX])
{
	struct observer *observer = fact->observer;

	if (resolver_resolve(observer->resolver, path, canonical, links ? depend_on_link : NULL,
			     fact) != 0) {
		return POLICY_IGNORED;
	}
	return policy_place(observer->policy, canonical);
}

/* --- the table --- */

static void take_read(struct fact *fact, const char *path)
{
	struct generations *generations = fact->observer->generations;
	char canonical[PATH_MAX];
	char source[PATH_MAX];
	struct identity identity;

	if (locate(fact, path, true, canonical) == POLICY_IGNORED) {
		return;
	}
	if (policy_python_source(canonical, fact->observer->cache_prefix, source) &&
	    identity_of_path(source, &identity)) {
		/* The interpreter has looked at the source before: its version counts, if known. */
		fact->use.reason = DEPENDENCY_CACHE;
		fact->use.identity = &identity;
		generations_depend(generations, source, fact->use);
		return;
	}
	generations_depend(generations, canonical, fact->use);
}

static void take_stat(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_STAT;
	switch (locate(fact, path, false, canonical)) {
	case POLICY_PROJECT:
		(void)locate(fact, path, true, canonical);
		/* A cache is looked at only to be read, and then its source counts. */
		if (!policy_is_python_cache(canonical)) {
			generations_depend(fact->observer->generations, canonical, fact->use);
		}
		return;
	case POLICY_ELSEWHERE:
		generations_see(fact->observer->generations, canonical, fact->use);
		return;
	case POLICY_IGNORED:
		return;
	}
}

static void take_missing(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_MISSING;
	fact->use.identity = NULL;
	if (locate(fact, path, false, canonical) == POLICY_PROJECT &&
	    !policy_is_python_cache(canonical)) {
		(void)locate(fact, path, true, canonical);
		generations_depend(fact->observer->generations, canonical, fact->use);
	}
}

static void take_list(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_LISTED;
	if (locate(fact, path, false, canonical) == POLICY_PROJECT &&
	    !policy_is_python_cache(canonical)) {
		generations_list(fact->observer->generations, canonical, fact->use);
	}
}

/* What the command writes, makes or removes. The last name is not followed: it is what changes. */
static void take_change(struct fact *fact, const char *path, bool sure)
{
	char canonical[PATH_MAX];

	if (locate(fact, path, false, canonical) != POLICY_IGNORED) {
		generations_write(fact->observer->generations, canonical, sure);
	}
}

/* A call that changes a name, and not what it leads to: resolves the folder alone. */
static void take_name_change(struct fact *fact, const char *path)
{
	char canonical[PATH_MAX];
	char whole[PATH_MAX];
	char *slash;
	const char *name;

	if (strlen(path) >= sizeof(whole) || strrchr(path, '/') == NULL) {
		return;
	}
	strcpy(whole, path);
	for (slash = strrchr(whole, '/'); slash > whole && slash[1] == '\0';
	     slash = strrchr(whole, '/')) {
		*slash = '\0';
	}
	name = path + (slash - whole) + 1;
	slash[slash == whole] = '\0';
	if (resolver_resolve(fact->observer->resolver, whole, canonical, NULL, NULL) != 0) {
		return;
	}
	if (snprintf(whole, sizeof(whole), "%s/%.*s", strcmp(canonical, "/") == 0 ? "" : canonical,
		     (int)strcspn(name, "/"), name) < (int)sizeof(whole) &&
	    policy_place(fact->observer->policy, whole) != POLICY_IGNORED) {
		generations_write(fact->observer->generations, whole, true);
	}
}

static void take_executed(struct fact *fact, pid_t pid, const char *path)
{
	char canonical[PATH_MAX];

	fact->use.reason = DEPENDENCY_EXECUTED;
	unobserved_inspect(fact->observer->unobserved, pid, path);
	if (fact->use.identity != NULL && locate(fact, path, true, canonical) != POLICY_IGNORED) {
		generations_depend(fact->observer->generations, canonical, fact->use);
	}
}

static void take_exec(struct fact *fact, const struct report *report)
{
	struct process *process = processes_enter(fact->observer->processes, report->header.pid);
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
	process_set_pending(process, path, report->header.time_ns);
	take_executed(fact, report->header.pid, path);
}

/* The interpreter of a script is executed without anybody's naming it but its hello. */
static void depend_on_image(struct observer *observer, const struct process *process,
			    const struct report *report)
{
	char canonical[PATH_MAX];
	struct identity identity;
	struct fact fact = {
	    .observer = observer,
	    .use = {.reason = DEPENDENCY_EXECUTED,
		    .pid = report->header.pid,
		    .time_ns = report->header.time_ns,
		    .program = process->program,
		    .identity = &identity},
	};

	if (locate(&fact, report->first, false, canonical) != POLICY_IGNORED &&
	    identity_of_path(canonical, &identity)) {
		generations_depend(observer->generations, canonical, fact.use);
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
	snprintf(link, sizeof(link), "/proc/%d/cwd", (int)report->header.pid);
	length = readlink(link, cwd, sizeof(cwd) - 1);
	if (length <= 0) {
		return "";
	}
	cwd[length] = '\0';
	return snprintf(path, PATH_MAX, "%s/%s", cwd, given) < PATH_MAX ? path : "";
}

static void take_fact(struct fact *fact, const struct report *report)
{
	char completed[2][PATH_MAX];
	const char *first = complete(report, false, completed[0]);

	switch ((enum report_kind)report->header.kind) {
	case REPORT_READ:
		take_read(fact, first);
		return;
	case REPORT_STAT:
		take_stat(fact, first);
		return;
	case REPORT_MISSING:
		take_missing(fact, first);
		return;
	case REPORT_LIST:
		take_list(fact, first);
		return;
	case REPORT_WRITE:
		take_change(fact, first,
			    (report->header.flags &
			     (REPORT_TRUNCATED | REPORT_CREATED | REPORT_APPEND)) != 0);
		return;
	case REPORT_RENAME:
		take_name_change(fact, first);
		take_name_change(fact, complete(report, true, completed[1]));
		return;
	case REPORT_LINK:
	case REPORT_REMOVE:
	case REPORT_MKDIR:
		take_name_change(fact, first);
		return;
	case REPORT_EXEC:
		take_exec(fact, report);
		return;
	case REPORT_LOST:
		journal_lost(fact->observer->journal, report->header.count);
		return;
	case REPORT_HELLO:
		take_hello(fact->observer, report);
		return;
	case REPORT_FORKED:
		take_forked(fact->observer, report);
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
	    .observer = observer,
	    .use = {.reason = DEPENDENCY_READ,
		    .pid = header->pid,
		    .time_ns = header->time_ns,
		    .program = process != NULL ? process->program : NULL,
		    .identity = (header->flags & REPORT_IDENTITY) != 0 ? &header->identity : NULL},
	};

	if (process != NULL && process->foreign && header->kind != REPORT_HELLO) {
		return;
	}
	take_fact(&fact, report);
}

void observer_executed(struct observer *observer, const char *path, uint64_t now_ns)
{
	struct identity identity;
	struct stat status;
	struct fact fact = {
	    .observer = observer,
	    .use = {.reason = DEPENDENCY_EXECUTED, .pid = getpid(), .time_ns = now_ns},
	};

	fact.use.program = "autoreload-run";
	if (stat(path, &status) == 0) {
		identity = identity_of_status(&status);
		fact.use.identity = &identity;
		take_executed(&fact, 0, path);
	}
}

void observer_output(struct observer *observer, const char *path)
{
	struct fact fact = {.observer = observer};

	take_change(&fact, path, true);
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
