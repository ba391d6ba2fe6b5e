/* SPDX-License-Identifier: MIT */
/* What our output has been redirected to, and so the command's. */
#ifndef LAUNCHER_REDIRECTED_H
#define LAUNCHER_REDIRECTED_H

/* Calls visit with the path of each regular file that this process holds open for writing. */
void redirected_each(void (*visit)(const char *path, void *context), void *context);

#endif
