/* SPDX-License-Identifier: MIT */
/*
 * The channel's folder, which the command's processes know by path: two FIFOs and a link to the
 * builds of our library.
 *
 * The FIFOs are 0666, because a process that dropped its privileges must open them for reading and
 * writing both (preload/sender.c tells why). Others are kept out by not knowing where they are: the
 * outer folder can be entered by others but listed by us alone, and the inner one has 128 random
 * bits for its name.
 */
#ifndef LAUNCHER_FOLDER_H
#define LAUNCHER_FOLDER_H

#include <stdbool.h>

#define FOLDER_MAX 128

struct folder {
	char path[FOLDER_MAX]; /* of the inner one */
	int reports; /* both ends of each FIFO: there never is an end of file between two writers */
	int alarm;
};

/*
 * Makes one, with a link to `builds`: in /dev/shm, or where else everybody can write. A link,
 * because that folder's own path may hold a space or a colon, at which the loader would split it
 * (ld.so(8)). 0, or -1 with errno, when there is no such place.
 */
int folder_make(struct folder *folder, const char *builds);

/* Has somebody removed it, or a part of it? */
bool folder_is_gone(const struct folder *folder);

/*
 * Makes it anew under its name, which the command's environment has: 0, or -1 with errno, and then
 * `folder` is as it was. What was to be read from the old FIFOs is to have been read.
 */
int folder_renew(struct folder *folder, const char *builds);

/* Closes the FIFOs, and removes everything. */
void folder_close(struct folder *folder);

/* Removes it by its path. */
void folder_remove(const char *path);

/*
 * Removes what is ours, lies beside this one and was left behind: by a launcher and a guardian that
 * were killed together. Nobody holds the lock of such a folder (flock(2), on the FIFO of the
 * reports).
 */
void folder_sweep(const struct folder *beside);

#endif
