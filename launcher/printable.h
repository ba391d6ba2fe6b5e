/* SPDX-License-Identifier: MIT */
/* Paths as they may be shown on a terminal. */
#ifndef LAUNCHER_PRINTABLE_H
#define LAUNCHER_PRINTABLE_H

/*
 * A copy of path that no terminal takes for anything but text: control characters, bytes that are
 * not UTF-8, line separators and what reverses the direction of writing become \n, \t, \r or \x1b,
 * and a backslash two, so that the result is unambiguous. Other UTF-8 stays as it is.
 * To be released with free(3); NULL with errno ENOMEM. Prints nothing.
 */
char *printable_path(const char *path);

/*
 * The same for path as seen from the directory base: without base in front when it lies below it,
 * "." for base itself. Both are compared as text, so base should be absolute and free of links;
 * NULL or another place: path as it is.
 */
char *printable_relative(const char *path, const char *base);

#endif
