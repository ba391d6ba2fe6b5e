/* SPDX-License-Identifier: MIT */
/* launcher/child: how a command is started, and what becomes of its signals. */
#include "launcher/child.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"

static char *const no_environment[] = {NULL};
static struct signals signals;

static void enter(void)
{
	scratch_enter();
	cr_assert(zero(int, signals_open(&signals)));
}

static void leave(void)
{
	signals_close(&signals);
	scratch_leave();
}

TestSuite(child, .init = enter, .fini = leave, .timeout = 60);

static pid_t spawn(const char *file, char *const words[])
{
	return child_spawn(file, words, no_environment, &signals);
}

static int status_of(pid_t pid)
{
	int wait_status = 0;

	cr_assert(gt(int, pid, 0), "%s", strerror(errno));
	cr_assert(eq(int, waitpid(pid, &wait_status, 0), pid));
	return child_status(wait_status);
}

static int run_shell(const char *script)
{
	char *words[] = {"sh", "-c", (char *)script, NULL};

	return status_of(spawn("/bin/sh", words));
}

Test(child, statuses)
{
	static const struct {
		const char *script;
		int status;
	} cases[] = {
	    {"exit 0", 0},	    {"exit 1", 1},	   {"exit 77", 77},
	    {"exit 125", 125},	    {"exit 126", 126},	   {"exit 127", 127},
	    {"exit 128", 128},	    {"exit 255", 255},	   {"kill -TERM $$", 143},
	    {"kill -KILL $$", 137}, {"kill -HUP $$", 129}, {"kill -USR2 $$", 140},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, run_shell(cases[i].script), cases[i].status), "%zu: %s", i,
			  cases[i].script);
	}
}

/* As waitpid(2) encodes them, all of them. */
Test(child, every_status)
{
	for (int status = 0; status < 256; status++) {
		cr_expect(eq(int, child_status(W_EXITCODE(status, 0)), status));
	}
	for (int number = 1; number < 65; number++) {
		cr_expect(eq(int, child_status(W_EXITCODE(0, number)), 128 + number));
		cr_expect(eq(int, child_status(W_EXITCODE(0, number) | WCOREFLAG), 128 + number));
	}
}

Test(child, exec_status)
{
	cr_expect(eq(int, child_exec_status(ENOENT), 127));
	cr_expect(eq(int, child_exec_status(ENOTDIR), 127));
	cr_expect(eq(int, child_exec_status(EACCES), 126));
	cr_expect(eq(int, child_exec_status(ENOEXEC), 126));
	cr_expect(eq(int, child_exec_status(E2BIG), 126));
	cr_expect(eq(int, child_exec_status(ETXTBSY), 126));
	cr_expect(eq(int, child_exec_status(EAGAIN), 125));
	cr_expect(eq(int, child_exec_status(EMFILE), 125));
}

/* Never taken for a program that has run: no pid, nothing left to wait for, no descriptor. */
Test(child, exec_fails)
{
	static const char elf[] = "\177ELF but no more of it";
	const struct {
		const char *file;
		int error;
	} cases[] = {
	    {"./absent", ENOENT},   {"./absent/x", ENOENT},	  {"./plain", EACCES},
	    {"./folder", EACCES},   {"./plain/x", ENOTDIR},	  {"./loop", ELOOP},
	    {"./damaged", ENOEXEC}, {"./no-interpreter", ENOENT},
	};
	char *words[] = {"word", NULL};
	int next = dup(0);

	cr_assert(next >= 0 && close(next) == 0);
	(void)put("plain", "x", 1, 0644);
	(void)put("damaged", elf, sizeof(elf), 0755);
	(void)put_text("no-interpreter", "#!/nonexistent/interpreter\n");
	make_folder("folder");
	cr_assert(zero(int, symlink("loop", "loop")));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd;

		errno = 0;
		cr_expect(eq(int, spawn(cases[i].file, words), -1), "%s", cases[i].file);
		cr_expect(eq(int, errno, cases[i].error), "%s", cases[i].file);
		cr_expect(eq(int, waitpid(-1, NULL, 0), -1), "%s", cases[i].file);
		cr_expect(eq(int, errno, ECHILD), "%s", cases[i].file);
		fd = dup(0);
		cr_expect(eq(int, fd, next), "%s: a descriptor is left open", cases[i].file);
		(void)close(fd);
	}
}

/* An argument of the size that no exec takes: it is the exec that fails. */
Test(child, too_much)
{
	size_t size = 8u << 20;
	char *long_word = malloc(size);
	char *words[] = {"true", long_word, NULL};

	cr_assert(long_word != NULL);
	memset(long_word, 'x', size - 1);
	long_word[size - 1] = '\0';
	cr_assert(eq(int, spawn("/bin/true", words), -1));
	cr_assert(eq(int, errno, E2BIG));
	free(long_word);
}

