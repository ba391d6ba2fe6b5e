/* SPDX-License-Identifier: MIT */
/*
 * Which paths have been met: 8 bytes for each, as only their hashes are kept. Of a million paths,
 * two have the same one with a probability of less than one in ten million.
 */
#ifndef LAUNCHER_PATH_SET_H
#define LAUNCHER_PATH_SET_H

#include <stdbool.h>
#include <stddef.h>

struct path_set;

/* limit: it never holds more than so many; 0: as many as there are. NULL and errno ENOMEM. */
struct path_set *path_set_new(size_t limit);
void path_set_free(struct path_set *set);

/*
 * True if it has not been met before in this place (any small number: one set serves several); or
 * if that is not known, as the limit has been reached.
 */
bool path_set_add(struct path_set *set, unsigned place, const char *path);

/* Has it been met in this place? */
bool path_set_has(const struct path_set *set, unsigned place, const char *path);

/* Has the limit been reached? */
bool path_set_is_full(const struct path_set *set);

#endif
