/* SPDX-License-Identifier: MIT */
/*
 * Functions of libc that come to a file in a way of their own: each by its name as the only word,
 * on files that are called like it, one of which is not there.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <libintl.h>
#include <linux/openat2.h>
#include <locale.h>
#include <mntent.h>
#include <nl_types.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

extern char **environ;

static struct stat status;
static char buffer[4096];

static void call_fdopendir(void)
{
	DIR *folder = fdopendir(open("folder", O_RDONLY | O_DIRECTORY));

	while (readdir(folder) != NULL) {
	}
	openat(dirfd(folder), "file", O_RDONLY);
	fstatat(dirfd(folder), "none", &status, 0);
	closedir(folder);
}

static void call_scandir(void)
{
	struct dirent **names;

	scandir("folder", &names, NULL, alphasort);
	scandir("none", &names, NULL, alphasort);
	scandirat(open(".", O_PATH), "folder/sub", &names, NULL, versionsort);
}

static void call_glob(void)
{
	glob_t found;

	glob("folder/*", 0, NULL, &found);
	glob("none/*", 0, NULL, &found);
	glob("folder/sub/none", 0, NULL, &found);
}

static void call_wordexp(void)
{
	wordexp_t words;

	wordexp("fold*/s* $HOME", &words, WRDE_NOCMD);
}

static int visit(const char *path, const struct stat *seen, int type)
{
	return path == NULL || seen == NULL || type < 0;
}

static int visit_more(const char *path, const struct stat *seen, int type, struct FTW *at)
{
	return path == NULL || seen == NULL || type < 0 || at == NULL;
}

static void call_ftw(void)
{
	ftw("folder", visit, 9);
	ftw("none", visit, 9);
	nftw("folder/sub", visit_more, 9, 0);
	nftw("folder/sub", visit_more, 9, FTW_PHYS | FTW_CHDIR);
}

static void call_fts(void)
{
	char *paths[] = {"folder", "none", NULL};
	FTS *tree = fts_open(paths, FTS_LOGICAL, NULL);

	while (fts_read(tree) != NULL) {
	}
	fts_close(tree);
}

static void call_realpath(void)
{
	free(realpath("link", NULL));
	free(realpath("none", NULL));
	free(canonicalize_file_name("folder/none"));
	readlink("link", buffer, sizeof(buffer));
	readlink("nothing", buffer, sizeof(buffer));
	readlinkat(open("folder", O_PATH), "none", buffer, sizeof(buffer));
}

static void call_path_only(void)
{
	int folder = open("folder", O_PATH | O_DIRECTORY);

	openat(folder, "file", O_RDONLY);
	openat(folder, "none", O_RDONLY);
	open("none", O_PATH);
	open("folder/other", O_RDONLY | O_NOFOLLOW);
	open("nothing", O_WRONLY);
}

static void call_access(void)
{
	faccessat(AT_FDCWD, "none", R_OK, 0);
	faccessat(open("folder", O_PATH), "none", R_OK, AT_EACCESS);
	euidaccess("nothing", R_OK);
	eaccess("never", R_OK);
	access("nowhere/folder", F_OK);
}

static void call_openat2(void)
{
	struct open_how how = {.flags = O_RDONLY};

	syscall(SYS_openat2, AT_FDCWD, "file", &how, sizeof(how));
	syscall(SYS_openat2, AT_FDCWD, "none", &how, sizeof(how));
	syscall(SYS_openat, AT_FDCWD, "folder/file", O_RDONLY);
	syscall(SYS_faccessat2, AT_FDCWD, "nothing", R_OK, 0);
}

static void call_statx(void)
{
	struct statx extended;

	statx(AT_FDCWD, "file", 0, STATX_MODE | STATX_TYPE, &extended);
	statx(AT_FDCWD, "none", 0, STATX_MODE | STATX_TYPE, &extended);
}

static void call_temporary(void)
{
	char name[] = "made-XXXXXX";
	char in_folder[] = "folder/made-XXXXXX";
	char with_suffix[] = "made-XXXXXX.suffix";
	char folder[] = "folder/sub/made-XXXXXX";
	FILE *file = tmpfile();

	fclose(file);
	close(mkstemp(name));
	rename(name, "moved");
	close(mkostemp(in_folder, O_CLOEXEC));
	close(mkostemps(with_suffix, (int)strlen(".suffix"), 0));
	rmdir(mkdtemp(folder));
}

static void call_freopen(void)
{
	FILE *file = fopen("file", "r");

	file = freopen("folder/file", "r+", file);
	freopen("none", "r", file);
	fclose(fopen("folder/other", "rbm"));
	fclose(fopen("new", "wx"));
	fopen("file", "wx");
}

