/* SPDX-License-Identifier: MIT */
/* Finds the functions that our hooks stand in front of. */
#ifndef PRELOAD_NEXT_H
#define PRELOAD_NEXT_H

/* Hooked by hand, or only called. */
#define NEXT_BESIDE_TABLE(each)                                                                    \
	each(syscall) each(execve) each(execvpe) each(execveat) each(fexecve) each(posix_spawn)    \
	    each(posix_spawnp) each(system) each(popen) each(prctl) each(close) each(dup2)         \
		each(dup3) each(close_range) each(closefrom) each(dlopen) each(dlmopen)            \
		    each(chroot) each(unshare) each(setns) each(fileno)

enum next_id {
#define HOOK(result, name, ...)		      NEXT_##name,
#define HOOK_VARIADIC_OPEN(result, name, ...) NEXT_##name,
#include "preload/hooks.def"
#define NEXT_ID(name) NEXT_##name,
	NEXT_BESIDE_TABLE(NEXT_ID) NEXT_COUNT,
#undef NEXT_ID
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
