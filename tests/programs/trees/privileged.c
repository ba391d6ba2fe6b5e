/* SPDX-License-Identifier: MIT */
/* Set-user-ID root: becomes root altogether, says its number, and waits. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	if (setresuid(0, 0, 0) != 0) {
		return 1;
	}
	(void)printf("%d\n", (int)getpid());
	(void)fflush(stdout);
	for (;;) {
		(void)pause();
	}
}
