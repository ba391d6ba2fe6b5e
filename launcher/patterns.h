/* SPDX-License-Identifier: MIT */
/* Which paths a list of .gitignore lines, or one glob, covers. */
#ifndef LAUNCHER_PATTERNS_H
#define LAUNCHER_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>

struct patterns;

/* An empty list, which matches nothing; the caller's, until patterns_free(). NULL with errno. */
struct patterns *patterns_new(void);

/* patterns may be NULL. */
void patterns_free(struct patterns *patterns);

/*
 * Adds one line, which is copied. As in .gitignore: without a slash (but a trailing one) it matches
 * a name at any depth, with one it is relative to the root; a trailing slash: directories only;
 * "**" crosses folders; a leading "!" takes back what earlier lines matched, a leading "\" makes
 * the next character an ordinary one. Unlike there, '#' starts no comment, and spaces count.
 *
 * 0, or -1 with errno: EINVAL when nothing is left to match ("", "!", "/", "."), ENAMETOOLONG when
 * a component is too long, ENOMEM. Prints nothing.
 */
int patterns_add(struct patterns *patterns, const char *line);

/*
 * Whether the path, relative to the root, is covered by the list, itself or by a directory that it
 * lies in. The last line that matches decides, so that "!" also brings back a file out of a
 * directory that is covered. Takes time in proportion to the length of the list and of the path.
 */
bool patterns_match(const struct patterns *patterns, const char *relative_path, bool is_directory);

/*
 * Whether the directory is covered with all that can ever be in it: no "!" brings anything back.
 * False may mean that it is not known.
 */
bool patterns_match_whole(const struct patterns *patterns, const char *relative_path);

/*
 * Whether the whole path is one of those that the glob stands for. As in a shell, '*', '?', "[...]"
 * and "**" stand for a name that begins with a dot only if the pattern has the dot. An absolute
 * glob matches absolute paths only, a relative one relative paths only.
 */
bool patterns_glob_match(const char *pattern, const char *path);

/* Whether the text has a character that is special in a glob, escaped or not. */
bool patterns_is_glob(const char *text);

/*
 * The length of the directory before the first component that is not plain text, without the slash
 * that ends it: 3 for "src/?/x", 1 for "/?.c", 0 (the working directory) for "*.c". A glob without
 * any special character: its directory.
 */
size_t patterns_fixed_prefix(const char *glob);

#endif
