/* SPDX-License-Identifier: MIT */
/*
 * The wire format: what the library tells the launcher, through the FIFO, in frames of at most
 * PIPE_BUF bytes (a write of that size is atomic, pipe(7)).
 *
 * A report is a header and a payload; the payload is up to three byte strings, one behind the
 * other, not terminated: first (a path), second (the other path of a rename, or the PATH to search
 * an executable in), text (argv, its words separated by NUL). A report that does not fit one frame
 * goes in several: each repeats the header and carries the part of the payload from `offset` on;
 * (pid, tid) tells whose parts belong together, because a thread sends one report at a time.
 *
 * For a trace, what changes a file is told after the call, with its result; what failed for another
 * reason than that nothing is there is told as well (REPORT_FAILED).
 *
 * Pure functions on buffers, no libc: both programs link report.c. Reports come from processes that
 * we do not control: whoever decodes trusts nothing but what report_decode has checked.
 */
#ifndef PRELOAD_REPORT_H
#define PRELOAD_REPORT_H

#include <stddef.h>
#include <stdint.h>

enum report_kind {
	REPORT_HELLO = 1, /* a process image begins: first = executable, text = argv */
	REPORT_FORKED,	  /* a copy of a process reports for the first time; in a trace, first =
			     executable */
	REPORT_READ,	  /* opened for reading */
	REPORT_WRITE,	  /* about to be opened for writing, or changed by name: see the flags */
	REPORT_MISSING,	  /* looked for and not found (ENOENT) */
	REPORT_STAT,	  /* stat that follows links, found */
	REPORT_LIST,	  /* a directory opened to be listed */
	REPORT_EXEC,	  /* about to be executed; with REPORT_FAILED: the execution failed */
	REPORT_RENAME,	  /* first is about to become second */
	REPORT_LINK, /* first, about to be made a link (hard or symbolic); in a trace, to second */
	REPORT_REMOVE,	 /* first is about to be removed */
	REPORT_MKDIR,	 /* first is about to be made, a directory */
	REPORT_LOST,	 /* `count` reports of this process could not be sent */
	REPORT_READLINK, /* a symlink was read: with its identity, or (realpath) all on the way */
	REPORT_LOAD,	 /* a shared object was loaded */
	REPORT_SANDBOX,	 /* the process is about to forbid itself system calls: the last report */
	REPORT_KIND_END,
};

enum report_flag {
	REPORT_IDENTITY = 1 << 0,    /* the identity fields are filled in */
	REPORT_TRUNCATED = 1 << 1,   /* WRITE: the content goes (O_TRUNC) */
	REPORT_CREATED = 1 << 2,     /* WRITE: it did not exist before */
	REPORT_APPEND = 1 << 3,	     /* WRITE: O_APPEND without O_TRUNC */
	REPORT_SEARCHED = 1 << 4,    /* EXEC: first has no slash, second is the PATH to search */
	REPORT_FAILED = 1 << 5,	     /* the call failed, with `error` */
	REPORT_SPAWNED = 1 << 7,     /* EXEC: by a child, whose pid is not known yet */
	REPORT_UNREACHABLE = 1 << 6, /* EXEC: the library cannot be opened from there */
	REPORT_AGAIN = 1 << 8,	     /* LIST: this process has listed it before */
	REPORT_TOUCHED = 1 << 9,     /* WRITE: its times or its length, by name */
};

#define REPORT_MAGIC	  0x31524c41u /* "ALR1" on the wire of a little-endian machine */
#define REPORT_FRAME_MAX  4096u	      /* PIPE_BUF */
#define REPORT_STRING_MAX 65535u

/* What tells one version of a file from another. */
struct identity {
	uint64_t device, inode, size;
	int64_t mtime_ns; /* CLOCK_REALTIME, as the filesystem keeps it */
	int64_t ctime_ns; /* the same; chmod(2) and link(2) change it as well */
};

/* Fixed layout, host byte order: both ends run on one machine. */
struct report_header {
	uint32_t magic;
	uint16_t kind;	 /* enum report_kind */
	uint16_t flags;	 /* enum report_flag */
	uint32_t size;	 /* of this frame, header included, bytes */
	uint32_t offset; /* where this frame's part begins in the payload */
	uint32_t first_length, second_length, text_length; /* of the whole payload */
	int32_t pid;	  /* as the sender sees itself: in a pid namespace it means little to us */
	int32_t tid;	  /* of a report in several frames; else the pid again */
	int32_t parent;	  /* HELLO, FORKED, in a trace whatever a vfork child sends: the parent */
	int32_t error;	  /* errno of a failed call, else 0 */
	uint32_t mode;	  /* st_mode, of the file that the identity tells */
	uint64_t time_ns; /* CLOCK_MONOTONIC; 0: just now, when it arrives */
	struct identity identity; /* REPORT_IDENTITY: of the file; HELLO: device and inode of "/" */
	/* LOST: how many; HELLO: inode of the mount namespace; FORKED: the nearest ancestor that is
	 * known, of which it is a copy */
	uint64_t count;
};

_Static_assert(sizeof(struct report_header) == 104, "the wire format has no hidden padding");

/* How many payload bytes the whole report has. */
static inline uint32_t report_total(const struct report_header *header)
{
	return header->first_length + header->second_length + header->text_length;
}

/*
 * Encoding, one frame at a time: fills in magic, size and offset for the frame that carries the
 * payload from `offset` on, and returns how many payload bytes it carries. The last frame is the
 * one that reaches report_total().
 */
uint32_t report_frame(struct report_header *header, uint32_t offset);

/*
 * Decoding: looks for a frame at the start of `bytes`. Returns its size and fills in *header (the
 * frame's part of the payload follows the header in `bytes`); 0 if more bytes are needed; -1 if no
 * frame of ours can begin here. Never reads beyond `available`.
 */
long report_decode(const void *bytes, size_t available, struct report_header *header);

#endif
