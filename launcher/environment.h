/* SPDX-License-Identifier: MIT */
/* The environment that the command gets: the user's, with the library and its channel in it. */
#ifndef LAUNCHER_ENVIRONMENT_H
#define LAUNCHER_ENVIRONMENT_H

#include <stdbool.h>

/*
 * A copy of envp with our library behind what LD_PRELOAD already lists (it keeps its place: a
 * sanitizer's runtime must be first), and the variable that tells the library where the channel is
 * and what is wanted: mode is GUEST_RELOAD or another of preload/guest.h. Released by
 * environment_free(). NULL, errno ENOMEM.
 */
char **environment_with_preload(char *const envp[], const char *folder, const char *mode);

/* A plain copy: for a command that the library cannot be loaded into. NULL, errno ENOMEM. */
char **environment_copy(char *const envp[]);

/*
 * A copy of one of these two for one start, with the number of the generation and, unless NULL, the
 * list of what has changed (changes.h). NULL, errno ENOMEM.
 */
char **environment_of_generation(char *const environment[], unsigned generation,
				 const char *changed);

void environment_free(char **environment);

/* The value of a variable, or NULL. */
const char *environment_get(char *const envp[], const char *name);

#endif
