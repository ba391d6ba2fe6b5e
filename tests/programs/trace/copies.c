/* SPDX-License-Identifier: MIT */
/*
 * Processes whose program is easily mistaken.
 *
 *   copies becomes FILE        a child reads FILE after its parent has become another program
 *   copies orphan FILE         a grandchild reads FILE after its parent has ended
 *   copies vfork FILE          a vfork child reads FILE, then the parent; the same with stat
 *   copies reuse FIRST SECOND   process 500, cat, reads FIRST; another, a vfork child, SECOND
 *   copies spawn-in FOLDER PROGRAM     PROGRAM is spawned in FOLDER
 *   copies spawn-across FIRST SECOND   both are spawned; FIRST executes only after SECOND has ended
 *
 * spawn-across needs two FIFOs, asked and go.
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void need(int holds)
{
	if (!holds) {
		_exit(99);
	}
}

static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	need(fd >= 0);
	close(fd);
}

/* Until the other side writes or ends. */
static void wait_on(int fd)
{
	char byte;

	need(read(fd, &byte, 1) >= 0);
}

/* The shell tells when it runs, and waits for the child's end. */
static void become(const char *file)
{
	int runs[2];
	int ends[2];

	need(pipe(runs) == 0 && pipe(ends) == 0);
	if (fork() == 0) {
		close(runs[1]);
		close(ends[0]);
		wait_on(runs[0]);
		read_file(file);
		_exit(0);
	}
	close(ends[1]);
	need(dup2(runs[1], STDOUT_FILENO) >= 0 && dup2(ends[0], STDIN_FILENO) >= 0);
	execl("/bin/sh", "sh", "-c", "echo; read -r word || :", (char *)NULL);
	_exit(99);
}

static void leave_orphan(const char *file)
{
	int alone[2];
	int ends[2];
	pid_t child;

	need(pipe(alone) == 0 && pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		if (fork() == 0) {
			close(alone[1]);
			wait_on(alone[0]);
			read_file(file);
		}
		_exit(0);
	}
	close(ends[1]);
	need(waitpid(child, NULL, 0) == child);
	close(alone[1]); /* only now it has another parent for sure */
	wait_on(ends[0]);
}

static void copy_by_vfork(const char *file)
{
	struct stat status;
	pid_t child = vfork();

	if (child == 0) {
		close(open(file, O_RDONLY));
		_exit(0);
	}
	need(waitpid(child, NULL, 0) == child);
	read_file(file);
	need(stat(file, &status) == 0);
	child = vfork();
	if (child == 0) {
		_exit(stat(file, &status));
	}
	need(waitpid(child, NULL, 0) == child);
}

static pid_t spawn(const char *program, const posix_spawn_file_actions_t *actions)
{
	char *const words[] = {strdup(program), NULL};
	pid_t child = -1;

	need(posix_spawn(&child, program, actions, NULL, words, environ) == 0);
	return child;
}

static void spawn_in(const char *folder, const char *program)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	need(posix_spawn_file_actions_addchdir_np(&actions, folder) == 0);
	need(waitpid(spawn(program, &actions), NULL, 0) > 0);
}

/* Before it executes, the child waits for somebody to open both FIFOs. */
static void *spawn_held(void *program)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 8, "asked", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 9, "go", O_RDONLY, 0);
	need(waitpid(spawn(program, &actions), NULL, 0) > 0);
	return NULL;
}

static void spawn_across(char *first, const char *second)
{
	pthread_t thread;
	int fd;

	need(pthread_create(&thread, NULL, spawn_held, first) == 0);
	fd = open("asked", O_WRONLY);
	need(fd >= 0 && waitpid(spawn(second, NULL), NULL, 0) > 0);
	need(open("go", O_WRONLY) >= 0 && pthread_join(thread, NULL) == 0);
}

static void next_is_500(void)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);

	need(fd >= 0 && write(fd, "499", 3) == 3 && close(fd) == 0);
}

static void reuse_number(char *first, const char *second)
{
	char *const words[] = {"cat", first, NULL};
	pid_t child;

	next_is_500();
	need(posix_spawn(&child, "/bin/cat", NULL, NULL, words, environ) == 0);
	need(child == 500 && waitpid(child, NULL, 0) == child);
	next_is_500();
	child = vfork();
	if (child == 0) {
		close(open(second, O_RDONLY));
		_exit(0);
	}
	need(child == 500 && waitpid(child, NULL, 0) == child);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "becomes") == 0) {
		become(argv[2]);
	} else if (strcmp(what, "orphan") == 0) {
		leave_orphan(argv[2]);
	} else if (strcmp(what, "vfork") == 0) {
		copy_by_vfork(argv[2]);
	} else if (strcmp(what, "reuse") == 0 && argc == 4) {
		reuse_number(argv[2], argv[3]);
	} else if (strcmp(what, "spawn-in") == 0 && argc == 4) {
		spawn_in(argv[2], argv[3]);
	} else if (strcmp(what, "spawn-across") == 0 && argc == 4) {
		spawn_across(argv[2], argv[3]);
	} else {
		return 2;
	}
	return 0;
}