/* Words and environment as they are, and the file apart from its name. */
Test(child, words_and_environment)
{
	char *words[] = {"a name", "-c", "echo \"$0|$1|$2|$A|$B\"", "zero", "one two", "", NULL};
	char *environment[] = {"A=x y", "B=", NULL};
	struct capture out = capture_begin(STDOUT_FILENO);
	int status = status_of(child_spawn("/bin/sh", words, environment, &signals));

	cr_assert(eq(str, capture_end(&out), "zero|one two||x y|\n"));
	cr_assert(zero(int, status));
}

/* A script without "#!": a shell reads it, as with execvp(3). */
Test(child, script_without_interpreter)
{
	char *words[] = {"script", "one two", "three", NULL};
	char *none[] = {"script", NULL};
	struct capture out = capture_begin(STDOUT_FILENO);
	int status;

	(void)put_text("script", "echo \"$0|$1|$2|$#\"\nexit 7\n");
	status = status_of(spawn("./script", words));
	cr_expect(eq(int, status_of(spawn(path, none)), 7));
	words[0] = capture_end(&out);
	cr_expect(strncmp(words[0], "./script|one two|three|2\n", 25) == 0, "%s", words[0]);
	cr_expect(eq(int, status, 7));
}

/* In our process group and session: Ctrl-C and Ctrl-Z reach it as without us. */
Test(child, process_group)
{
	char *words[] = {"cat", NULL};
	int input[2], before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	pid_t pid;

	cr_assert(zero(int, pipe2(input, O_CLOEXEC)));
	cr_assert(eq(int, dup2(input[0], STDIN_FILENO), STDIN_FILENO));
	pid = spawn("/bin/cat", words);
	cr_assert(eq(int, dup2(before, STDIN_FILENO), STDIN_FILENO));
	cr_expect(eq(int, getpgid(pid), getpgrp()));
	cr_expect(eq(int, getsid(pid), getsid(0)));
	(void)close(input[1]);
	cr_assert(zero(int, status_of(pid)));
}

/* Nothing of ours that is not to be inherited is open in it. */
Test(child, descriptors)
{
	char *words[] = {"cat", NULL};
	int input[2], before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	const struct dirent *entry;
	char list[64];
	DIR *theirs;
	pid_t pid;

	cr_assert(zero(int, pipe2(input, O_CLOEXEC)));
	cr_assert(eq(int, dup2(input[0], STDIN_FILENO), STDIN_FILENO));
	pid = spawn("/bin/cat", words);
	cr_assert(eq(int, dup2(before, STDIN_FILENO), STDIN_FILENO));
	(void)close(before);
	(void)snprintf(list, sizeof(list), "/proc/%d/fd", (int)pid);
	theirs = opendir(list);
	cr_assert(theirs != NULL);
	while ((entry = readdir(theirs)) != NULL) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.') {
			cr_expect(zero(int, fcntl(fd, F_GETFD) & FD_CLOEXEC), "%d", fd);
		}
	}
	(void)closedir(theirs);
	(void)close(input[1]);
	cr_assert(zero(int, status_of(pid)));
}

/* The lines of /proc/PID/status about signals (proc(5)). */
static void signal_lines(const char *text, char lines[256])
{
	const char *names[] = {"SigBlk:", "SigIgn:", "SigCgt:"};

	lines[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *line = strstr(text, names[i]);

		cr_assert(line != NULL);
		strncat(lines, line, strcspn(line, "\n") + 1);
	}
}

/* Mask and dispositions are as we found them, whatever we have done to them meanwhile. */
Test(child, signals_restored)
{
	char *words[] = {"cat", "/proc/self/status", NULL};
	char wanted[256], got[256];
	const char *ignored;
	struct signals opened;
	struct capture out;
	sigset_t mask;

	signals_close(&signals);
	for (int number = 1; number < NSIG; number++) {
		(void)signal(number, SIG_DFL);
	}
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	sigaddset(&mask, SIGTERM);
	cr_assert(zero(int, sigprocmask(SIG_SETMASK, &mask, NULL)));
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);

	/* What cat would find without us. */
	out = capture_begin(STDOUT_FILENO);
	if (fork() == 0) {
		(void)execv("/bin/cat", words);
		_exit(127);
	}
	cr_assert(eq(int, waitpid(-1, NULL, 0), -1)); /* until there is none: it is ignored */
	signal_lines(capture_end(&out), wanted);

	signals_note(&opened);
	cr_assert(zero(int, signals_open(&opened)));
	out = capture_begin(STDOUT_FILENO);
	cr_assert(zero(int, status_of(child_spawn("/bin/cat", words, no_environment, &opened))));
	signal_lines(capture_end(&out), got);
	signals_close(&opened);
	cr_assert(eq(str, got, wanted));
	/* It is not for nothing that they are equal. */
	ignored = strstr(wanted, "SigIgn:\t");
	cr_assert(ignored != NULL, "%s", wanted);
	/* 32 and 33 are the C library's own, and nobody's to set: they are as our parent left them.
	 */
	cr_assert(
	    eq(u64, strtoull(ignored + strlen("SigIgn:\t"), NULL, 16) & ~0x180000000u, 0x10003),
	    "%s", wanted);
	cr_assert(strstr(wanted, "SigBlk:\t0000000000004800\n") != NULL, "%s", wanted);
	(void)signals_open(&signals);
}
