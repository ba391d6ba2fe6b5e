/* SPDX-License-Identifier: MIT */
/* Where our variable is found; see setting.h. */
#include "preload/setting.h"

#include <linux/fcntl.h>

#include "preload/raw.h"
#include "preload/text.h"

#define CHUNK 512

static const char variable[] = GUEST_VARIABLE "=";

extern char **environ;

static bool copy(char to[GUEST_SETTING_MAX], const char *from)
{
	for (size_t i = 0; i < GUEST_SETTING_MAX; i++) {
		to[i] = from[i];
		if (from[i] == '\0') {
			return true;
		}
	}
	return false;
}

/* Walks environ itself: programs replace getenv (bash does). */
static bool find_in_environ(char setting[GUEST_SETTING_MAX])
{
	for (char **entry = environ; *entry != NULL; entry++) {
		if (text_after(*entry, variable) != NULL) {
			return copy(setting, *entry);
		}
	}
	return false;
}

/* An entry that comes byte by byte: gathered as long as it may be ours. */
struct gathered {
	char *text; /* GUEST_SETTING_MAX */
	size_t at;
	bool ours;
};

/* True when an entry of ours is complete. */
static bool gather(struct gathered *entry, char byte)
{
	size_t at = entry->at++;
	bool complete;

	if (at < GUEST_SETTING_MAX) {
		entry->text[at] = byte;
	}
	entry->ours = entry->ours && at < GUEST_SETTING_MAX &&
		      (at >= sizeof(variable) - 1 || byte == variable[at]);
	complete = entry->ours && byte == '\0';
	if (byte == '\0') {
		entry->at = 0;
		entry->ours = true;
	}
	return complete;
}

/* Entry after entry, a NUL behind each (proc(5)). */
static bool find_in_file(int fd, char setting[GUEST_SETTING_MAX])
{
	struct gathered entry = {.text = setting, .ours = true};
	char chunk[CHUNK] = {0};
	long size;

	while ((size = raw_read(fd, chunk, sizeof(chunk))) > 0) {
		for (long i = 0; i < size; i++) {
			if (gather(&entry, chunk[i])) {
				return true;
			}
		}
	}
	return false;
}

bool setting_find(char setting[GUEST_SETTING_MAX], bool *final)
{
	bool found = false;
	int fd;

	*final = environ != NULL;
	if (environ != NULL) {
		return find_in_environ(setting);
	}
	fd = raw_openat(AT_FDCWD, "/proc/self/environ", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		found = find_in_file(fd, setting);
		raw_close(fd);
	}
	return found;
}
