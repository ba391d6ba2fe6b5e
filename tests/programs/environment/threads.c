/* SPDX-License-Identifier: MIT */
/*
 * Without our variables, lets shells run while another thread changes the environment: what is in
 * it afterwards must be that thread's. The shells say that they run, and end when they are told.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHELLS 4

static void *run_shell(void *argument)
{
	(void)argument;
	return system("echo >&9; read line") == 0 ? NULL : "failed";
}

int main(void)
{
	pthread_t threads[SHELLS];
	int said[2], told[2];
	char byte;

	unsetenv("LD_PRELOAD");
	unsetenv("AUTORELOAD_RUN_CHANNEL");
	setenv("SECRET", "still there", 1);
	if (pipe(said) != 0 || pipe(told) != 0 || dup2(told[0], 0) != 0 || dup2(said[1], 9) != 9) {
		return 1;
	}
	for (int i = 0; i < SHELLS; i++) {
		pthread_create(&threads[i], NULL, run_shell, NULL);
	}
	for (int i = 0; i < SHELLS; i++) {
		if (read(said[0], &byte, 1) != 1) {
			return 2;
		}
	}
	setenv("MODE", "new", 1);
	unsetenv("SECRET");
	for (int i = 0; i < SHELLS; i++) {
		if (write(told[1], "\n", 1) != 1) {
			return 3;
		}
	}
	for (int i = 0; i < SHELLS; i++) {
		pthread_join(threads[i], NULL);
	}
	printf("%s %s %s\n", getenv("MODE"), getenv("SECRET") == NULL ? "gone" : "there",
	       getenv("LD_PRELOAD") == NULL ? "none" : "ours");
	return 0;
}
