/* SPDX-License-Identifier: MIT */
/* What a command really runs, and whether a preloaded library can see what it does. */
#ifndef LAUNCHER_EXECUTABLE_H
#define LAUNCHER_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>

enum executable_kind {
	EXECUTABLE_DYNAMIC,	  /* also a dynamic loader that is run as a program */
	EXECUTABLE_STATIC,	  /* no PT_INTERP; static PIE too */
	EXECUTABLE_OTHER_CLASS,	  /* 32-bit where we are 64-bit, and there is no library for it */
	EXECUTABLE_OTHER_MACHINE, /* of another processor or byte order */
	EXECUTABLE_SCRIPT,	  /* begins with "#!" */
	EXECUTABLE_PRIVILEGED,	  /* the exec would change ids or add capabilities: no preload */
	EXECUTABLE_RAW,		  /* dynamic, but Go or Bun: system calls without libc */
	EXECUTABLE_UNKNOWN,	  /* neither ELF nor "#!": execvp(3) lets a shell run it */
	EXECUTABLE_UNREADABLE,	  /* no permission to read it; or ELF, but damaged or no program */
};

struct executable {
	enum executable_kind kind;
	char interpreter[256]; /* of PT_INTERP or "#!"; "" if none (or longer) */
	char argument[256];    /* the rest of the "#!" line, one argument; "" if none */
};

/*
 * Looks a command up as execvp(3) does: name itself if it has a slash, else in search_path (that of
 * PATH; NULL: "/bin:/usr/bin"; an empty element is the working directory). 0 with the path in
 * found, or -1 with errno: ENOENT, EACCES (something is there, but no regular file that we may
 * execute), ENAMETOOLONG, or, for a name with a slash, another one of stat(2); found is then "".
 * Prints nothing, like all of this header.
 */
int executable_find(const char *name, const char *search_path, char *found, size_t size);

/* There is a library for 32-bit programs of glibc as well: they are EXECUTABLE_DYNAMIC. */
void executable_observe_32_bit(void);

/*
 * Looks into one file, with links followed. 0, also for what cannot be understood (see kind), or -1
 * with the errno of open(2), or EACCES when it is no regular file. Never blocks on a FIFO.
 */
int executable_inspect(const char *path, struct executable *out);

/* Does it begin as an ELF file does? False also when it cannot be read. Never blocks on a FIFO. */
bool executable_is_elf(const char *path);

/*
 * Follows "#!" lines, as many as the kernel does, to what really runs: its path in final, and *out
 * about that file. "#!/usr/bin/env NAME", also with -S, leads to NAME in our PATH. 0, or -1 with
 * errno and final naming the file that is the reason: ENOENT (path, an interpreter or the ELF
 * loader is missing), EACCES (it cannot be executed), ELOOP (too many levels), or as
 * executable_inspect().
 */
int executable_resolve(const char *path, struct executable *out, char *final, size_t size);

/* Why it cannot be observed, as words to follow "PATH "; NULL if it can, or nothing is known. */
const char *executable_reason(enum executable_kind kind);

/*
 * Why `name` cannot be run, as words to follow "cannot run NAME: ": for the path that was found
 * ("": none was), and the errno of the search or of the exec.
 */
void executable_explain(const char *name, const char *path, int error, char *text, size_t size);

#endif
