/* SPDX-License-Identifier: MIT */
/* What is done when there is no memory; see memory.h. */
#include "launcher/memory.h"

#include <unistd.h>

#define STATUS_OURS 125

_Noreturn void memory_exhausted(void)
{
	static const char line[] =
	    "autoreload-run: out of memory (is there a limit, ulimit -v or a container's?): "
	    "ending, and the command as well\n";

	/* Not by message(), which asks for memory. */
	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(STATUS_OURS);
}
