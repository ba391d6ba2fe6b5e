/* SPDX-License-Identifier: MIT */
/*
 * Makes one call for each line on stdin, in order, and prints what came of it: ok, or the error's
 * name. A line is the call's name and its words, which have no space in them.
 *
 * `fork` before a call: a child makes it, and is waited for.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct call {
	const char *name;
	int (*make)(const char *first, const char *second);
};

static int close_opened(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int call_read(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_RDONLY));
}

static int call_fopen(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	return file != NULL ? fclose(file) : -1;
}

static int call_openat(const char *folder, const char *name)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	int result = close_opened(openat(fd, name, O_RDONLY));

	return fd >= 0 && close(fd) == 0 ? result : -1;
}

static int call_create(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

static int call_creat(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(creat(path, 0644));
}

static int call_exclusive(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
}

static int call_append(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_WRONLY | O_CREAT | O_APPEND, 0644));
}

static int call_update(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_WRONLY));
}

static int call_empty(const char *path, const char *unused)
{
	(void)unused;
	return close_opened(open(path, O_WRONLY | O_TRUNC));
}

static int call_truncate(const char *path, const char *unused)
{
	(void)unused;
	return truncate(path, 3);
}

static int call_utimes(const char *path, const char *unused)
{
	(void)unused;
	return utimensat(AT_FDCWD, path, NULL, 0);
}

static int call_stat(const char *path, const char *unused)
{
	struct stat found;

	(void)unused;
	return stat(path, &found);
}

static int call_lstat(const char *path, const char *unused)
{
	struct stat found;

	(void)unused;
	return lstat(path, &found);
}

static int call_access(const char *path, const char *unused)
{
	(void)unused;
	return access(path, R_OK);
}

static int call_readlink(const char *path, const char *unused)
{
	char target[PATH_MAX];

	(void)unused;
	return readlink(path, target, sizeof(target)) < 0 ? -1 : 0;
}

static int call_realpath(const char *path, const char *unused)
{
	char *found = realpath(path, NULL);
	int result = found != NULL ? 0 : -1;

	(void)unused;
	free(found);
	return result;
}

static int call_chdir(const char *path, const char *unused)
{
	(void)unused;
	return chdir(path);
}

static int call_list(const char *path, const char *unused)
{
	DIR *folder = opendir(path);

	(void)unused;
	while (folder != NULL && readdir(folder) != NULL) {
	}
	return folder != NULL ? closedir(folder) : -1;
}

static int call_scandir(const char *path, const char *unused)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, NULL, alphasort);

	(void)unused;
	for (int i = 0; i < count; i++) {
		free(names[i]);
	}
	free(names);
	return count < 0 ? -1 : 0;
}

static int call_mkdir(const char *path, const char *unused)
{
	(void)unused;
	return mkdir(path, 0755);
}

static int call_rmdir(const char *path, const char *unused)
{
	(void)unused;
	return rmdir(path);
}

static int call_unlink(const char *path, const char *unused)
{
	(void)unused;
	return unlink(path);
}

static int call_remove(const char *path, const char *unused)
{
	(void)unused;
	return remove(path);
}

/* What cannot be loaded is told by text, not by errno. */
static int call_dlopen(const char *path, const char *unused)
{
	void *object = dlopen(path, RTLD_NOW);

	(void)unused;
	errno = ENOENT;
	return object != NULL ? dlclose(object) : -1;
}

static int wait_for(pid_t child)
{
	int status = 0;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* In a child. */
static int call_exec(const char *path, const char *word)
{
	pid_t child = fork();

	if (child == 0) {
		execl(path, path, word, (char *)NULL);
		_exit(errno);
	}
	errno = wait_for(child);
	return errno == 0 ? 0 : -1;
}

static int call_spawn(const char *path, const char *word)
{
	char *const argv[] = {strdup(path), strdup(word), NULL};
	pid_t child;

	errno = posix_spawn(&child, path, NULL, NULL, argv, environ);
	return errno == 0 ? wait_for(child) : -1;
}

static const struct call CALLS[] = {
    {"read", call_read},
    {"fopen", call_fopen},
    {"openat", call_openat},
    {"create", call_create},
    {"creat", call_creat},
    {"exclusive", call_exclusive},
    {"append", call_append},
    {"update", call_update},
    {"empty", call_empty},
    {"truncate", call_truncate},
    {"utimes", call_utimes},
    {"stat", call_stat},
    {"lstat", call_lstat},
    {"access", call_access},
    {"readlink", call_readlink},
    {"realpath", call_realpath},
    {"chdir", call_chdir},
    {"list", call_list},
    {"scandir", call_scandir},
    {"mkdir", call_mkdir},
    {"rmdir", call_rmdir},
    {"unlink", call_unlink},
    {"remove", call_remove},
    {"rename", rename},
    {"link", link},
    {"symlink", symlink},
    {"dlopen", call_dlopen},
    {"exec", call_exec},
    {"spawn", call_spawn},
};

static int make_call(const char *name, const char *first, const char *second)
{
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
		if (strcmp(CALLS[i].name, name) == 0) {
			return CALLS[i].make(first, second);
		}
	}
	(void)fprintf(stderr, "no such call: %s\n", name);
	exit(2);
}

static int make_in_child(const char *name, const char *first, const char *second)
{
	pid_t child = fork();

	if (child == 0) {
		_exit(make_call(name, first, second) == 0 ? 0 : errno);
	}
	errno = wait_for(child);
	return errno == 0 ? 0 : -1;
}

int main(void)
{
	char line[4 * PATH_MAX];

	setvbuf(stdout, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *name = strtok(line, " \n");
		int (*make)(const char *, const char *, const char *) = make_call;

		if (name != NULL && strcmp(name, "fork") == 0) {
			make = make_in_child;
			name = strtok(NULL, " \n");
		}
		const char *first = strtok(NULL, " \n");
		const char *second = strtok(NULL, " \n");

		if (name == NULL || first == NULL) {
			return 2;
		}
		if (make(name, first, second != NULL ? second : "") == 0) {
			puts("ok");
		} else {
			puts(strerrorname_np(errno));
		}
	}
	return 0;
}
