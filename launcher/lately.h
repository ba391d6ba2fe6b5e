/* SPDX-License-Identifier: MIT */
/*
 * Paths to which something has happened in every generation of late: what happens again and again
 * is not a person's doing, and must not restart the command for ever.
 */
#ifndef LAUNCHER_LATELY_H
#define LAUNCHER_LATELY_H

struct lately;

/* NULL and errno ENOMEM. */
struct lately *lately_new(void);
void lately_free(struct lately *lately);

/* A new generation begins. */
void lately_begin(struct lately *lately);

/* Notes the path: in how many generations running it has been noted, this one included. */
unsigned lately_note(struct lately *lately, const char *path);

#endif
