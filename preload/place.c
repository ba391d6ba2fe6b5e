/* SPDX-License-Identifier: MIT */
/* A path as a call names it; see place.h. */
#include "preload/place.h"

#include <linux/fcntl.h>

#include "preload/guest.h"
#include "preload/path_hash.h"
#include "preload/raw.h"
#include "preload/status.h"
#include "preload/text.h"

#define SCRATCH_MAX	640 /* one kibibyte of stack is all that a hook may take */
#define LONG_MAX_LENGTH 4096

/* Where the path of a descriptor, or of a working directory that cannot be cached, is put. */
struct scratch {
	char text[SCRATCH_MAX];
	size_t used;
	bool holds_long;
};

/* For the rare path that is longer: one at a time, for whoever comes first. */
static char long_path[LONG_MAX_LENGTH];
static bool long_path_taken;

enum prefix_result {
	PREFIX_NONE, /* the path is absolute */
	PREFIX_FOUND,
	PREFIX_NOWHERE, /* closed, removed, or deeper than any path can tell */
	PREFIX_BUSY,	/* it is there, but there is no memory to put it in now */
};

struct prefix {
	struct piece piece;
	struct guest_cwd cwd;
	bool cached; /* the text is the cached working directory, and may change under us */
};

static bool take_long_path(struct scratch *scratch)
{
	scratch->holds_long = !__atomic_exchange_n(&long_path_taken, true, __ATOMIC_ACQUIRE);
	return scratch->holds_long;
}

static void release(const struct scratch *scratch)
{
	if (scratch->holds_long) {
		__atomic_store_n(&long_path_taken, false, __ATOMIC_RELEASE);
	}
}

static void descriptor_link(int dirfd, char link[32])
{
	static const char start[] = "/proc/self/fd/";
	unsigned number = (unsigned)dirfd;
	char digits[12];
	size_t count = 0;
	size_t at = 0;

	while (start[at] != '\0') {
		link[at] = start[at];
		at++;
	}
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count > 0) {
		link[at++] = digits[--count];
	}
	link[at] = '\0';
}

static const char deleted[] = " (deleted)"; /* proc(5) */

/* Has what the link leads to been removed? A folder may be called "x (deleted)", too. */
static bool is_gone(const char *link, const struct piece *piece)
{
	size_t length = sizeof(deleted) - 1;
	struct status status;

	if (piece->length <= length) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (piece->text[piece->length - length + i] != deleted[i]) {
			return false;
		}
	}
	return status_of_path(AT_FDCWD, link, 0, &status) != 0 || status.links == 0;
}

/*
 * The path of what `link` leads to, put into scratch memory. went: it may have been removed, and is
 * then told by the name that it had.
 */
static enum prefix_result read_link(const char *link, bool went, struct scratch *scratch,
				    struct piece *piece)
{
	size_t room = sizeof(scratch->text) - scratch->used;
	char *to = scratch->text + scratch->used;
	long length = raw_readlinkat(AT_FDCWD, link, to, room);

	if (length == (long)room) {
		if (scratch->holds_long || !take_long_path(scratch)) {
			return PREFIX_BUSY;
		}
		to = long_path;
		room = sizeof(long_path);
		length = raw_readlinkat(AT_FDCWD, link, to, room);
	} else if (length > 0) {
		scratch->used += (size_t)length;
	}
	piece->text = to;
	piece->length = length > 0 ? (size_t)length : 0;
	if (length <= 0 || length >= (long)room || to[0] != '/') {
		return PREFIX_NOWHERE;
	}
	if (is_gone(link, piece)) {
		if (!went) {
			return PREFIX_NOWHERE;
		}
		piece->length -= sizeof(deleted) - 1;
	}
	return PREFIX_FOUND;
}

/* What stands before a relative path. */
static enum prefix_result find_prefix(const struct place *place, struct scratch *scratch,
				      struct prefix *prefix)
{
	char link[32];

