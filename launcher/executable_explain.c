/* SPDX-License-Identifier: MIT */
/* Why a command cannot be run, in words. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/executable.h"
#include "launcher/printable.h"

/* The exec says it of the script, and means what the script's first line names (execve(2)). */
static bool explain_interpreter(const char *path, char *text, size_t size)
{
	struct executable executable = {.kind = EXECUTABLE_UNKNOWN};
	char culprit[PATH_MAX];
	char *shown;

	if (executable_resolve(path, &executable, culprit, sizeof(culprit)) == 0 ||
	    strcmp(culprit, path) == 0) {
		return false;
	}
	shown = printable_path(culprit);
	(void)snprintf(text, size,
		       errno == EACCES ? "its interpreter %s is not executable"
				       : "its interpreter %s is not there",
		       shown != NULL ? shown : "?");
	free(shown);
	return true;
}

static const char *explain_file(const char *path)
{
	struct executable executable = {.kind = EXECUTABLE_UNKNOWN};

	return executable_inspect(path, &executable) == 0 ? executable_reason(executable.kind)
							  : NULL;
}

void executable_explain(const char *name, const char *path, int error, char *text, size_t size)
{
	const char *reason = error == ENOEXEC ? explain_file(path) : NULL;

	if (reason != NULL) {
		(void)snprintf(text, size, "it %s", reason);
	} else if (error == ENOENT && path[0] == '\0' && strchr(name, '/') == NULL) {
		(void)snprintf(text, size,
			       "command not found (is it spelled right, is it in PATH?)");
	} else if (error == EACCES && path[0] == '\0') {
		(void)snprintf(text, size, "not an executable file (chmod +x makes it one)");
	} else if (path[0] == '\0' || !explain_interpreter(path, text, size)) {
		(void)snprintf(text, size, "%s", strerror(error));
	}
}
