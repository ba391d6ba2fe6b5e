/* SPDX-License-Identifier: MIT */
/* What tells one version of a file from another, as the launcher finds it now. */
#ifndef LAUNCHER_IDENTITY_H
#define LAUNCHER_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "preload/report.h"

/* The identity in what stat(2) gave. */
struct identity identity_of_status(const struct stat *status);

/*
 * The identity of the file, folder or symlink (itself) at the path. False if there is none (or it
 * cannot be reached, with errno as lstat(2) left it): a socket, FIFO or device has no content.
 */
bool identity_of_path(const char *path, struct identity *identity);

/* Equal or not, never newer or older: a file may well be replaced by an older one. */
bool identity_equal(const struct identity *left, const struct identity *right);

#endif
