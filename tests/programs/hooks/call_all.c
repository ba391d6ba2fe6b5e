/* SPDX-License-Identifier: MIT */
/*
 * Calls every function of preload/hooks.def by its own name, twice: on the file called so in
 * ./files, and on one that is not there (calls.def); prints what came of it, which must be the same
 * without us. A function of the table that is not called here does not compile.
 *
 *   call_all [plain|fork|vfork|threads|signal|wild|wild-execution]
 *   call_all files [SUFFIX...]
 *
 * plain is the default; threads: in eight at once, the K-th of which has files of its own, NAME.K;
 * signal: in handlers on a small stack; wild: with pointers that lead nowhere; names: what the
 * table has, for a test that makes the files. Built as a shared library with -DIN_CONSTRUCTOR, it
 * does what plain does, before the main of the program that is linked to it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "tests/programs/hooks/walks.h"

/* Exported by glibc, and by no header. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *buffer);
int __xstat64(int version, const char *path, struct stat64 *buffer);
int __lxstat(int version, const char *path, struct stat *buffer);
int __lxstat64(int version, const char *path, struct stat64 *buffer);
int __fxstatat(int version, int dirfd, const char *path, struct stat *buffer, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *buffer, int flags);

#define STAT_VERSION 1 /* _STAT_VER of x86-64 */
#define PATH_SIZE    4200
#define THREADS	     8
#define SIGNAL_STACK 8192

static __thread struct stat status;
static __thread struct stat64 status64;
static __thread struct statx extended;
static __thread char other_buffer[PATH_SIZE];
static __thread char *other; /* other_buffer, or something wild */

static int done(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int done_stream(FILE *stream)
{
	return stream == NULL ? -1 : fclose(stream);
}

static int done_folder(DIR *folder)
{
	return folder == NULL ? -1 : closedir(folder);
}

static int in_folder(int result)
{
	int saved_errno = errno;

	if (chdir("..") != 0 && result == 0) {
		return -2;
	}
	errno = saved_errno;
	return result;
}

/* For a name that is made up; of the file that there is. */
static char *template(const char *end)
{
	char *made;

	if (other != other_buffer) {
		return other;
	}
	made = strstr(other, "-made");
	*made = '-';
	strcpy(made + 1, end);
	return other;
}

static int change_by_fd(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	int result = fd < 0 ? -1 : fchdir(fd);

	if (fd >= 0) {
		close(fd);
	}
	return result;
}

enum called {
#define CALL(name, expression) CALLED_##name,
#include "tests/programs/hooks/calls.def"
	CALLED_END
};

/* One entry for each line of the table: what is not called above is not declared. */
static const enum called all[] = {
#define HOOK(result, name, ...)		      CALLED_##name,
#define HOOK_VARIADIC_OPEN(result, name, ...) CALLED_##name,
#include "preload/hooks.def"
};

#define COUNT (sizeof(all) / sizeof(*all))

static const char *const names[] = {
#define CALL(name, expression) #name,
#include "tests/programs/hooks/calls.def"
};

static int call(enum called which, char *path, int folder)
{
	switch (which) {
#define CALL(function, expression)                                                                 \
	case CALLED_##function:                                                                    \
		return expression;
#include "tests/programs/hooks/calls.def"
	case CALLED_END:
		break;
	}
	return -3;
}

/* -- one call after the other
 * ---------------------------------------------------------------------- */

/* What one call gave; printed later, where printing does no harm. */
struct record {
	enum called which;
	char file[64];
	int result, error;
};

struct run {
	char suffix[4]; /* of the files' names */
	int folder;
	bool threaded, interrupted;
	struct record records[2 * COUNT];
	size_t count;
	int by_number[2];
};

/* What is the whole process's and not a thread's: the working folder. */
static const enum called process_wide[] = {CALLED_chdir, CALLED_fchdir};

/* What needs more than a small stack without us, too: a pattern of PATH_MAX, and what glob adds. */
static const enum called stack_hungry[] = {CALLED_glob, CALLED_glob64};

static bool is_among(const enum called *list, size_t count, enum called which)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == which) {
			return true;
		}
	}
	return false;
}

