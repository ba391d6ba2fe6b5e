/* SPDX-License-Identifier: MIT */
/* What the guardian does in its own process; see guardian.h. */
#include "launcher/guard.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "launcher/clock.h"
#include "launcher/folder.h"
#include "launcher/kin.h"
#include "launcher/mark.h"

#define KILL_LOOKS 500 /* after SIGKILL, for what was begotten meanwhile */
#define LOOK_MS	   10

/* What the launcher has told. */
struct guard {
	const struct guardian_orders *orders;
	char folder[128]; /* empty: there is none yet */
	pid_t main_pid;	  /* 0: there is none */
	int main_fd;	  /* a pidfd, opened while the launcher had not yet waited for it; or -1 */
};

/* --- who is to be stopped --- */

/*
 * Adds the command's processes. As the launcher is gone, they are nobody's in particular: they are
 * known by the channel: in their environment (which some write over, setproctitle(3bsd)), or among
 * their descriptors; and by descent from one that is.
 */
static void find(const struct guard *guard, struct kin *kin)
{
	const struct dirent *entry;
	DIR *processes = opendir("/proc");

	while (processes != NULL && (entry = readdir(processes)) != NULL) {
		pid_t listed = (pid_t)strtol(entry->d_name, NULL, 10);

		if (listed > 0 && mark_is_on(listed, guard->folder)) {
			kin_add(kin, listed);
		}
	}
	if (processes != NULL) {
		closedir(processes);
	}
	kin_add_descendants(kin);
	kin_remove(kin, kin_self());
}

/* --- how --- */

static int remaining_ms(int64_t until_ns)
{
	int64_t left_ns = until_ns - clock_now_ns(CLOCK_MONOTONIC);

	return left_ns > 0 ? (int)(left_ns / 1000000) + 1 : 0;
}

/* Waits until the process has ended, at most until then. */
static void await_end(int fd, int64_t until_ns)
{
	struct pollfd ended = {.fd = fd, .events = POLLIN};

	while (poll(&ended, 1, remaining_ms(until_ns)) < 0 && errno == EINTR) {
	}
}

static void signal_one(int fd, int number)
{
	(void)syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
	(void)syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
}

static void stop_main(const struct guard *guard, int64_t until_ns)
{
	if (guard->main_fd >= 0) {
		signal_one(guard->main_fd, guard->orders->stop_signal);
		await_end(guard->main_fd, until_ns);
	}
}

/* Sends the signal to all but `except` (0: to all), which has been asked; then waits until they
 * have ended, at most until then. */
static void stop_all(const struct kin *kin, int number, pid_t except, int64_t until_ns)
{
	int *fds = calloc(kin->count + 1, sizeof(*fds));

	for (size_t i = 0; fds != NULL && i < kin->count; i++) {
		pid_t own = kin_own(kin->pids[i]);

		fds[i] = own > 0 && own != except ? (int)syscall(SYS_pidfd_open, own, 0) : -1;
		if (fds[i] >= 0) {
			signal_one(fds[i], number);
		}
	}
	for (size_t i = 0; fds != NULL && i < kin->count; i++) {
		if (fds[i] >= 0) {
			await_end(fds[i], until_ns);
			close(fds[i]);
		}
	}
	free(fds);
}

static void kill_all(const struct guard *guard)
{
	for (int look = 0; look < KILL_LOOKS; look++) {
		struct kin kin = {0};

		find(guard, &kin);
		if (kin.count == 0) {
			return;
		}
		stop_all(&kin, SIGKILL, 0, clock_now_ns(CLOCK_MONOTONIC) + LOOK_MS * 1000000LL);
		kin_free(&kin);
	}
}

/* In the order of the launcher: supervisor.h. */
static void stop_command(const struct guard *guard)
{
	int64_t timeout_ns = guard->orders->stop_timeout_ns;
	int64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct kin kin = {0};

	if (timeout_ns > 0) {
		find(guard, &kin); /* before main ends, and with it the descent of its children */
		stop_main(guard, now_ns + timeout_ns / 2);
		find(guard, &kin);
		stop_all(&kin, guard->orders->stop_signal, guard->main_pid, now_ns + timeout_ns);
		if (guard->main_fd >= 0) {
			await_end(guard->main_fd, now_ns + timeout_ns); /* its time is the same */
		}
	} else if (guard->main_fd >= 0) {
		signal_one(guard->main_fd, SIGKILL);
	}
	stop_all(&kin, SIGKILL, 0, clock_now_ns(CLOCK_MONOTONIC));
	kin_free(&kin);
	kill_all(guard);
}

/* --- the process --- */

static void forget_signals(void)
{
	static const struct timespec at_once = {0, 0};
	sigset_t all;

	sigfillset(&all);
	while (sigtimedwait(&all, NULL, &at_once) > 0) {
	}
}

static void set_main(struct guard *guard, pid_t main_pid)
{
	if (guard->main_fd >= 0) {
		close(guard->main_fd);
	}
	guard->main_pid = main_pid;
	guard->main_fd = main_pid > 0 ? (int)syscall(SYS_pidfd_open, main_pid, 0) : -1;
}

/* True when the launcher has dismissed us; false when it has gone without doing so. */
static bool is_dismissed(struct guard *guard, int socket)
{
	struct guard_message message;

	for (;;) {
		ssize_t size = recv(socket, &message, sizeof(message), 0);

		if (size < 0 && errno == EINTR) {
			continue;
		}
		if (size != (ssize_t)sizeof(message)) {
			return false;
		}
		switch (message.kind) {
		case GUARD_FOLDER:
			memcpy(guard->folder, message.text, sizeof(guard->folder));
			break;
		case GUARD_MAIN:
			set_main(guard, message.pid);
			break;
		case GUARD_FORGET:
			forget_signals();
			break;
		case GUARD_DISMISS:
			return true;
		}
	}
}

/* Nothing of what the launcher was given may be held by us: who reads our output waits for its end.
 */
static void let_go(int socket, int terminal)
{
	int kept[2] = {socket < terminal ? socket : terminal,
		       socket < terminal ? terminal : socket};
	unsigned from = 0;

	for (int i = 0; i < 2; i++) {
		if (kept[i] >= 0) {
			if ((unsigned)kept[i] > from) {
				(void)close_range(from, (unsigned)kept[i] - 1, 0);
			}
			from = (unsigned)kept[i] + 1;
		}
	}
	(void)close_range(from, UINT_MAX, 0);
	if (chdir("/") != 0) {
		return; /* then a mount cannot be undone while we are there */
	}
}

/* In place of our argv: pkill(1) goes by it. */
static void rename_process(char **words)
{
	static const char name[] = "reload-guardian";
	char *end = words[0];

	for (char **word = words; *word != NULL; word++) {
		if (*word == end) { /* they lie one behind the other (execve(2)) */
			end += strlen(end) + 1;
		}
	}
	if ((size_t)(end - words[0]) >= sizeof(name)) {
		memset(words[0], 0, (size_t)(end - words[0]));
		memcpy(words[0], name, sizeof(name));
	}
	(void)prctl(PR_SET_NAME, name);
}

_Noreturn void guard_run(int socket, const struct guardian_orders *orders)
{
	struct guard guard = {.orders = orders, .main_fd = -1};

	let_go(socket, orders->terminal->fd);
	rename_process(orders->words);
	if (is_dismissed(&guard, socket)) {
		_exit(0);
	}
	if (guard.folder[0] != '\0') {
		if (!orders->keep_running) {
			stop_command(&guard);
		}
		terminal_restore(orders->terminal, true, orders->waiting);
		folder_remove(guard.folder);
	}
	_exit(0);
}
