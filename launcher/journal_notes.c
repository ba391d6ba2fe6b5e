/* SPDX-License-Identifier: MIT */
/* What is out of the ordinary, told to the user and to --events; see journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/journal_state.h"
#include "launcher/kin.h"
#include "launcher/message.h"
#include "launcher/printable.h"

void journal_unobserved(struct journal *journal, pid_t pid, const char *exe, const char *reason)
{
	json_t *event = journal_new(journal, "unobserved");

	if (event != NULL) {
		json_object_set_new(event, "pid", json_integer(pid));
		json_object_set_new(event, "exe", journal_path(exe));
		json_object_set_new(event, "reason", json_string(reason));
		journal_write(journal, event);
	}
}

void journal_say_unobserved(const struct journal *journal, const char *exe, const char *reason,
			    bool watched, bool insist)
{
	char *text = journal_shown(journal, exe);

	message(insist ? MESSAGE_ERROR : MESSAGE_NORMAL,
		"%s %s: the files that it opens cannot be seen%s", text, reason,
		watched ? "; name them with --watch PATH" : "");
	free(text);
}

/* fs.inotify.max_user_watches and its like, as proc(5) has them; -1: not to be read. */
static long limit_now(const char *file)
{
	char text[32] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	long limit = -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0) {
			limit = strtol(text, NULL, 10);
		}
		close(fd);
	}
	return limit;
}

void journal_limited(struct journal *journal, const char *path, int error)
{
	char *text = journal_shown(journal, path);

	journal_write_path(journal, "limited", path, strerror(error));
	if (error == ENOSPC) {
		message(MESSAGE_ERROR,
			"cannot watch %s: fs.inotify.max_user_watches (%ld) is used up; looking at "
			"such files every second instead (raise it with sysctl)",
			text, limit_now("/proc/sys/user/max_inotify_watches"));
	} else if (error == EMFILE) {
		message(MESSAGE_ERROR,
			"cannot watch %s: fs.inotify.max_user_instances (%ld) is used up, or open "
			"files are (ulimit -n); looking at all files every second instead",
			text, limit_now("/proc/sys/user/max_inotify_instances"));
	} else {
		message(MESSAGE_ERROR, "cannot watch %s: %s; looking at it every second instead",
			text, strerror(error));
	}
	free(text);
}

void journal_unsteady(struct journal *journal, const char *path)
{
	char *text = journal_shown(journal, path);

	journal_write_path(journal, "unsteady", path, NULL);
	message(MESSAGE_NORMAL,
		"%s is another file for the command than from here (another root, a mount?): only "
		"what changes from now on counts",
		text);
	free(text);
}

void journal_endless(struct journal *journal, const char *path)
{
	char *text = journal_shown(journal, path);

	journal_write_path(journal, "endless", path, NULL);
	message(
	    MESSAGE_NORMAL,
	    "%s changes soon after each start, so there are pauses from now on (if the command has "
	    "it written, leave it out with --ignore)",
	    text);
	free(text);
}

void journal_locked(struct journal *journal, const char *lock)
{
	char *text;

	if (lock == NULL) {
		return;
	}
	text = journal_shown(journal, lock);
	journal_write_path(journal, "locked", lock, NULL);
	message(MESSAGE_NORMAL,
		"waiting for %s to go (if nothing is changing the checkout, remove it)", text);
	free(text);
}

void journal_lost(struct journal *journal, uint64_t count)
{
	json_t *event = journal_new(journal, "lost");

	if (event != NULL) {
		json_object_set_new(event, "count", json_integer((json_int_t)count));
		journal_write(journal, event);
	}
}

void journal_incomplete(struct journal *journal)
{
	json_t *event = journal_new(journal, "incomplete");

	if (event != NULL) {
		journal_write(journal, event);
	}
	message(MESSAGE_NORMAL,
		"not all files that were opened are known (reports were lost): until the next "
		"restart, the project's folders in use are watched whole");
}

void journal_full(struct journal *journal, size_t count)
{
	json_t *event = journal_new(journal, "incomplete");

	if (event != NULL) {
		journal_write(journal, event);
	}
	message(
	    MESSAGE_NORMAL,
	    "the command uses more than %zu files: until the next restart, changes of further ones "
	    "are not noticed",
	    count);
}

/* What a process is called (proc(5), comm): of another user's, that can be read; "?": it has gone.
 */
static void name_of(pid_t pid, char name[64])
{
	char path[64];
	FILE *file;

	(void)snprintf(name, 64, "?");
	kin_path(path, sizeof(path), pid, "comm");
	file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(name, 64, file) != NULL) {
			name[strcspn(name, "\n")] = '\0';
		}
		(void)fclose(file);
	}
}

void journal_left(struct journal *journal, pid_t pid, bool ending)
{
	json_t *event = journal_new(journal, "left");
	char program[64];
	char *text;

	name_of(pid, program);
	text = printable_path(program);
	if (event != NULL) {
		json_object_set_new(event, "pid", json_integer(pid));
		json_object_set_new(event, "program", journal_path(program));
		journal_write(journal, event);
	}
	message(MESSAGE_ERROR, "cannot end %s (pid %d), which runs as another user: %s", text,
		(int)pid,
		ending ? "it is left behind" : "please end it; the restart waits for that");
	free(text);
}

void journal_reloader(struct journal *journal, const char *program, const char *advice)
{
	json_t *event = journal_new(journal, "reloader");
	char *text = printable_path(program);

	if (event != NULL) {
		json_object_set_new(event, "program", journal_path(program));
		json_object_set_new(event, "advice", json_string(advice));
		journal_write(journal, event);
	}
	message(MESSAGE_NORMAL, "%s brings a reloader of its own, which is not needed here: %s",
		text, advice);
	free(text);
}
