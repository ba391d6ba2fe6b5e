/* SPDX-License-Identifier: MIT */
/*
 * Programs that give their children environments of their own.
 *
 *   environment HOW FILE   has cat show FILE; HOW is the name of the function, after which may
 * follow what became of our own environment before: -unset, -cleared, -null environment show shows
 * its environment
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *words[] = {"cat", NULL, NULL};
static char command[4200];
/* In an order, with a name twice, with what is no setting: to be passed on as it is. */
static char *few[] = {"ZEBRA=1", "TWICE=1", "PATH=/usr/bin:/bin", "no setting", "TWICE=2",
		      "APE=",	 NULL};
static char *none[] = {NULL};
static char *empty_preload[] = {"LD_PRELOAD=", "PATH=/usr/bin:/bin", NULL};

static void show_stream(FILE *stream)
{
	int c;

	while (stream != NULL && (c = getc(stream)) != EOF) {
		putchar(c);
	}
	if (stream != NULL) {
		pclose(stream);
	}
}

static void spawn(bool search, char **envp)
{
	pid_t child;
	int result = search ? posix_spawnp(&child, "cat", NULL, NULL, words, envp)
			    : posix_spawn(&child, "/bin/cat", NULL, NULL, words, envp);

	if (result == 0) {
		waitpid(child, NULL, 0);
	}
}

static void execute(const char *how, char **envp)
{
	if (strcmp(how, "execve") == 0) {
		execve("/bin/cat", words, envp);
	} else if (strcmp(how, "execle") == 0) {
		execle("/bin/cat", "cat", words[1], (char *)NULL, envp);
	} else if (strcmp(how, "execvpe") == 0) {
		execvpe("cat", words, envp);
	} else if (strcmp(how, "execveat") == 0) {
		execveat(open("/bin", O_PATH | O_CLOEXEC), "cat", words, envp, 0);
	} else if (strcmp(how, "fexecve") == 0) {
		fexecve(open("/bin/cat", O_RDONLY | O_CLOEXEC), words, envp);
	} else if (strcmp(how, "execv") == 0) {
		execv("/bin/cat", words);
	} else if (strcmp(how, "execvp") == 0) {
		execvp("cat", words);
	} else if (strcmp(how, "execl") == 0) {
		execl("/bin/cat", "cat", words[1], (char *)NULL);
	} else if (strcmp(how, "execlp") == 0) {
		execlp("cat", "cat", words[1], (char *)NULL);
	} else if (strcmp(how, "posix_spawn") == 0) {
		spawn(false, envp);
	} else if (strcmp(how, "posix_spawnp") == 0) {
		spawn(true, envp);
	} else if (strcmp(how, "system") == 0) {
		if (system(command) != 0) { /* NOLINT(cert-env33-c) */
			puts("system failed");
		}
	} else if (strcmp(how, "popen") == 0) {
		show_stream(popen(command, "re"));
	} else {
		puts("unknown");
	}
}

/* Makes of our own environment what is wanted; returns the one for the child. */
static char **prepare(const char *what)
{
	if (strcmp(what, "unset") == 0) {
		unsetenv("LD_PRELOAD");
		unsetenv("AUTORELOAD_RUN_CHANNEL");
	} else if (strcmp(what, "cleared") == 0) {
		clearenv();
		setenv("PATH", "/usr/bin:/bin", 1);
	} else if (strcmp(what, "null") == 0) {
		environ = NULL;
		return NULL;
	} else if (strcmp(what, "few") == 0) {
		environ = few;
	} else if (strcmp(what, "none") == 0) {
		return none;
	} else if (strcmp(what, "empty") == 0) {
		environ = empty_preload;
	}
	return environ;
}

int main(int argc, char **argv)
{
	char *what;

	if (argc < 3) {
		for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
			puts(*entry);
		}
		return 0;
	}
	words[1] = argv[2];
	(void)snprintf(command, sizeof(command), "cat '%s'", argv[2]);
	(void)fflush(stdout);
	what = strchr(argv[1], '-');
	if (what != NULL) {
		*what++ = '\0';
	}
	execute(argv[1], prepare(what != NULL ? what : ""));
	return 0;
}
