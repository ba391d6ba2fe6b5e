/* SPDX-License-Identifier: MIT */
/* Rules for make and ninja; see trace_depfile.h. */
#include "launcher/trace_depfile.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/message.h"
#include "launcher/printable.h"
#include "launcher/table.h"

#define FILES_SIZE_MAX ((size_t)256 << 20)

struct file {
	char *path;
	bool is_input, is_output;
	UT_hash_handle hh;
};

struct trace_depfile {
	struct file *files;
	size_t size; /* of all of them, bytes */
};

struct trace_depfile *trace_depfile_new(void)
{
	return calloc(1, sizeof(struct trace_depfile));
}

void trace_depfile_free(struct trace_depfile *depfile)
{
	struct file *file;
	struct file *next;

	if (depfile == NULL) {
		return;
	}
	file = depfile->files;
	HASH_CLEAR(hh, depfile->files); /* its links stay */
	while (file != NULL) {
		next = file->hh.next;
		free(file->path);
		free(file);
		file = next;
	}
	free(depfile);
}

/* False: there is no room for it. */
static bool note(struct trace_depfile *depfile, const char *path, bool output)
{
	struct file *file;

	HASH_FIND_STR(depfile->files, path, file);
	if (file == NULL) {
		depfile->size += sizeof(*file) + strlen(path) + 1;
		file = depfile->size <= FILES_SIZE_MAX ? calloc(1, sizeof(*file)) : NULL;
		if (file == NULL) {
			return false;
		}
		file->path = strdup(path);
		if (file->path == NULL) {
			free(file);
			return false;
		}
		HASH_ADD_KEYPTR(hh, depfile->files, file->path, strlen(file->path), file);
	}
	file->is_input |= !output;
	file->is_output |= output;
	return true;
}

bool trace_depfile_tell(struct trace_depfile *depfile, const struct trace_fact *fact)
{
	if (fact->error != 0) {
		return true;
	}
	switch (fact->kind) {
	case TRACE_READ:
	case TRACE_EXEC:
	case TRACE_LOAD:
		return note(depfile, fact->path, false);
	case TRACE_WRITE:
	case TRACE_LINK:
		return note(depfile, fact->path, true);
	case TRACE_RENAME:
		return fact->to == NULL || note(depfile, fact->to, true);
	case TRACE_MISSING:
	case TRACE_STAT:
	case TRACE_LIST:
	case TRACE_REMOVE:
	case TRACE_MKDIR:
	case TRACE_LOST:
	case TRACE_KINDS:
		break;
	}
	return true;
}

/* One character of a name, which begins at `name`. Returns what follows it. */
static char *escape_character(char *to, const char *name, const char *at, bool target)
{
	/* In front of a space, backslashes would escape one another. */
	for (const char *slash = at; *at == ' ' && slash > name && slash[-1] == '\\'; slash--) {
		*to++ = '\\';
	}
	if (*at == '$') {
		*to++ = '$';
	} else if (strchr(" #:", *at) != NULL || (target && *at == '%')) {
		*to++ = '\\';
	}
	*to++ = *at;
	return to;
}

/* A backslash that is in the name, in front of what would need one of ours: both read them apart.
 */
static bool has_ambiguous_backslash(const char *name)
{
	for (const char *slash = strchr(name, '\\'); slash != NULL;
	     slash = strchr(slash + 1, '\\')) {
		if (slash[1] == '\0' || strchr("#:$%", slash[1]) != NULL) {
			return true;
		}
	}
	return false;
}

/* make looks behind "./" for it, too. */
static bool names_home(const char *name)
{
	while (strncmp(name, "./", 2) == 0) {
		name += 2;
		name += strspn(name, "/");
	}
	return name[0] == '~';
}

/* What make 4.3 and ninja 1.11 were found to have no way to write, or not the same. */
static bool is_unwritable(const char *name)
{
	const char *last = name[0] != '\0' ? name + strlen(name) - 1 : name;

	return strpbrk(name, "\n\r\t\v\f;|") != NULL || strchr(" :&", *last) != NULL ||
	       names_home(name) || has_ambiguous_backslash(name) ||
	       (*last == ')' && strchr(name, '(') != NULL); /* member of an archive */
}

