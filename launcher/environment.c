/* SPDX-License-Identifier: MIT */
/* The environment that the command gets; see environment.h. */
#include "launcher/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/guest.h"

#define PRELOAD	   "LD_PRELOAD"
#define GENERATION "AUTORELOAD_GENERATION"
#define CHANGED	   "AUTORELOAD_CHANGED"

/* What an outer one of us may have set is not for our command. */
static const char *const ours[] = {GUEST_VARIABLE, GENERATION, CHANGED, NULL};
static const char *const ours_and_preload[] = {GUEST_VARIABLE, GENERATION, CHANGED, PRELOAD, NULL};
static const char *const none[] = {NULL};

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

static bool is_one_of(const char *entry, const char *const names[])
{
	for (; *names != NULL; names++) {
		if (is_variable(entry, *names)) {
			return true;
		}
	}
	return false;
}

/* With room for two more. */
static char **copy_without(char *const envp[], const char *const names[], size_t *count)
{
	size_t size = 0;
	char **copy;

	while (envp[size] != NULL) {
		size++;
	}
	copy = calloc(size + 3, sizeof(*copy));
	*count = 0;
	for (size_t i = 0; copy != NULL && i < size; i++) {
		if (!is_one_of(envp[i], names) && !append(copy, count, strdup(envp[i]))) {
			environment_free(copy);
			return NULL;
		}
	}
	return copy;
}

char **environment_copy(char *const envp[])
{
	size_t count;

	return copy_without(envp, ours, &count);
}

char **environment_with_preload(char *const envp[], const char *folder, const char *mode)
{
	const char *theirs = environment_get(envp, PRELOAD);
	char *preload = NULL;
	char *setting = NULL;
	size_t count;
	char **copy = copy_without(envp, ours_and_preload, &count);

	if (copy == NULL) {
		return NULL;
	}
	if (asprintf(&preload, "%s=%s%s%s%s", PRELOAD, theirs != NULL ? theirs : "",
		     theirs != NULL && theirs[0] != '\0' ? ":" : "", folder, GUEST_LIBRARY) < 0) {
		preload = NULL;
	}
	if (asprintf(&setting, "%s=%s%s", GUEST_VARIABLE, mode, folder) < 0) {
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

/* Appends NAME=value. */
static bool set(char **copy, size_t *count, const char *name, const char *value)
{
	char *setting = NULL;

	if (asprintf(&setting, "%s=%s", name, value) < 0) {
		setting = NULL;
	}
	return append(copy, count, setting);
}

char **environment_of_generation(char *const environment[], unsigned generation,
				 const char *changed)
{
	char number[16];
	size_t count;
	char **copy = copy_without(environment, none, &count);

	(void)snprintf(number, sizeof(number), "%u", generation);
	if (copy != NULL && (!set(copy, &count, GENERATION, number) ||
			     (changed != NULL && !set(copy, &count, CHANGED, changed)))) {
		environment_free(copy);
		return NULL;
	}
	return copy;
}
