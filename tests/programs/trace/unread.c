/* SPDX-License-Identifier: MIT */
/* unread WORD...: executes them with a terminal as stderr that nobody reads. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	/* Kept open beyond the execution: a terminal without the other side is none. */
	int other = posix_openpt(O_RDWR | O_NOCTTY);
	int terminal;

	if (argc < 2 || other < 0 || grantpt(other) != 0 || unlockpt(other) != 0) {
		return 125;
	}
	terminal = open(ptsname(other), O_RDWR | O_NOCTTY);
	if (terminal < 0 || dup2(terminal, STDERR_FILENO) < 0 || close(terminal) != 0) {
		return 125;
	}
	execvp(argv[1], argv + 1);
	return 125;
}
