/* Prints the first word of the file that it is given, then stays until its stdin ends. */
#include <stdio.h>

int main(int argc, char *argv[])
{
	char word[64] = "";
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (file == NULL || fscanf(file, "%63s", word) != 1) {
		perror("show");
		return 1;
	}
	fclose(file);
	puts(word);
	fflush(stdout);
	while (getchar() != EOF) {
	}
	return 0;
}