static void call_popen(void)
{
	char line[64];
	FILE *pipe = popen("cat file", "r");

	while (fgets(line, sizeof(line), pipe) != NULL) {
	}
	pclose(pipe);
	if (system("cat folder/file >/dev/null") != 0 || system(NULL) == 0) {
		exit(1);
	}
}

/* Files that are opened between fork and exec, in libc. */
static void call_spawn(void)
{
	char *words[] = {"cat", "none", NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "file", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "written", O_WRONLY | O_CREAT, 0666);
	posix_spawn_file_actions_addchdir_np(&actions, "folder");
	posix_spawnp(&child, "cat", &actions, NULL, words, environ);
	waitpid(child, NULL, 0);
}

static void call_exec(void)
{
	char *words[] = {"cat", "file", NULL};
	int program = open("/usr/bin/cat", O_RDONLY);

	if (fork() == 0) {
		fexecve(program, words, environ);
		_exit(1);
	}
	wait(NULL);
	if (vfork() == 0) {
		execveat(AT_FDCWD, "/usr/bin/cat", words, environ, 0);
		_exit(1);
	}
	wait(NULL);
	execl("none", "none", (char *)NULL);
	execlp("cat", "cat", "folder/file", (char *)NULL);
}

static void call_nodes(void)
{
	mkfifo("pipe", 0666);
	mknod("node", S_IFREG | 0666, 0);
	mkfifoat(AT_FDCWD, "folder/pipe", 0666);
	truncate("file", 0);
	utimes("folder/file", NULL);
	lutimes("link", NULL);
	futimesat(AT_FDCWD, "folder/other", NULL);
}

static void call_dlopen(void)
{
	dlopen("./own.so", RTLD_NOW);
	dlopen("./none.so", RTLD_NOW);
	dlopen("libm.so.6", RTLD_NOW);
}

static void call_setmntent(void)
{
	setmntent("file", "r");
	setmntent("none", "r");
}

static void call_ftok(void)
{
	ftok("file", 1);
	ftok("none", 1);
}

static void call_catopen(void)
{
	catopen("./messages", 0);
	catopen("./none", 0);
}

static void call_gettext(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	bindtextdomain("domain", "folder");
	puts(dgettext("domain", "word"));
}

static void *in_thread(void *path)
{
	for (int i = 0; i < 100; i++) {
		close(open(path, O_RDONLY));
		access("none", R_OK);
	}
	return NULL;
}

static void call_threads(void)
{
	pthread_t threads[3];
	char *paths[] = {"file", "folder/file", "folder/other"};

	for (int i = 0; i < 3; i++) {
		pthread_create(&threads[i], NULL, in_thread, paths[i]);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
	}
}

static void *execute(void *words)
{
	execv("/usr/bin/cat", words);
	return NULL;
}

static void call_thread_exec(void)
{
	char *words[] = {"cat", "file", "folder/file", NULL};
	pthread_t thread;

	pthread_create(&thread, NULL, execute, words);
	pthread_join(thread, NULL);
}

/* Where relative paths begin, when that changes or goes away. */
static void call_chdir(void)
{
	int home = open(".", O_RDONLY | O_DIRECTORY);

	if (chdir("absent") != 0 && chdir("folder/sub") == 0 && open("leaf", O_RDONLY) >= 0 &&
	    chdir("..") == 0 && open("file", O_RDONLY) >= 0 && fchdir(home) == 0 &&
	    mkdir("gone", 0777) == 0 && chdir("gone") == 0) {
		rmdir(getcwd(buffer, sizeof(buffer)));
	}
	open("none", O_RDONLY);
	openat(home, "file", O_RDONLY);
	openat(home, "none", O_RDONLY);
	if (fork() == 0) {
		_exit(fchdir(home) != 0 || access("nothing", R_OK) == 0);
	}
	wait(NULL);
}

static const struct {
	const char *name;
	void (*call)(void);
} calls[] = {
    {"fdopendir", call_fdopendir},
    {"scandir", call_scandir},
    {"glob", call_glob},
    {"wordexp", call_wordexp},
    {"ftw", call_ftw},
    {"fts", call_fts},
    {"realpath", call_realpath},
    {"path_only", call_path_only},
    {"access", call_access},
    {"openat2", call_openat2},
    {"statx", call_statx},
    {"temporary", call_temporary},
    {"freopen", call_freopen},
    {"popen", call_popen},
    {"spawn", call_spawn},
    {"exec", call_exec},
    {"nodes", call_nodes},
    {"dlopen", call_dlopen},
    {"setmntent", call_setmntent},
    {"ftok", call_ftok},
    {"catopen", call_catopen},
    {"gettext", call_gettext},
    {"threads", call_threads},
    {"thread_exec", call_thread_exec},
    {"chdir", call_chdir},
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (argc == 2 && strcmp(argv[1], calls[i].name) == 0) {
			calls[i].call();
			return 0;
		}
	}
	return 2;
}
