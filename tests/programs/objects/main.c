/* SPDX-License-Identifier: MIT */
/* Calls a library that loads a plug-in, and keeps on: prints what the plug-in says. */
#include <stdio.h>
#include <unistd.h>

const char *host_word(void);

int main(void)
{
	puts(host_word());
	(void)fflush(stdout);
	(void)access("/", F_OK); /* something to be seen by, after the load */
	pause();
	return 0;
}
