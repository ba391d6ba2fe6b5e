/* SPDX-License-Identifier: MIT */
/*
 * What this process knows of itself as the guest of a program: whether anybody listens, its pid,
 * its working directory, and what it has already sent. The only mutable state of the library but
 * for the channel's descriptor (sender.c) and the resolved functions (next.c).
 *
 * A forked child finds its own part of it empty: the kernel wipes it (MADV_WIPEONFORK). A vfork
 * child shares it with its parent, and must not change it: guest_owns_memory() tells.
 */
#ifndef PRELOAD_GUEST_H
#define PRELOAD_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_VARIABLE "AUTORELOAD_RUN_CHANNEL"
/* Before the folder in the variable, what is sent: what a reload needs; system paths, too; */
#define GUEST_RELOAD	 "reload:"
#define GUEST_EVERYTHING "all:"
/* and for a trace, each fact with its result, without and with system paths. */
#define GUEST_TRACE	       "trace:"
#define GUEST_TRACE_EVERYTHING "trace-all:"
#define GUEST_FIFO	       "/reports" /* in the folder: where reports go */
#define GUEST_ALARM	       "/alarm"	  /* a byte in this FIFO: reports could not be sent */
/*
 * In the folder: "preload" is a symlink to the builds of the library, of which the loader takes the
 * one for the program's own class ($LIB, ld.so(8)). The name is one by which AddressSanitizer knows
 * its own runtime, which must be first among the objects: it takes ours for it, and starts.
 */
#define GUEST_BUILDS	  "/preload"
#define GUEST_LIBRARY	  GUEST_BUILDS "/$LIB/not-libasan.so"
#define GUEST_SETTING_MAX 160 /* NAME=MODE:FOLDER, with the terminating NUL */

/*
 * Called at the start of every hook. False: nobody listens, or the process has shut itself in; do
 * nothing but forward. Tells what is due: that the process is there, what it has loaded.
 */
bool guest_enter(void);

/*
 * From now on, or no longer, nothing is done in this process and those that it forks, because it
 * has forbidden itself system calls; not a single one may then be made.
 */
void guest_silence(bool silent);
bool guest_is_silenced(void);

/* Shared objects are being loaded: the next hook is to look which. */
void guest_expect_objects(void);

/* Set once by guest_enter, never changed: the variable as it must stand in every environment. */
const char *guest_setting(void);
/* The folder that holds the channel and the link to the library. */
const char *guest_folder(void);
/* True if system paths are to be sent as well. */
bool guest_wants_everything(void);
/* True if whoever listens does not watch files, but wants to know what came of each call. */
bool guest_traces(void);

/* False in a vfork child, where only locals may be written. One system call, or none with pid. */
bool guest_owns_memory(void);
bool guest_owns_memory_as(int pid);

/* Remembers what has been sent; a key of 0 is never remembered. Forgets when crowded. */
bool guest_has_sent(uint64_t key);
void guest_mark_sent(uint64_t key);
void guest_forget_sent(uint64_t key);

/* The working directory, kept true by the hooks of chdir and fchdir. */
struct guest_cwd {
	const char *text; /* in shared memory: valid while guest_cwd_holds() */
	size_t length;
	uint64_t hash; /* path_hash_of the text */
	unsigned version;
};
/* False if it is not to be had without a buffer (a vfork child, a race, deleted, too long). */
bool guest_cwd(struct guest_cwd *cwd);
/* False if the directory has changed since, so that the text may have been overwritten. */
bool guest_cwd_holds(const struct guest_cwd *cwd);
/*
 * After a chdir, in a vfork child too: that a version went up costs its parent only a look, while
 * an old version would name wrong paths.
 */
void guest_cwd_changed(void);

/* How many threads are sending, in this process: a forked child has none of its parent's. */
void guest_begin_writing(void);
void guest_end_writing(void);
/* Others than this one. */
bool guest_others_are_writing(void);
/* The same of those that use a descriptor which is not known to be ours, yet or at all. */
void guest_begin_opening(void);
void guest_end_opening(void);
bool guest_others_are_opening(void);
/* And of those in which the program takes a number for its own (dup2). */
void guest_begin_taking(void);
void guest_end_taking(void);
bool guest_others_are_taking(void);

/* From now on threads may have working directories of their own: none is cached. */
void guest_cwd_differs(void);

/*
 * The last process that asked this, of which this one is a copy; from now on it is this one. 0:
 * there was none.
 */
int guest_take_ancestor(void);

/* Counts what could not be sent, and takes the count back (then it is 0). True: the first. */
bool guest_lost(uint64_t count);
uint64_t guest_take_lost(void);
bool guest_has_lost(void);

#endif
