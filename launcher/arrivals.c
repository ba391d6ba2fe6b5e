/* SPDX-License-Identifier: MIT */
/* Guards against restarting for ever; see arrivals.h. */
#include "launcher/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/dependencies.h"

struct arrivals {
	struct dependencies *now;    /* the paths that have differed, in this generation */
	struct dependencies *before; /* and in the last */
	struct dependencies *told;
	char **doubted;
	size_t count;
};

struct arrivals *arrivals_new(void)
{
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

	if (arrivals == NULL) {
		return NULL;
	}
	arrivals->now = dependencies_new();
	arrivals->before = dependencies_new();
	arrivals->told = dependencies_new();
	if (arrivals->now == NULL || arrivals->before == NULL || arrivals->told == NULL) {
		arrivals_free(arrivals);
		return NULL;
	}
	return arrivals;
}

void arrivals_free(struct arrivals *arrivals)
{
	if (arrivals != NULL) {
		dependencies_free(arrivals->now);
		dependencies_free(arrivals->before);
		dependencies_free(arrivals->told);
		while (arrivals->count > 0) {
			free(arrivals->doubted[--arrivals->count]);
		}
		free((void *)arrivals->doubted);
		free(arrivals);
	}
}

void arrivals_begin(struct arrivals *arrivals)
{
	struct dependencies *fresh = dependencies_new();

	if (fresh != NULL) {
		dependencies_free(arrivals->before);
		arrivals->before = arrivals->now;
		arrivals->now = fresh;
	}
}

bool arrivals_differ_again(struct arrivals *arrivals, const char *path)
{
	bool made;

	(void)dependencies_enter(arrivals->now, path, &made);
	return dependencies_find(arrivals->before, path) != NULL;
}

void arrivals_doubt(struct arrivals *arrivals, const char *path)
{
	char **more = realloc((void *)arrivals->doubted, (arrivals->count + 1) * sizeof(*more));

	if (more == NULL) {
		return;
	}
	arrivals->doubted = more;
	more[arrivals->count] = strdup(path);
	arrivals->count += more[arrivals->count] != NULL;
}

void arrivals_each_doubted(struct arrivals *arrivals,
			   void (*visit)(const char *path, void *context), void *context)
{
	while (arrivals->count > 0) {
		char *path = arrivals->doubted[--arrivals->count];
		bool made;

		(void)dependencies_enter(arrivals->told, path, &made);
		if (made) {
			visit(path, context);
		}
		free(path);
	}
}
