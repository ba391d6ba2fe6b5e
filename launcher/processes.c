/* SPDX-License-Identifier: MIT */
/* What the reports have told of each process; see processes.h. */
#include "launcher/processes.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include <xxhash.h>

#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/table.h"

#define SPAWNED_MAX	  64   /* of one process */
#define ALL_SPAWNED_MAX	  8192 /* of all */
#define PROCESSES_MAX	  32768
#define ALL_PROCESSES_MAX (2 * PROCESSES_MAX) /* also of those that have not ended */
#define NAMES_MAX	  16384
#define TRIES		  8 /* to find one that has ended, at a time */

/* Program names, each kept once: thousands of processes run the same few. */
struct name {
	char *text;
	UT_hash_handle hh;
};

struct entry {
	pid_t pid;
	struct process process;
	UT_hash_handle hh;
};

struct processes {
	struct entry *entries;
	struct name *names;
	unsigned spawned_count; /* of all */
};

/* Something that a child was asked to execute. */
struct spawned {
	char *path; /* NULL: no memory for it */
	struct spawned *next;
};

struct processes *processes_new(void)
{
	return calloc(1, sizeof(struct processes));
}

/* Returns its path. */
static char *take_out(struct processes *processes, struct process *process, struct spawned *spawned)
{
	char *path = spawned->path;

	LL_DELETE(process->spawned, spawned);
	process->spawned_count--;
	processes->spawned_count--;
	free(spawned);
	return path;
}

static void free_entry(struct processes *processes, struct entry *entry)
{
	free(entry->process.pending);
	while (entry->process.spawned != NULL) {
		free(take_out(processes, &entry->process, entry->process.spawned));
	}
	free(entry);
}

void processes_forget(struct processes *processes)
{
	struct entry *entry;
	struct entry *next;
	struct name *name;
	struct name *next_name;

	entry = processes->entries;
	HASH_CLEAR(hh, processes->entries); /* its links stay */
	while (entry != NULL) {
		next = entry->hh.next;
		free_entry(processes, entry);
		entry = next;
	}
	name = processes->names;
	HASH_CLEAR(hh, processes->names); /* its links stay */
	while (name != NULL) {
		next_name = name->hh.next;
		free(name->text);
		free(name);
		name = next_name;
	}
}

void processes_free(struct processes *processes)
{
	if (processes != NULL) {
		processes_forget(processes);
		free(processes);
	}
}

/* No more than to ask: the number may be anybody's. */
static bool has_ended(pid_t pid)
{
	return pid <= 0 || (kill(pid, 0) != 0 && errno == ESRCH);
}

void processes_forget_oldest(struct processes *processes)
{
	/* What is removed is not found again, which the analyzer does not see. */
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc) */
	for (int i = 0; i < TRIES && HASH_COUNT(processes->entries) > PROCESSES_MAX; i++) {
		struct entry *oldest = processes->entries; /* uthash keeps them as they came */

		HASH_DEL(processes->entries, oldest);
		if (has_ended(oldest->pid) || HASH_COUNT(processes->entries) >= ALL_PROCESSES_MAX) {
			free_entry(processes, oldest);
		} else {
			HASH_ADD_INT(processes->entries, pid, oldest);
		}
	}
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
}

struct process *processes_enter(struct processes *processes, pid_t pid)
{
	struct entry *entry;

	HASH_FIND_INT(processes->entries, &pid, entry);
	if (entry == NULL) {
		entry = calloc(1, sizeof(*entry));
		if (entry == NULL) {
			return NULL;
		}
		entry->pid = pid;
		HASH_ADD_INT(processes->entries, pid, entry);
	}
	return &entry->process;
}

const struct process *processes_find(const struct processes *processes, pid_t pid)
{
	struct entry *entry;

	HASH_FIND_INT(processes->entries, &pid, entry);
	return entry != NULL ? &entry->process : NULL;
}

static uint64_t hash_of(const char *path)
{
	return XXH3_64bits(path, strlen(path));
}

bool process_runs(const struct process *process, const char *image)
{
	return process->program != NULL && process->image == hash_of(image);
}

