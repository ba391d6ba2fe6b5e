/* SPDX-License-Identifier: MIT */
/* What observer.c and images.c share, and nobody else has to know. */
#ifndef LAUNCHER_OBSERVER_STATE_H
#define LAUNCHER_OBSERVER_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "launcher/facts.h"
#include "launcher/observer.h"
#include "launcher/processes.h"
#include "launcher/python_cache.h"
#include "launcher/reloaders.h"
#include "launcher/unobserved.h"

struct observer {
	struct fact_context context;	    /* owns its resolver */
	struct python_caches python_caches; /* until the next generation begins */
	struct ruby_caches ruby_caches;
	struct journal *journal;
	struct trace *trace; /* or NULL */
	char *const *command;
	struct processes *processes;
	struct unobserved *unobserved;
	struct stat root; /* of ours: a process with another one names other paths */
	ino_t mount_namespace;
	bool lost;
	bool reloader_told;
};

/* images.c: what a process tells of itself. */
void images_take(struct observer *observer, struct fact *fact, const struct report *report);
/* The process is a copy of the one that the report names as its parent. */
void images_inherit(struct observer *observer, const struct report *report);

/* observer_trace.c: the same things for a trace. */
/* A look or a change, or that some were lost. */
void observer_trace_fact(struct observer *observer, const struct process *process,
			 const struct report *report);
/* An exec that failed; and one of a program that cannot be observed: it will never say hello. */
void observer_trace_failure(struct observer *observer, const struct process *process,
			    const struct report *report);
void observer_trace_unobserved(struct observer *observer, const struct process *process,
			       const struct report *report, const char *path, const char *reason);
/*
 * A new image has said hello, before which `process` is as it was. named: what was asked for, or
 * NULL if nobody knows. called: by what name it is known to people: python3, not python3.11.
 */
void observer_trace_image(struct observer *observer, const struct process *process,
			  const struct report *report, const char *named, char called[PATH_MAX]);
/* The command has been started, from the file at path, which cannot be observed if reason says so.
 */
void observer_trace_started(struct observer *observer, pid_t pid, const char *path,
			    const char *reason, uint64_t now_ns);
/* What was executed and has not said hello until the end. */
void observer_trace_pending(struct observer *observer, pid_t pid, const struct process *process,
			    uint64_t now_ns);

#endif
