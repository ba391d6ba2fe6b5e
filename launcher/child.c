/* SPDX-License-Identifier: MIT */
/* Starts the command, and reads what wait(2) says of it; see child.h. */
#include "launcher/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/executable.h"
#include "launcher/kin.h"

/* In the child: only what is async-signal-safe; the parent reports what fails. */
static _Noreturn void run(const char *path, char *const command[], char *const environment[],
			  const struct signals *signals, int failure)
{
	int error;

	signals_restore(signals);
	execve(path, command, environment);
	error = errno;
	/* Shorter than PIPE_BUF: whole or not at all. */
	_exit(write(failure, &error, sizeof(error)) == sizeof(error) ? 127 : 126);
}

/* End of file means that the exec has closed the pipe: it has succeeded. */
static int read_failure(int fd)
{
	int error = 0;
	ssize_t size;

	do {
		size = read(fd, &error, sizeof(error));
	} while (size < 0 && errno == EINTR);
	return size == sizeof(error) ? error : 0;
}

static pid_t spawn(const char *path, char *const command[], char *const environment[],
		   const struct signals *signals)
{
	int failure[2];
	int error;
	pid_t pid;

	if (pipe2(failure, O_CLOEXEC) != 0) {
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		run(path, command, environment, signals, failure[1]);
	}
	error = errno;
	close(failure[1]);
	if (pid > 0) {
		error = read_failure(failure[0]);
	}
	close(failure[0]);
	if (pid > 0 && error != 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		}
		pid = -1;
	}
	errno = error;
	return pid;
}

/* A script without "#!": sh PATH WORDS… */
static pid_t spawn_shell(const char *path, char *const command[], char *const environment[],
			 const struct signals *signals)
{
	char shell[] = "/bin/sh";
	char *script = strdup(path);
	size_t count = 1;
	char **words;
	pid_t pid = -1;

	while (command[count - 1] != NULL) {
		count++;
	}
	words = calloc(count + 1, sizeof(*words));
	if (words != NULL && script != NULL) {
		words[0] = shell;
		words[1] = script;
		for (size_t i = 1; command[i] != NULL; i++) {
			words[i + 1] = command[i];
		}
		pid = spawn(shell, words, environment, signals);
	}
	free((void *)words);
	free(script);
	return pid;
}

pid_t child_spawn(const char *path, char *const command[], char *const environment[],
		  const struct signals *signals)
{
	pid_t pid = spawn(path, command, environment, signals);

	if (pid < 0 && errno == ENOEXEC) {
		if (!executable_is_elf(path)) {
			return spawn_shell(path, command, environment, signals);
		}
		errno = ENOEXEC;
	}
	return pid;
}

bool child_expects(pid_t pid, int signal)
{
	return kin_signal_is_in(pid, "SigCgt:", signal) || kin_signal_is_in(pid, "SigIgn:", signal);
}

int child_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int child_exec_status(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return 127;
	case EAGAIN: /* of the fork, which comes first */
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return 125;
	default:
		return 126;
	}
}

bool child_lacked_means(int error)
{
	return child_exec_status(error) == 125;
}
