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

/* Entry after entry, a NUL behind each (proc(5)); each is gathered as long as it may be ours. */
static bool find_in_file(int fd, char setting[GUEST_SETTING_MAX])
{
	char chunk[CHUNK];
	size_t at = 0; /* in the entry */
	bool ours = true;
	long size;

	while ((size = raw_read(fd, chunk, sizeof(chunk))) > 0) {
		for (long i = 0; i < size; i++) {
			if (ours && at < GUEST_SETTING_MAX) {
				setting[at] = chunk[i];
				ours = at >= sizeof(variable) - 1 || chunk[i] == variable[at];
			}
			at++;
			if (chunk[i] == '\0') {
				if (ours && at > sizeof(variable) && at <= GUEST_SETTING_MAX) {
					return true;
				}
				ours = true;
				at = 0;
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