	prefix->cached = false;
	if (place->verbatim || place->path[0] == '/') {
		return PREFIX_NONE;
	}
	if (place->dirfd != AT_FDCWD) {
		if (place->dirfd < 0) {
			return PREFIX_NOWHERE;
		}
		descriptor_link(place->dirfd, link);
		return read_link(link, place->went, scratch, &prefix->piece);
	}
	/* Who renames it need not be us; a trace tells names. */
	if (!place->afresh && !guest_traces() && guest_cwd(&prefix->cwd)) {
		prefix->cached = true;
		prefix->piece.text = prefix->cwd.text;
		prefix->piece.length = prefix->cwd.length;
		return PREFIX_FOUND;
	}
	return read_link("/proc/thread-self/cwd", place->went, scratch, &prefix->piece);
}

bool place_quick_hash(const struct place *place, uint64_t *hash)
{
	struct guest_cwd cwd;

	if (place->path[0] == '/') {
		*hash = path_hash(0, place->path);
		return true;
	}
	if (place->dirfd != AT_FDCWD || !guest_cwd(&cwd)) {
		return false;
	}
	*hash = path_hash(cwd.hash, place->path);
	return guest_cwd_holds(&cwd);
}

void place_key(const struct place *place, uint64_t *hash)
{
	struct scratch scratch = {.used = 0, .holds_long = false};
	struct prefix prefix;

	if (place_quick_hash(place, hash)) {
		return;
	}
	*hash = 0;
	if (place->dirfd != AT_FDCWD && find_prefix(place, &scratch, &prefix) == PREFIX_FOUND) {
		*hash =
		    path_hash(path_hash_of(prefix.piece.text, prefix.piece.length), place->path);
	}
	release(&scratch);
}

/* Appends prefix, separator and path; returns the length of the whole string. */
static uint32_t add_pieces(struct piece *pieces, size_t *count, const struct place *place,
			   const struct prefix *prefix, enum prefix_result result)
{
	size_t length = text_length(place->path);

	if (result == PREFIX_FOUND) {
		pieces[(*count)++] = prefix->piece;
		length += prefix->piece.length;
		/* Not below "/", nor where the descriptor itself is meant. */
		if (prefix->piece.length > 1 && length > prefix->piece.length) {
			pieces[(*count)++] = (struct piece){"/", 1};
			length++;
		}
	}
	pieces[(*count)++] = (struct piece){place->path, text_length(place->path)};
	return (uint32_t)length;
}

/* One place after the other: adds its pieces and its length. False: leads nowhere. */
static bool add_place(struct report_header *header, const struct place *place,
		      struct scratch *scratch, struct prefix *prefix, struct piece *pieces,
		      size_t *count, bool second)
{
	enum prefix_result result = find_prefix(place, scratch, prefix);
	uint32_t length;

	if (result == PREFIX_BUSY) {
		sender_lose();
	}
	if (result == PREFIX_NOWHERE || result == PREFIX_BUSY) {
		return false;
	}
	length = add_pieces(pieces, count, place, prefix, result);
	if (second) {
		header->second_length = length;
	} else {
		header->first_length = length;
	}
	return true;
}

static bool send_once(struct report_header *header, const struct place *first,
		      const struct place *second, const struct piece *text, bool *torn)
{
	struct scratch scratch = {.used = 0, .holds_long = false};
	struct piece pieces[SENDER_PIECES_MAX];
	struct prefix prefixes[2];
	size_t count = 0;
	bool sent = false;

	*torn = false;
	prefixes[1].cached = false;
	if (add_place(header, first, &scratch, &prefixes[0], pieces, &count, false) &&
	    (second == NULL ||
	     add_place(header, second, &scratch, &prefixes[1], pieces, &count, true))) {
		if (text != NULL) {
			pieces[count++] = *text;
			header->text_length = (uint32_t)text->length;
		}
		sent = sender_send(header, pieces, count);
		for (int i = 0; i < 2; i++) {
			*torn |= prefixes[i].cached && !guest_cwd_holds(&prefixes[i].cwd);
		}
	}
	release(&scratch);
	return sent;
}

bool place_send(struct report_header *header, const struct place *first, const struct place *second,
		const struct piece *text)
{
	bool torn = true;
	bool sent = false;

	/* The cached working directory may be overwritten while it is sent: then send it again. */
	for (int attempt = 0; torn && attempt < 3; attempt++) {
		sent = send_once(header, first, second, text, &torn);
	}
	return sent && !torn;
}
