/* SPDX-License-Identifier: MIT */
/* What observer.c and images.c share, and nobody else has to know. */
#ifndef LAUNCHER_OBSERVER_STATE_H
#define LAUNCHER_OBSERVER_STATE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "launcher/facts.h"
#include "launcher/observer.h"
#include "launcher/processes.h"
#include "launcher/reloaders.h"
#include "launcher/unobserved.h"

struct observer {
	struct fact_context context; /* owns its resolver */
	struct ruby_caches ruby_caches;
	struct journal *journal;
	struct processes *processes;
	struct unobserved *unobserved;
	struct stat root; /* of ours: a process with another one names other paths */
	ino_t mount_namespace;
	bool lost;
	bool reloader_told;
};

/* images.c: what a process tells of itself. */
void images_take(struct observer *observer, struct fact *fact, const struct report *report);

#endif