/* Words that a rule may begin with (make: target-specific variables). */
static bool is_directive(const char *name)
{
	static const char *const words[] = {"define",	"undefine", "export",
					    "unexport", "override", "private"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(name, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

char *trace_depfile_escape(const char *name, bool target)
{
	size_t length = strlen(name);
	char *escaped;
	char *to;

	if (is_unwritable(name)) {
		errno = EINVAL;
		return NULL;
	}
	escaped = malloc(3 * length + 3);
	if (escaped == NULL) {
		return NULL;
	}
	to = is_directive(name) ? stpcpy(escaped, "./") : escaped;
	for (const char *at = name; *at != '\0'; at++) {
		to = escape_character(to, name, at, target);
	}
	*to = '\0';
	return escaped;
}

static void tell_left_out(const char *name)
{
	char *shown = printable_path(name);

	message(MESSAGE_ERROR,
		"%s is left out of the depfile: make or ninja could not read its name", shown);
	free(shown);
}

/* False, and said, if there is no way to write it. */
static bool add_name(struct trace_output *output, const char *before, const char *name, bool target,
		     const char *after)
{
	char *escaped = trace_depfile_escape(name, target);

	if (escaped == NULL) {
		tell_left_out(name);
		return false;
	}
	trace_output_add(output, before, strlen(before));
	trace_output_add(output, escaped, strlen(escaped));
	trace_output_add(output, after, strlen(after));
	free(escaped);
	return true;
}

/* Would make take other files for it, now? ("[id].tsx" beside "i.tsx") */
static bool stands_for_others(const char *name)
{
	glob_t found;
	bool others = false;

	if (strpbrk(name, "*?[") == NULL || glob(name, GLOB_NOSORT, NULL, &found) != 0) {
		return false;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		others |= strcmp(found.gl_pathv[i], name) != 0;
	}
	globfree(&found);
	return others;
}

/* A first word with "=" in it would set a variable. */
static bool add_input(struct trace_output *output, const char *name, bool first)
{
	if ((first && strchr(name, '=') != NULL) || stands_for_others(name)) {
		tell_left_out(name);
		return false;
	}
	return add_name(output, " \\\n  ", name, false, "");
}

static int compare(const struct file *left, const struct file *right)
{
	/* None with "=" in it first, if there are others. */
	int assigns = (strchr(left->path, '=') != NULL) - (strchr(right->path, '=') != NULL);

	return assigns != 0 ? assigns : strcmp(left->path, right->path);
}

static bool is_there(const struct file *file)
{
	struct stat status;

	return stat(file->path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool add_targets(const struct trace_depfile *depfile, const char *const *targets,
			size_t target_count, struct trace_output *output)
{
	const char *before = "";

	for (size_t i = 0; i < target_count; i++) {
		before = add_name(output, before, targets[i], true, "") ? " " : before;
	}
	for (const struct file *file = depfile->files; file != NULL && target_count == 0;
	     file = file->hh.next) {
		if (file->is_output && is_there(file)) {
			before = add_name(output, before, file->path, true, "") ? " " : before;
		}
	}
	return before[0] != '\0';
}

bool trace_depfile_write(struct trace_depfile *depfile, const char *const *targets,
			 size_t target_count, struct trace_output *output)
{
	bool first = true;

	HASH_SORT(depfile->files, compare);
	if (!add_targets(depfile, targets, target_count, output)) {
		return false;
	}
	trace_output_add(output, ":", 1);
	for (struct file *file = depfile->files; file != NULL; file = file->hh.next) {
		file->is_input = file->is_input && !file->is_output && is_there(file) &&
				 add_input(output, file->path, first);
		first = first && !file->is_input;
	}
	trace_output_add(output, "\n", 1);
	for (struct file *file = depfile->files; file != NULL; file = file->hh.next) {
		/* Those would be a pattern, and a variable. */
		if (file->is_input && strpbrk(file->path, "%=") == NULL) {
			(void)add_name(output, "", file->path, false, ":\n");
		}
	}
	return true;
}
