/* SPDX-License-Identifier: MIT */
/* Which regular files a process has open for writing. proc_pid_fd(5), proc_pid_fdinfo(5). */
#ifndef LAUNCHER_DESCRIPTORS_H
#define LAUNCHER_DESCRIPTORS_H

#include <stdint.h>
#include <sys/types.h>

struct descriptor {
	const char *path; /* as the kernel calls it; valid during the visit */
	int64_t position; /* where the next read or write would be */
};

/* Visits each, of a process that we may look into; of another, or of one that has ended, none. */
void descriptors_each_written(pid_t pid,
			      void (*visit)(const struct descriptor *descriptor, void *context),
			      void *context);

#endif
