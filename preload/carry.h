/* SPDX-License-Identifier: MIT */
/*
 * Carries our two variables on into the environment that a new image is to get: on the caller's
 * stack, as it may be a vfork child, which must not allocate.
 *
 * The library is put behind what LD_PRELOAD lists already: the program's own preloads keep their
 * places. Where the library cannot be opened from (a chroot, other privileges, a launcher that is
 * gone), it is taken out instead: the loader would complain on the program's stderr. So it is where
 * the process has shut itself in, as the new image will inherit that.
 *
 * An environment of more than CARRY_ENTRIES_MAX entries that lacks them stays as it is: the stack
 * may be a small one.
 */
#ifndef PRELOAD_CARRY_H
#define PRELOAD_CARRY_H

#include <stdbool.h>
#include <stddef.h>

#define CARRY_ENTRIES_MAX 2000

struct carry {
	char *const *given;  /* the environment, NULL for none */
	size_t count;	     /* entries in it */
	const char *preload; /* its LD_PRELOAD, or NULL */
	bool has_library;    /* which lists our library */
	bool has_setting;    /* our variable is there */
	bool unreachable;
	size_t entries_size, text_size; /* bytes wanted for carry_build; both 0: it can stay */
};

/* What is to be done about an environment (a wild pointer is left to the kernel: nothing is). */
void carry_inspect(struct carry *carry, char *const envp[]);

/*
 * Takes the library out of environ itself, in place, if a new image could not open it: for calls
 * that take no other environment. The program did not put it there.
 */
void carry_clear_own(const struct carry *carry);

/* Builds the new one in the memory given, and returns it. */
char **carry_build(const struct carry *carry, char **entries, char *text);

/* Statement expression: the environment to pass; its memory lives as long as the calling hook. */
#define CARRIED(carry, envp)                                                                       \
	__extension__({                                                                            \
		char **carried_ = (char **)(uintptr_t)(envp);                                      \
		carry_inspect((carry), carried_);                                                  \
		if ((carry)->entries_size != 0) {                                                  \
			char *text_ = alloca((carry)->text_size);                                  \
			carried_ = carry_build((carry), alloca((carry)->entries_size), text_);     \
		}                                                                                  \
		carried_;                                                                          \
	})

#endif