#define IS_AMONG(list, which) is_among(list, sizeof(list) / sizeof(*(list)), which)

static bool left_out(const struct run *run, enum called which)
{
	return (run->threaded && IS_AMONG(process_wide, which)) ||
	       (run->interrupted && IS_AMONG(stack_hungry, which));
}

static void make_call(struct record *record, char *path, int folder)
{
	errno = EDOM; /* what no call here sets */
	record->result = call(record->which, path, folder);
	record->error = errno;
}

static struct {
	struct record *record;
	char *path;
	int folder;
} in_handler;

static void handle(int number)
{
	(void)number;
	make_call(in_handler.record, in_handler.path, in_handler.folder);
}

static void call_on(struct run *run, enum called which, const char *start)
{
	struct record *record = &run->records[run->count++];
	char path[PATH_SIZE];

	record->which = which;
	(void)snprintf(record->file, sizeof(record->file), "%s%s%s", start, names[which],
		       run->suffix);
	(void)snprintf(path, sizeof(path), "files/%s", record->file);
	(void)snprintf(other_buffer, sizeof(other_buffer), "files/%s-made", record->file);
	other = other_buffer;
	if (run->interrupted) {
		in_handler.record = record;
		in_handler.path = path;
		in_handler.folder = run->folder;
		raise(SIGUSR1);
	} else {
		make_call(record, path, run->folder);
	}
}

/* By number, as runtimes do whose libc lacks a name. */
static void call_by_number(struct run *run)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "files/by-number%s", run->suffix);
	run->by_number[0] = done((int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
	(void)snprintf(path, sizeof(path), "files/looked-at-by-number%s", run->suffix);
	run->by_number[1] =
	    (int)syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended);
}

static void call_everything(struct run *run)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (!left_out(run, all[i])) {
			call_on(run, all[i], "");
			call_on(run, all[i], "no-");
		}
	}
	call_by_number(run);
}

static void show(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct record *record = &run->records[i];

		printf("%s %s: %d, %s\n", names[record->which], record->file, record->result,
		       strerrorname_np(record->error));
	}
	printf("syscall openat%s: %d\n", run->suffix, run->by_number[0]);
	printf("syscall statx%s: %d\n", run->suffix, run->by_number[1]);
}

/* The mode is handed on where there is one: to make a file, and one without a name. */
static void show_modes(void)
{
	const int flags[] = {O_WRONLY | O_CREAT, O_WRONLY | O_TMPFILE};
	const char *const paths[] = {"files/with-mode", "files"};

	umask(0);
	for (size_t i = 0; i < 2; i++) {
		int fd = open(paths[i], flags[i], 0641);

		printf("%s: %d %o\n", paths[i], fstat(fd, &status), status.st_mode);
		done(fd);
		fd = openat(AT_FDCWD, paths[i], flags[i] & ~O_CREAT, 0641);
		printf("%s: %d %o\n", paths[i], fstat(fd, &status), status.st_mode);
		done(fd);
	}
}

static struct run only;

