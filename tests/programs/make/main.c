/* Prints a word from each of its files, then stays until its stdin ends. */
#include <stdio.h>

#include "words/words.h"

int main(void)
{
	char data[64] = "";
	FILE *menu = fopen("data/menu.txt", "r");

	if (menu == NULL || fscanf(menu, "%63s", data) != 1) {
		perror("data/menu.txt");
		return 1;
	}
	fclose(menu);
	printf("entry-1 %s " HEADER_WORD " " MAKEFILE_WORD " %s\n", words_module(), data);
	fflush(stdout);
	while (getchar() != EOF) {
	}
	return 0;
}
