/* SPDX-License-Identifier: MIT */
/* The environment that the command gets; see environment.h. */
#include "launcher/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/guest.h"

static const char preload_name[] = "LD_PRELOAD";

static bool is_variable(const char *entry, const char *name)
{
	size_t length = strlen(name);

	return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

const char *environment_get(char *const envp[], const char *name)
{
	for (; *envp != NULL; envp++) {
		if (is_variable(*envp, name)) {
			return *envp + strlen(name) + 1;
		}
	}
	return NULL;
}

void environment_free(char **environment)
{
	for (char **entry = environment; entry != NULL && *entry != NULL; entry++) {
		free(*entry);
	}
	free(environment);
}

/* Appends what asprintf made; false if it could not. */
static bool append(char **copy, size_t *count, char *entry)
{
	copy[(*count)++] = entry;
	copy[*count] = NULL;
	return entry != NULL;
}

static char **copy_without_ours(char *const envp[], bool with_preload, size_t *count)
{
	size_t size = 0;
	char **copy;

	while (envp[size] != NULL) {
		size++;
	}
	copy = calloc(size + 3, sizeof(*copy));
	*count = 0;
	for (size_t i = 0; copy != NULL && i < size; i++) {
		if (is_variable(envp[i], GUEST_VARIABLE) ||
		    (!with_preload && is_variable(envp[i], preload_name))) {
			continue;
		}
		if (!append(copy, count, strdup(envp[i]))) {
			environment_free(copy);
			return NULL;
		}
	}
	return copy;
}

char **environment_copy(char *const envp[])
{
	size_t count;

	return copy_without_ours(envp, true, &count);
}

char **environment_with_preload(char *const envp[], const char *folder, bool everything)
{
	const char *theirs = environment_get(envp, preload_name);
	char *preload = NULL;
	char *setting = NULL;
	size_t count;
	char **copy = copy_without_ours(envp, false, &count);

	if (copy == NULL) {
		return NULL;
	}
	if (asprintf(&preload, "%s=%s%s%s%s", preload_name, theirs != NULL ? theirs : "",
		     theirs != NULL && theirs[0] != '\0' ? ":" : "", folder, GUEST_LIBRARY) < 0) {
		preload = NULL;
	}
	if (asprintf(&setting, "%s=%s%s", GUEST_VARIABLE,
		     everything ? GUEST_EVERYTHING : GUEST_RELOAD, folder) < 0) {
		setting = NULL;
	}
	if (preload == NULL || setting == NULL) {
		free(preload);
		free(setting);
		environment_free(copy);
		return NULL;
	}
	append(copy, &count, preload);
	append(copy, &count, setting);
	return copy;
}
