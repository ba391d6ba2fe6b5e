/* SPDX-License-Identifier: MIT */
/*
 * Without our variables, lets shells run while another thread changes the environment: what is in
 * it afterwards must be that thread's.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *run_shell(void *argument)
{
	(void)argument;
	return system("sleep 0.2") == 0 ? NULL : "failed";
}

int main(void)
{
	pthread_t threads[4];

	unsetenv("LD_PRELOAD");
	unsetenv("AUTORELOAD_RUN_CHANNEL");
	setenv("SECRET", "still there", 1);
	for (int i = 0; i < 4; i++) {
		pthread_create(&threads[i], NULL, run_shell, NULL);
	}
	for (int i = 0; i < 4; i++) {
		setenv("MODE", "new", 1);
		unsetenv("SECRET");
		pthread_join(threads[i], NULL);
	}
	printf("%s %s %s\n", getenv("MODE"), getenv("SECRET") == NULL ? "gone" : "there",
	       getenv("LD_PRELOAD") == NULL ? "none" : "ours");
	return 0;
}
