/* SPDX-License-Identifier: MIT */
/*
 * Loads a library whose constructor waits for a thread that calls a function nobody has called yet
 * (-DLIBRARY: that library); and shows a message of the loader's that is older than such a call.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#ifdef LIBRARY
static void *remove_nothing(void *argument)
{
	(void)unlink("nothing");
	return argument;
}

__attribute__((constructor)) static void wait_for_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, remove_nothing, NULL);
	pthread_join(thread, NULL);
}
#else
int main(void)
{
	(void)dlopen("./none.so", RTLD_NOW);
	(void)access("none", F_OK);
	puts(dlerror() != NULL ? "a message" : "no message");
	puts(dlopen("./libjoins.so", RTLD_NOW) != NULL ? "loaded" : "not loaded");
	return 0;
}
#endif
