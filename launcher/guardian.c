/* SPDX-License-Identifier: MIT */
/* The guardian, as the launcher sees it; see guardian.h. */
#include "launcher/guardian.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/guard.h"
#include "launcher/kin.h"

struct guardian {
	int socket;
	pid_t pid;
};

static void tell(const struct guardian *guardian, const struct guard_message *message)
{
	/* If it has been killed, we are as we would be without one. */
	(void)send(guardian->socket, message, sizeof(*message), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/*
 * A grandchild, whose parent ends at once: so it is no child of ours (nor is waited for by anybody
 * who waits for all of ours). Its parent tells its pid: that is known earlier than it runs.
 */
static void beget(int its, const struct guardian_orders *orders)
{
	struct guard_message born = {.kind = GUARD_BORN};
	pid_t between = fork();

	if (between == 0) {
		born.pid = fork();
		if (born.pid == 0) {
			guard_run(its, orders);
		}
		if (born.pid > 0) {
			(void)send(its, &born, sizeof(born), MSG_NOSIGNAL);
		}
		_exit(0);
	}
	while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR) {
	}
}

/* Nothing that is sent to our group may end it, from its first moment on. */
static void beget_blocked(int its, const struct guardian_orders *orders)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	beget(its, orders);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

struct guardian *guardian_start(const struct guardian_orders *orders)
{
	struct guardian *guardian;
	struct guard_message born = {.kind = GUARD_BORN};
	int sockets[2];

	if (getpid() == 1 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
		return NULL;
	}
	/* Kept over an exec: who was replaced by us may have set it. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	beget_blocked(sockets[1], orders);
	close(sockets[1]);
	guardian = calloc(1, sizeof(*guardian));
	if (guardian == NULL || recv(sockets[0], &born, sizeof(born), MSG_DONTWAIT) <= 0) {
		close(sockets[0]);
		free(guardian);
		return NULL;
	}
	guardian->socket = sockets[0];
	guardian->pid = born.pid;
	return guardian;
}

void guardian_dismiss(struct guardian *guardian)
{
	if (guardian != NULL) {
		tell(guardian, &(struct guard_message){.kind = GUARD_DISMISS});
		close(guardian->socket);
		free(guardian);
	}
}

void guardian_set_folder(struct guardian *guardian, const char *folder)
{
	struct guard_message message = {.kind = GUARD_FOLDER};

	if (guardian != NULL) {
		(void)snprintf(message.text, sizeof(message.text), "%s", folder);
		tell(guardian, &message);
	}
}

void guardian_set_main(struct guardian *guardian, pid_t main_pid)
{
	if (guardian != NULL) {
		tell(guardian, &(struct guard_message){.kind = GUARD_MAIN, .pid = main_pid});
	}
}

bool guardian_has_got(const struct guardian *guardian, int signal)
{
	char path[64];
	char line[256];
	unsigned long long pending = 0;
	FILE *file;

	if (guardian == NULL) {
		return false;
	}
	kin_path(path, sizeof(path), guardian->pid, "status");
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "ShdPnd:", 7) == 0) {
			pending = strtoull(line + 7, NULL, 16);
		}
	}
	(void)fclose(file);
	return (pending >> (signal - 1) & 1) != 0;
}

void guardian_forget_signals(struct guardian *guardian)
{
	if (guardian != NULL) {
		tell(guardian, &(struct guard_message){.kind = GUARD_FORGET});
	}
}
