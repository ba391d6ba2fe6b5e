/* SPDX-License-Identifier: MIT */
/* What the reports have told of each process: its program, and whether it has said hello. */
#ifndef LAUNCHER_PROCESSES_H
#define LAUNCHER_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	const char *program; /* the last name of its executable; valid until processes_forget() */
	char *pending;	     /* what it was about to execute; NULL: it has said hello since */
	uint64_t pending_ns;
	struct spawned *spawned; /* what children are to execute that have not said hello */
	unsigned spawned_count;
	pid_t parent;	/* as it has said itself, or 0 */
	unsigned life;	/* how many processes have had this pid, and programs in it */
	uint64_t image; /* a hash of its executable's path */
	bool foreign;	/* its paths mean another root than ours */
};

struct processes;

/* NULL and errno ENOMEM. */
struct processes *processes_new(void);
void processes_free(struct processes *processes);

/* Found or made; NULL and errno ENOMEM. Stays where it is until processes_forget_oldest(). */
struct process *processes_enter(struct processes *processes, pid_t pid);
/*
 * Forgets some of those that came first if there are very many: rather those that have ended. To be
 * called when nobody holds one.
 */
void processes_forget_oldest(struct processes *processes);
/* Only found; NULL if it is not known. */
const struct process *processes_find(const struct processes *processes, pid_t pid);

/*
 * Names it after its executable. Earlier names stay valid, as others may point to them. image: the
 * executable's own path, if it is called by another (python3, python3.11), else NULL.
 */
void process_set_program(struct processes *processes, struct process *process, const char *path,
			 const char *image);
/* Does it run this image, as far as is known? */
bool process_runs(const struct process *process, const char *image);
void process_set_pending(struct process *process, const char *path, uint64_t now_ns);
/* Of very many, the first are forgotten; of all processes' together, this one is. */
void processes_add_spawned(struct processes *processes, struct process *process, const char *path);
/* The last name of it: it could not be executed. */
void processes_drop_spawned(struct processes *processes, struct process *process, const char *path);
/*
 * The one that is executed by this image, whose arguments are these words (a NUL behind each): its
 * file, the script among its first words, or what has its name. To be freed, or NULL: none is.
 */
char *processes_take_spawned(struct processes *processes, struct process *process,
			     const char *image, const char *words, size_t words_length);

/* Calls visit for each that is about to execute something and has not said hello since. */
void processes_each_pending(struct processes *processes,
			    void (*visit)(pid_t pid, const struct process *process, void *context),
			    void *context);

/* A new generation: none is known. */
void processes_forget(struct processes *processes);

#endif
