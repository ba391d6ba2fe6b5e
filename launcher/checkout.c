/* SPDX-License-Identifier: MIT */
/* Whether a version control system is at work; see checkout.h. */
#include "launcher/checkout.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launcher/path.h"

/* It is taken before the first file is written; what to write is found out in between. */
#define BEFORE_S 10

/* A linked worktree or a submodule has a file in place of the folder (gitrepository-layout(5)). */
static bool follow_git_file(const char *file, const char *folder, char git[PATH_MAX])
{
	static const char prefix[] = "gitdir: ";
	char text[PATH_MAX + sizeof(prefix)];
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t length;

	if (fd < 0) {
		return false;
	}
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0) {
		return false;
	}
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return strncmp(text, prefix, sizeof(prefix) - 1) == 0 &&
	       path_join(git, folder, text + sizeof(prefix) - 1);
}

/* The lock that the checkout whose top this is would have; false: it is no such top. */
static bool lock_of_top(const char *folder, char lock[PATH_MAX])
{
	char control[PATH_MAX];
	char git[PATH_MAX];
	struct stat status;

	if (path_join(control, folder, ".git") && lstat(control, &status) == 0) {
		if (S_ISREG(status.st_mode)) {
			return follow_git_file(control, folder, git) &&
			       path_join(lock, git, "index.lock");
		}
		return path_join(lock, control, "index.lock");
	}
	return path_join(control, folder, ".hg") && lstat(control, &status) == 0 &&
	       path_join(lock, control, "wlock");
}

static void add_lock(struct checkout *checkout, const char *lock)
{
	for (size_t i = 0; i < checkout->count; i++) {
		if (strcmp(checkout->locks[i], lock) == 0) {
			return;
		}
	}
	if (checkout->count < CHECKOUT_LOCKS) {
		checkout->locks[checkout->count] = strdup(lock);
		checkout->count += checkout->locks[checkout->count] != NULL;
	}
}

void checkout_note(struct checkout *checkout, const char *path)
{
	char folder[PATH_MAX];
	char above[PATH_MAX];
	char lock[PATH_MAX];

	if (!path_folder(folder, path) || strcmp(folder, checkout->folder) == 0) {
		return;
	}
	if (checkout->folder[0] == '\0') {
		checkout->since = time(NULL);
	}
	(void)path_copy(checkout->folder, folder);
	while (!lock_of_top(folder, lock)) {
		if (strcmp(folder, "/") == 0 || !path_folder(above, folder)) {
			return;
		}
		(void)path_copy(folder, above);
	}
	add_lock(checkout, lock);
}

const char *checkout_lock(const struct checkout *checkout)
{
	struct stat status;

	for (size_t i = 0; i < checkout->count; i++) {
		if (lstat(checkout->locks[i], &status) == 0 &&
		    status.st_mtim.tv_sec + BEFORE_S >= checkout->since) {
			return checkout->locks[i];
		}
	}
	return NULL;
}

void checkout_forget(struct checkout *checkout)
{
	while (checkout->count > 0) {
		free(checkout->locks[--checkout->count]);
	}
	checkout->folder[0] = '\0';
}
