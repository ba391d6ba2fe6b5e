/* SPDX-License-Identifier: MIT */
/*
 * What happened, told twice: to the user in words (message.h), and with --events to tests and tools
 * as JSON Lines, one object a line, always with "event" and "time" (CLOCK_MONOTONIC, seconds).
 */
#ifndef LAUNCHER_JOURNAL_H
#define LAUNCHER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/dependencies.h"
#include "launcher/supervisor.h"

struct journal;

/* How the command has ended by itself. */
struct ending_words {
	int wait_status; /* wait(2) */
	enum supervisor_on_exit after;
	bool enter; /* Enter starts it again */
};

/*
 * events: NULL, the number of an open descriptor, or the path of a file to append to (a FIFO
 * works). base: paths below it are shown to the user relative to it. name: how the user calls the
 * command. NULL with errno when the events cannot be written there.
 */
struct journal *journal_open(const char *events, const char *base, const char *name);
void journal_close(struct journal *journal);

/* Writes what could not be written yet, as far as that is possible now. True: nothing is left. */
bool journal_flush(struct journal *journal);

void journal_started(struct journal *journal, unsigned generation, pid_t pid, int64_t now_ns);
/* The dependency is watched from now on; program: who used it, may be NULL. */
void journal_watching(struct journal *journal, const struct dependency *dependency,
		      const char *program);
/* used: the command also depends on it, which is worth a word to the user. */
void journal_output(struct journal *journal, const char *path, bool used);
/* first: the first change of a burst, which is what the user is told of. */
void journal_changed(struct journal *journal, const char *path, enum dependency_change change,
		     bool first);
/* The screen has been cleared since: once more, what has changed first (changes.h). */
void journal_cleared(struct journal *journal, const char *changes);
void journal_stopping(struct journal *journal, unsigned generation, int signal);
void journal_exited(struct journal *journal, unsigned generation, pid_t pid, int wait_status);
/* It ended by itself. */
void journal_ended(struct journal *journal, const struct ending_words *words);
/* Nothing is started before the first change. */
void journal_postponed(struct journal *journal, bool enter);
/* The next start is put off for so long; first: the first time. */
void journal_pausing(struct journal *journal, int64_t pause_ns, bool first);
/* The command has stopped (Ctrl-Z), and so do we; and both go on. */
void journal_stopped(struct journal *journal, int signal);
void journal_continued(struct journal *journal);
/* It is not ours to end (EPERM). ending: so it is left. */
void journal_left(struct journal *journal, pid_t pid, bool ending);
/* The program restarts itself when files change; advice: how it can be told not to. */
void journal_reloader(struct journal *journal, const char *program, const char *advice);
/* Asked for by hand: a line about a dependency of the running generation; and before all of them.
 */
void journal_list(struct journal *journal, size_t count);
void journal_listed(struct journal *journal, const struct dependency *dependency,
		    const char *program);
/* reason: words to follow the path. To the user, it is said by the next. */
void journal_unobserved(struct journal *journal, pid_t pid, const char *exe, const char *reason);
/* watched: so what can be done about it is said, too. insist: even with -q. */
void journal_say_unobserved(const struct journal *journal, const char *exe, const char *reason,
			    bool watched, bool insist);
/* It cannot be watched, for this errno of watcher_add(): it is looked at from time to time. */
void journal_limited(struct journal *journal, const char *path, int error);
/* It was another version for the command than for us, in two generations running. */
void journal_unsteady(struct journal *journal, const char *path);
/* It has changed soon after each of many starts: from now on there are pauses. */
void journal_endless(struct journal *journal, const char *path);
/* The start waits for the lock of a checkout; NULL: it has just gone. */
void journal_locked(struct journal *journal, const char *lock);
/* One process's account of it, for tools; what it means is said once by journal_incomplete(). */
void journal_lost(struct journal *journal, uint64_t count);
void journal_incomplete(struct journal *journal);
/* So many are known that there is no room for more (dependencies.h). */
void journal_full(struct journal *journal, size_t count);

#endif
