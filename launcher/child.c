/* SPDX-License-Identifier: MIT */
/* Starts the command, and reads what wait(2) says of it; see child.h. */
#include "launcher/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: only what is async-signal-safe; the parent reports what fails. */
static _Noreturn void run(char *const command[], char *const environment[],
			  const struct signals *signals, int failure)
{
	signals_restore(signals);
	execvpe(command[0], command, environment);
	{
		int error = errno;

		/* Shorter than PIPE_BUF: whole or not at all. */
		_exit(write(failure, &error, sizeof(error)) == sizeof(error) ? 127 : 126);
	}
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

pid_t child_spawn(char *const command[], char *const environment[], const struct signals *signals)
{
	int failure[2];
	int error;
	pid_t pid;

	if (pipe2(failure, O_CLOEXEC) != 0) {
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		run(command, environment, signals, failure[1]);
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

int child_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int child_exec_status(int error)
{
	return error == ENOENT || error == ENOTDIR ? 127 : 126;
}
