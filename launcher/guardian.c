/* SPDX-License-Identifier: MIT */
/* The guardian, as the launcher sees it; see guardian.h. */
#include "launcher/guardian.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
 * A child of ours that tells nobody of its end (clone(2), no exit signal): who waits for all
 * children does not wait for it, unless he asks for just such ones (__WCLONE, waitpid(2)).
 */
static pid_t beget(int socket, const struct guardian_orders *orders)
{
	sigset_t all;
	sigset_t before;
	pid_t pid;

	/* Nothing that is sent to our group may end it, from its first moment on. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		guard_run(socket, orders);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

struct guardian *guardian_start(const struct guardian_orders *orders)
{
	struct guardian *guardian;
	int sockets[2];
	int error;

	if (getpid() == 1 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
		return NULL;
	}
	guardian = calloc(1, sizeof(*guardian));
	if (guardian != NULL) {
		guardian->socket = sockets[0];
		guardian->pid = beget(sockets[1], orders);
	}
	error = errno;
	close(sockets[1]);
	if (guardian == NULL || guardian->pid < 0) {
		close(sockets[0]);
		free(guardian);
		errno = error;
		return NULL;
	}
	return guardian;
}

pid_t guardian_pid(const struct guardian *guardian)
{
	return guardian != NULL ? guardian->pid : 0;
}

void guardian_dismiss(struct guardian *guardian)
{
	if (guardian != NULL) {
		tell(guardian, &(struct guard_message){.kind = GUARD_DISMISS});
		close(guardian->socket);
		(void)kill(guardian->pid,
			   SIGCONT); /* our group was stopped, and only we were woken */
		while (waitpid(guardian->pid, NULL, (int)__WCLONE) < 0 && errno == EINTR) {
		}
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
	return guardian != NULL && kin_signal_is_in(guardian->pid, "ShdPnd:", signal);
}

void guardian_forget_signals(struct guardian *guardian)
{
	if (guardian != NULL) {
		tell(guardian, &(struct guard_message){.kind = GUARD_FORGET});
	}
}
