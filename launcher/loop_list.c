/* SPDX-License-Identifier: MIT */
/* The loop: what is watched, and why, when somebody asks (SIGUSR2). */
#include <stdlib.h>
#include <string.h>

#include "launcher/loop_state.h"

struct list {
	const struct dependency **all;
	size_t count, size;
};

static void note(struct dependency *dependency, void *context)
{
	struct list *list = context;

	if (dependency->role == DEPENDENCY_TRIGGER && list->count < list->size) {
		list->all[list->count++] = dependency;
	}
}

static int by_path(const void *left, const void *right)
{
	const struct dependency *const *one = left;
	const struct dependency *const *other = right;

	return strcmp((*one)->path, (*other)->path);
}

void loop_list(struct loop *loop)
{
	struct list list = {.size = generations_count(loop->generations)};

	list.all = calloc(list.size + 1, sizeof(const struct dependency *));
	if (list.all == NULL) {
		return;
	}
	generations_each_dependency(loop->generations, note, &list);
	qsort((void *)list.all, list.count, sizeof(const struct dependency *), by_path);
	journal_list(loop->parts.journal, list.count);
	for (size_t i = 0; i < list.count; i++) {
		journal_listed(loop->parts.journal, list.all[i],
			       observer_program(loop->observer, list.all[i]->pid));
	}
	free((void *)list.all);
}
