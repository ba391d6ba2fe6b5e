/* SPDX-License-Identifier: MIT */
/*
 * The launcher's end of the FIFO: makes the folder that it lies in, and puts what arrives together
 * into reports. Whoever can write to the FIFO can write anything: nothing is believed but what
 * report_decode has checked.
 */
#ifndef LAUNCHER_CHANNEL_H
#define LAUNCHER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/report.h"

struct channel;

struct report {
	struct report_header header;
	/* Each terminated, empty if the report has none; valid until the next channel_next(). */
	const char *first;
	const char *second;
	const char *text; /* words, a NUL behind each; header.text_length long */
};

/*
 * Makes a folder of our own, in it the FIFO and a symlink to the folder with the builds of the
 * library: in /dev/shm, or where else everybody can write. A link, because that folder's own path
 * may hold a space or a colon, at which the loader would split it (ld.so(8)). NULL with errno, when
 * there is no such place.
 */
struct channel *channel_open(const char *builds);

/*
 * Between two starts: makes the folder again if somebody has removed it, with other descriptors.
 * 1: it did, 0: all was well, -1 with errno: it cannot, and nobody who is started then can report.
 * Unless it is 0, the descriptors are new ones.
 */
int channel_renew(struct channel *channel);

/* Removes the folder, too. */
void channel_close(struct channel *channel);

/* From now on writers have to wait when so many bytes wait here; 64 MiB otherwise. */
void channel_limit(struct channel *channel, size_t size);

/* Readable when reports have come. */
int channel_fd(const struct channel *channel);

/* The folder: what the library is told to find its way by (preload/guest.h). */
const char *channel_folder(const struct channel *channel);

/* 1: *report is filled in, its time, too; 0: none for now; -1: errno. Never blocks. */
int channel_next(struct channel *channel, struct report *report);

/*
 * How many bytes have been sent ever, up to now; channel_taken() tells how many of them
 * channel_next() has gone through.
 */
uint64_t channel_sent(const struct channel *channel);
uint64_t channel_taken(const struct channel *channel);

/*
 * The alarm: readable when a process has had to drop a report; it may never have another to say so
 * with. True if it has been raised since this was asked last.
 */
int channel_alarm_fd(const struct channel *channel);
bool channel_take_alarm(struct channel *channel);

/* Are there bytes that have been read and not yet been handed out? */
bool channel_has_more(const struct channel *channel);

/* How many bytes have been thrown away because they were no report. */
uint64_t channel_malformed(const struct channel *channel);

#endif
