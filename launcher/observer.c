/* SPDX-License-Identifier: MIT */
/* Turns reports into dependencies; see observer.h. */
#include "launcher/observer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/identity.h"
#include "launcher/observer_state.h"
#include "launcher/path.h"
#include "launcher/python_cache.h"
#include "launcher/resolver.h"

struct observer *observer_new(const struct observer_parts *parts)
{
	struct observer *observer = calloc(1, sizeof(*observer));
	struct stat status;

	if (observer == NULL) {
		return NULL;
	}
	observer->context = (struct fact_context){parts->policy, parts->generations, resolver_new(),
						  parts->cache_prefix, &observer->ruby_caches};
	observer->journal = parts->journal;
	observer->trace = parts->trace;
	observer->command = parts->command;
	observer->processes = processes_new();
	observer->unobserved = unobserved_new(parts->journal, parts->trace != NULL);
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
		python_caches_forget(&observer->python_caches);
		ruby_caches_free(&observer->ruby_caches);
		processes_free(observer->processes);
		unobserved_free(observer->unobserved);
		free(observer);
	}
}

void observer_begin(struct observer *observer)
{
	python_caches_forget(&observer->python_caches);
	resolver_forget(observer->context.resolver);
	processes_forget(observer->processes);
}

/* What needs no more than the path. */
static void (*const simple_facts[REPORT_KIND_END])(struct fact *fact, const char *path) = {
    [REPORT_READ] = fact_read,	       [REPORT_STAT] = fact_stat,
    [REPORT_MISSING] = fact_missing,   [REPORT_LIST] = fact_list,
    [REPORT_LINK] = fact_name_change,  [REPORT_REMOVE] = fact_name_change,
    [REPORT_MKDIR] = fact_name_change, [REPORT_READLINK] = fact_link,
    [REPORT_LOAD] = fact_loaded,
};

static void take_rename(struct fact *fact, const char *from, const char *to, bool folder)
{
	if (folder) {
		fact_folder_moved(fact, from);
		fact_folder_moved(fact, to);
	}
	fact_name_change(fact, from);
	fact_name_change(fact, to);
}

static void take_fact(struct observer *observer, struct fact *fact, const struct report *report)
{
	const struct report_header *header = &report->header;
	const char *first = report->first;

	if (simple_facts[header->kind] != NULL) {
		simple_facts[header->kind](fact, first);
	} else if (header->kind == REPORT_WRITE) {
		fact_write(fact, first, (header->flags & (REPORT_TRUNCATED | REPORT_CREATED)) != 0);
	} else if (header->kind == REPORT_RENAME) {
		take_rename(fact, first, report->second, S_ISDIR(header->mode));
	} else if (header->kind == REPORT_LOST) {
		observer->lost = true;
		journal_lost(observer->journal, header->count);
	} else {
		images_take(observer, fact, report);
	}
}

/* Is it about a process rather than about a file? */
static bool is_of_image(unsigned kind)
{
	return kind == REPORT_HELLO || kind == REPORT_FORKED || kind == REPORT_EXEC ||
	       kind == REPORT_SANDBOX;
}

static struct process *enter_process(struct observer *observer, pid_t pid)
{
	processes_forget_oldest(observer->processes);
	return processes_enter(observer->processes, pid);
}

void observer_take(struct observer *observer, const struct report *report)
{
	const struct report_header *header = &report->header;
	struct process *process = enter_process(observer, header->pid);
	struct fact fact = {
	    .context = &observer->context,
	    .use = {.reason = DEPENDENCY_READ,
		    .pid = header->pid,
		    .time_ns = header->time_ns,
		    .program = process != NULL ? process->program : NULL,
		    .identity = (header->flags & REPORT_IDENTITY) != 0 ? &header->identity : NULL},
	    .again = (header->flags & REPORT_AGAIN) != 0,
	};

	/* A vfork child: it is never introduced. */
	if (process != NULL && header->parent != 0 && header->kind != REPORT_HELLO &&
	    header->kind != REPORT_FORKED) {
		images_inherit(observer, report);
	}
	if (process != NULL && process->foreign && header->kind != REPORT_HELLO &&
	    header->kind != REPORT_EXEC) {
		return;
	}
	if (observer->trace != NULL && !is_of_image(header->kind)) {
		observer_trace_fact(observer, process, report);
		return;
	}
	take_fact(observer, &fact, report);
}

/* What we do ourselves is no report. */
static void take_own(struct observer *observer, const char *path, uint64_t now_ns,
		     enum dependency_reason reason)
{
	struct identity identity;
	struct stat status;
	struct fact fact = {
	    .context = &observer->context,
	    .use = {.reason = reason, .pid = getpid(), .time_ns = now_ns},
	};

	fact.use.program = "autoreload-run";
	if (observer->trace != NULL || stat(path, &status) != 0) {
		return;
	}
	identity = identity_of_status(&status);
	fact.use.identity = &identity;
	if (reason == DEPENDENCY_EXECUTED) {
		fact_executed(&fact, path);
	} else if (S_ISREG(status.st_mode)) {
		fact_read(&fact, path);
	}
}

void observer_execute(struct observer *observer, const char *path, uint64_t now_ns)
{
	take_own(observer, path, now_ns, DEPENDENCY_EXECUTED);
}

void observer_named(struct observer *observer, const char *path, uint64_t now_ns)
{
	take_own(observer, path, now_ns, DEPENDENCY_READ);
}

const char *observer_program(const struct observer *observer, pid_t pid)
{
	const struct process *process = processes_enter(observer->processes, pid);

	return process != NULL ? process->program : NULL;
}

void observer_not_executed(struct observer *observer, const char *path, uint64_t now_ns)
{
	const struct route *route;
	struct identity identity;
	struct use use = {
	    .reason = DEPENDENCY_EXECUTED,
	    .pid = getpid(),
	    .time_ns = now_ns,
	    .program = "autoreload-run",
	};

	if (observer->trace != NULL) {
		return;
	}
	route = resolver_resolve(observer->context.resolver, path);
	if (route != NULL) {
		use.identity = identity_of_path(route->canonical, &identity) ? &identity : NULL;
		generations_depend_on_mode(observer->context.generations, route->canonical, use);
	}
}

void observer_started(struct observer *observer, pid_t pid, const char *path, uint64_t now_ns)
{
	const char *reason = unobserved_inspect(observer->unobserved, pid, path);

	if (observer->trace != NULL) {
		observer_trace_started(observer, pid, path, reason, now_ns);
	}
}

void observer_output(struct observer *observer, const char *path)
{
	struct fact fact = {.context = &observer->context};

	fact_redirected(&fact, path);
}

void observer_drop_caches(struct observer *observer, const char *source)
{
	python_cache_drop(&observer->python_caches, source, observer->context.cache_prefix);
	ruby_cache_drop(&observer->ruby_caches, source);
}

bool observer_take_lost(struct observer *observer)
{
	bool lost = observer->lost;

	observer->lost = false;
	return lost;
}