static int open_folder(void)
{
	return open("files", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int run_plain(void)
{
	only.folder = open_folder();
	call_everything(&only);
	show(&only);
	return 0;
}

#ifdef IN_CONSTRUCTOR

__attribute__((constructor)) static void construct(void)
{
	run_plain();
}

#else

/* -- in other places
 * ------------------------------------------------------------------------------- */

static int open_after(void)
{
	int result = done(open("files/after", O_RDONLY));

	printf("the parent, after it: %d\n", result);
	return result;
}

static int run_fork(void)
{
	pid_t child;

	only.folder = open_folder();
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		call_everything(&only);
		show(&only);
		(void)fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return open_after();
}

/*
 * The child has our memory, and a working folder of its own: it leaves the one, and must not have
 * made us believe that we are in the other.
 */
static int run_vfork(void)
{
	pid_t child;

	only.folder = open_folder();
	child = vfork();
	if (child == 0) {
		call_everything(&only);
		_exit(chdir("files") != 0 || done(open("in-the-child", O_RDONLY)) != 0);
	}
	waitpid(child, NULL, 0);
	show(&only);
	return open_after();
}

static pthread_barrier_t barrier;

static void *thread_main(void *argument)
{
	pthread_barrier_wait(&barrier);
	call_everything(argument);
	return NULL;
}

static int run_threads(void)
{
	static struct run runs[THREADS];
	pthread_t threads[THREADS];
	int folder = open_folder();

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		runs[i].threaded = true;
		runs[i].folder = folder;
		(void)snprintf(runs[i].suffix, sizeof(runs[i].suffix), ".%d", i % THREADS);
		if (pthread_create(&threads[i], NULL, thread_main, &runs[i]) != 0) {
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		show(&runs[i]);
	}
	return 0;
}

/* Whoever needs more than the stack has, meets the page below it. */
static int run_signal(void)
{
	const size_t guard = 65536;
	char *memory =
	    mmap(NULL, guard + SIGNAL_STACK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = memory + guard, .ss_size = SIGNAL_STACK};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

	if (memory == MAP_FAILED ||
	    mprotect(memory + guard, SIGNAL_STACK, PROT_READ | PROT_WRITE) != 0 ||
	    sigaltstack(&stack, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0) {
		return 1;
	}
	only.interrupted = true;
	only.folder = open_folder();
	call_everything(&only);
	show(&only);
	return 0;
}

/* -- with pointers that lead nowhere
 * --------------------------------------------------------------- */

static char *volatile wild = (char *)8; /* volatile: for the compiler to believe */

/* What a child of its own made of it: some calls end the process without us, too. */
static void show_child(const char *name, const char *what, int (*body)(const void *),
		       const void *argument)
{
	struct record *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ended = 0;
	pid_t child;

	if (shared == MAP_FAILED) {
		return;
	}
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		errno = EDOM;
		shared->result = body(argument);
		shared->error = errno;
		_exit(0);
	}
	waitpid(child, &ended, 0);
	printf("%s %s: ended %d, %d, %s\n", name, what, ended, shared->result,
	       strerrorname_np(shared->error));
	munmap(shared, sizeof(*shared));
}

struct wild_call {
	enum called which;
	char *path;
	char *other;
};

static int call_wild(const void *argument)
{
	const struct wild_call *made = argument;

	other = made->other;
	return call(made->which, made->path, AT_FDCWD);
}

static char *const words[] = {"true", NULL};
static char *const *volatile wild_words = (char *const *)8;

/* The functions that execute, each with what is wild in turn. */
#define EXECUTIONS(program, argv, envp)                                                            \
	case 0:                                                                                    \
		return execve(program, argv, envp);                                                \
	case 1:                                                                                    \
		return execvpe(program, argv, envp);                                               \
	case 2:                                                                                    \
		return execveat(AT_FDCWD, program, argv, envp, 0);                                 \
	case 3:                                                                                    \
		return posix_spawn(&pid, program, NULL, NULL, argv, envp);                         \
	case 4:                                                                                    \
		return posix_spawnp(&pid, program, NULL, NULL, argv, envp);                        \
	case 5:                                                                                    \
		return fexecve(open("/bin/true", O_RDONLY | O_CLOEXEC), argv, envp);               \
	case 6:                                                                                    \
		return execv(program, argv);                                                       \
	case 7:                                                                                    \
		return execvp(program, argv);                                                      \
	default:                                                                                   \
		return -3;

static const char *const executions[] = {"execve",	 "execvpe", "execveat", "posix_spawn",
					 "posix_spawnp", "fexecve", "execv",	"execvp"};

static int execute_wild_path(const void *which)
{
	pid_t pid;

	switch (*(const int *)which) {
		EXECUTIONS(wild, words, environ)
	}
}

static int execute_wild_argv(const void *which)
{
	pid_t pid;

	switch (*(const int *)which) {
		EXECUTIONS("/bin/true", wild_words, environ)
	}
}

static int execute_wild_envp(const void *which)
{
	pid_t pid;

	switch (*(const int *)which) {
		EXECUTIONS("/bin/true", words, wild_words)
	}
}

static int execute_wild_entry(const void *which)
{
	char *const envp[] = {"A=1", wild, NULL};
	pid_t pid;

	switch (*(const int *)which) {
		EXECUTIONS("/bin/true", words, envp)
	}
}

static int chdir_wild(const void *argument)
{
	(void)argument;
	return chdir(wild);
}

static int run_wild(void)
{
	const struct rlimit no_core = {0, 0};
	char real[] = "files/stat";

	setrlimit(RLIMIT_CORE, &no_core);
	show_child("chdir", "path", chdir_wild, NULL);
	for (size_t i = 0; i < COUNT; i++) {
		const struct wild_call both = {all[i], wild, wild};
		const struct wild_call second = {all[i], real, wild};
		const struct wild_call null = {all[i], NULL, NULL};

		show_child(names[all[i]], "both", call_wild, &both);
		show_child(names[all[i]], "second", call_wild, &second);
		show_child(names[all[i]], "null", call_wild, &null);
	}
	return 0;
}

static int run_wild_execution(void)
{
	const struct rlimit no_core = {0, 0};

	setrlimit(RLIMIT_CORE, &no_core);
	for (int i = 0; i < (int)(sizeof(executions) / sizeof(*executions)); i++) {
		show_child(executions[i], "path", execute_wild_path, &i);
		show_child(executions[i], "argv", execute_wild_argv, &i);
		show_child(executions[i], "envp", execute_wild_envp, &i);
		show_child(executions[i], "entry of envp", execute_wild_entry, &i);
	}
	return 0;
}

static bool starts_as_one_of(const char *name, const char *const *starts)
{
	while (*starts != NULL && strncmp(name, *starts, strlen(*starts)) != 0) {
		starts++;
	}
	return *starts != NULL;
}

static bool make_file(const char *name, const char *suffix)
{
	static const char *const folders[] = {"opendir", "rmdir", "scandir", "glob",
					      "ftw",	 "nftw",  "fts",     NULL};
	static const char *const links[] = {"readlink",	  "__readlink",	  "realpath",
					    "__realpath", "canonicalize", NULL};
	char path[PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof(path), "files/%s%s", name, suffix);
	if (starts_as_one_of(name, folders)) {
		return mkdir(path, 0700) == 0;
	}
	if (starts_as_one_of(name, links)) {
		return symlink("followed", path) == 0;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, path, strlen(path)) > 0 && close(fd) == 0;
}

static int make_files(char *const *suffixes)
{
	bool good = mkdir("files", 0700) == 0;

	for (; *suffixes != NULL; suffixes++) {
		for (size_t i = 0; i < COUNT; i++) {
			if (all[i] != CALLED_chdir && all[i] != CALLED_fchdir) {
				good &= make_file(names[all[i]], *suffixes);
			}
		}
		good &= make_file("by-number", *suffixes);
		good &= make_file("looked-at-by-number", *suffixes);
	}
	return good && make_file("followed", "") && make_file("by-chdir", "") &&
		       make_file("by-fchdir", "") && make_file("after", "") &&
		       make_file("in-the-child", "")
		   ? 0
		   : 1;
}

static int run_default(void)
{
	int result = run_plain();

	show_modes();
	printf("wild pointers: %d %d %d\n", open((const char *)8, O_RDONLY),
	       open((const char *)8, O_WRONLY | O_CREAT, 0600), stat((const char *)8, &status));
	return result;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} contexts[] = {
	    {"plain", run_default},
	    {"fork", run_fork},
	    {"vfork", run_vfork},
	    {"threads", run_threads},
	    {"signal", run_signal},
	    {"wild", run_wild},
	    {"wild-execution", run_wild_execution},

	};
	const char *wanted = argc > 1 ? argv[1] : "plain";

	if (strcmp(wanted, "files") == 0) {
		return make_files(argv + 2);
	}
	for (size_t i = 0; i < sizeof(contexts) / sizeof(*contexts); i++) {
		if (strcmp(wanted, contexts[i].name) == 0) {
			return contexts[i].run();
		}
	}
	return 2;
}

#endif
