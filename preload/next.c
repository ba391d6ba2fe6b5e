/* SPDX-License-Identifier: MIT */
/* Finds the functions that our hooks stand in front of; see next.h. */
#include "preload/next.h"

#include <stddef.h>

#include "preload/resolve.h"
#include "preload/stand_in.h"

#define RTLD_NEXT ((void *)-1L) /* the same in glibc and musl */

/* Unversioned, so that an old glibc's libdl, a new glibc and musl all serve it. */
extern void *dlsym(void *handle, const char *name);

static const char *const names[NEXT_COUNT] = {
#define HOOK(result, name, ...)		      #name,
#define HOOK_VARIADIC_OPEN(result, name, ...) #name,
#include "preload/hooks.def"
#define NEXT_NAME(name) #name,
    NEXT_BESIDE_TABLE(NEXT_NAME)
#undef NEXT_NAME
};

static void *functions[NEXT_COUNT];

static void *look_up(const char *name)
{
	void *function = resolve_next(name);

	/* Where the tables cannot be read: an old hash, a function that is chosen at run time. */
	return function != NULL ? function : dlsym(RTLD_NEXT, name);
}

static void *look_up_without_64(const char *name)
{
	char shorter[32];
	size_t length = 0;

	while (length < sizeof(shorter) && name[length] != '\0') {
		shorter[length] = name[length];
		length++;
	}
	if (length < 3 || length == sizeof(shorter) || name[length - 1] != '4' ||
	    name[length - 2] != '6') {
		return NULL;
	}
	shorter[length - 2] = '\0';
	return look_up(shorter);
}

/*
 * On first use, not all at the start: what is never called is never looked up (a failing dlsym
 * leaves a message for the program's dlerror), and it works before our constructor has run. Threads
 * that meet here find the same.
 */
void *next_function(enum next_id id)
{
	void *function = __atomic_load_n(&functions[id], __ATOMIC_ACQUIRE);

	if (function == NULL) {
		function = look_up(names[id]);
		if (function == NULL) {
			function = look_up_without_64(names[id]);
		}
		if (function == NULL) {
			function = stand_in(id);
		}
		__atomic_store_n(&functions[id], function, __ATOMIC_RELEASE);
	}
	return function;
}
