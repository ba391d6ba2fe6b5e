/* SPDX-License-Identifier: MIT */
/*
 * The library alone:
 *
 *   drain COMMAND [ARGUMENT...]
 *
 * Runs the command with the library in it, asking for what a reload wants, and throws away what
 * comes through the FIFO, unread. Like the launcher, it leaves the pipe alone for 2 ms at a time.
 * Exits with the command's status.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/channel.h"
#include "launcher/child.h"
#include "launcher/environment.h"
#include "launcher/library.h"
#include "preload/guest.h"

#define STATUS_OURS 125

extern char **environ;

static int drain_until_the_end(int fd, pid_t pid)
{
	static char bytes[1 << 19];
	const struct timespec rest = {.tv_nsec = 2000000};
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		while (read(fd, bytes, sizeof(bytes)) > 0) {
		}
		(void)nanosleep(&rest, NULL);
	}
	return child_status(status);
}

int main(int argc, char *argv[])
{
	char library[PATH_MAX];
	struct channel *channel = NULL;
	char **environment = NULL;
	int status = STATUS_OURS;
	pid_t pid;

	if (argc < 2) {
		(void)fputs("usage: drain COMMAND [ARGUMENT...]\n", stderr);
		return STATUS_OURS;
	}
	if (library_find(library) == 0) {
		channel = channel_open(library);
	}
	if (channel != NULL) {
		environment =
		    environment_with_preload(environ, channel_folder(channel), GUEST_RELOAD);
	}
	pid = environment != NULL ? fork() : -1;
	if (pid == 0) {
		execvpe(argv[1], argv + 1, environment);
		_exit(child_exec_status(errno));
	}
	if (pid > 0) {
		status = drain_until_the_end(channel_fd(channel), pid);
	} else {
		perror("drain");
	}
	environment_free(environment);
	channel_close(channel);
	return status;
}
