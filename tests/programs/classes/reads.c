/* SPDX-License-Identifier: MIT */
/* Reads the file named, looks for one that is not there, and lets a shell read another: ARGV[1..3].
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int count, char *words[])
{
	char command[4096];
	char line[64] = "";
	struct stat status;
	FILE *file;

	if (count < 4) {
		return 2;
	}
	file = fopen(words[1], "r");
	if (file == NULL || fgets(line, sizeof(line), file) == NULL || fclose(file) != 0) {
		return 1;
	}
	printf("%d-bit %s", (int)sizeof(void *) * 8, line);
	printf("missing: %d\n", stat(words[2], &status));
	(void)fflush(stdout);
	(void)snprintf(command, sizeof(command), "cat '%s'", words[3]);
	return system(command);
}