void process_set_program(struct processes *processes, struct process *process, const char *path,
			 const char *image)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;
	struct name *name;

	HASH_FIND_STR(processes->names, last, name);
	if (name == NULL && HASH_COUNT(processes->names) >= NAMES_MAX) {
		process->program = "?";
		process->image = hash_of(image != NULL ? image : path);
		return;
	}
	if (name == NULL) {
		name = calloc(1, sizeof(*name));
		if (name == NULL) {
			return;
		}
		name->text = strdup(last);
		if (name->text == NULL) {
			free(name);
			return;
		}
		HASH_ADD_KEYPTR(hh, processes->names, name->text, strlen(name->text), name);
	}
	process->program = name->text;
	process->image = hash_of(image != NULL ? image : path);
}

void process_set_pending(struct process *process, const char *path, uint64_t now_ns)
{
	free(process->pending);
	process->pending = path != NULL ? strdup(path) : NULL;
	process->pending_ns = now_ns;
}

void processes_add_spawned(struct processes *processes, struct process *process, const char *path)
{
	struct spawned *spawned;

	if (process->spawned_count == SPAWNED_MAX) {
		free(take_out(processes, process, process->spawned));
	}
	if (processes->spawned_count == ALL_SPAWNED_MAX) {
		return;
	}
	spawned = calloc(1, sizeof(*spawned));
	if (spawned == NULL) {
		return;
	}
	spawned->path = strdup(path);
	LL_APPEND(process->spawned, spawned);
	process->spawned_count++;
	processes->spawned_count++;
}

/* What an image is looked for by. */
struct hello_words {
	const char *image, *words;
	size_t words_length;
};

static struct spawned *find_spawned(const struct process *process, const struct hello_words *hello,
				    bool (*is_it)(const char *path,
						  const struct hello_words *hello))
{
	struct spawned *spawned;

	LL_FOREACH(process->spawned, spawned)
	{
		if (spawned->path != NULL && is_it(spawned->path, hello)) {
			return spawned;
		}
	}
	return NULL;
}

static bool is_its_file(const char *path, const struct hello_words *hello)
{
	return identity_same_file(path, hello->image);
}

static bool is_called_the_same(const char *path, const struct hello_words *hello)
{
	return strcmp(path_name(path), path_name(hello->image)) == 0;
}

/* The kernel puts a script behind its interpreter and that one's argument (execve(2)). */
static bool is_script_of(const char *path, const struct hello_words *hello)
{
	const char *end = hello->words + hello->words_length;
	const char *word = hello->words;

	for (unsigned i = 0; i < 3 && word < end; i++) {
		size_t length = strnlen(word, (size_t)(end - word));

		if (i > 0 && length < (size_t)(end - word) &&
		    strcmp(path_name(word), path_name(path)) == 0) {
			return true;
		}
		word += length + 1;
	}
	return false;
}

char *processes_take_spawned(struct processes *processes, struct process *process,
			     const char *image, const char *words, size_t words_length)
{
	const struct hello_words hello = {image, words, words_length};
	struct spawned *spawned = find_spawned(process, &hello, is_its_file);

	if (spawned == NULL) {
		spawned = find_spawned(process, &hello, is_script_of);
	}
	if (spawned == NULL) { /* its file may be gone already */
		spawned = find_spawned(process, &hello, is_called_the_same);
	}
	return spawned != NULL ? take_out(processes, process, spawned) : NULL;
}

void processes_drop_spawned(struct processes *processes, struct process *process, const char *path)
{
	const struct hello_words hello = {.image = path};
	struct spawned *spawned = find_spawned(process, &hello, is_called_the_same);

	if (spawned != NULL) {
		free(take_out(processes, process, spawned));
	}
}

void processes_each_pending(struct processes *processes,
			    void (*visit)(pid_t pid, const struct process *process, void *context),
			    void *context)
{
	for (struct entry *entry = processes->entries; entry != NULL; entry = entry->hh.next) {
		if (entry->process.pending != NULL) {
			visit(entry->pid, &entry->process, context);
		}
	}
}
