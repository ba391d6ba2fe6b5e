/* SPDX-License-Identifier: MIT */
/* Finds the functions that our hooks stand in front of. */
#ifndef PRELOAD_NEXT_H
#define PRELOAD_NEXT_H

enum next_id {
#define HOOK(result, name, ...)		      NEXT_##name,
#define HOOK_VARIADIC_OPEN(result, name, ...) NEXT_##name,
#include "preload/hooks.def"
	/* Hooked by hand, or only called. */
	NEXT_syscall,
	NEXT_execve,
	NEXT_execvpe,
	NEXT_execveat,
	NEXT_fexecve,
	NEXT_posix_spawn,
	NEXT_posix_spawnp,
	NEXT_system,
	NEXT_popen,
	NEXT_prctl,
	NEXT_dlopen,
	NEXT_dlmopen,
	NEXT_fileno,
	NEXT_COUNT,
};

/*
 * The function of that name in the libraries behind ours (dlsym(3), RTLD_NEXT), looked up once. A
 * name ending in 64 that this libc does not have (musl) is looked up without it; what it does not
 * have at all is done by the system call (stand_in.h). NULL if there is none. Never exits; needs no
 * allocation when the name exists.
 */
void *next_function(enum next_id id);

/* The function behind ours, with its type. */
#define NEXT(name) (__extension__(__typeof__(&name)) next_function(NEXT_##name))

#endif
