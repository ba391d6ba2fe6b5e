/* SPDX-License-Identifier: MIT */
/*
 * Calls that the kernel refuses for their flags, before it looks at the path: that leads nowhere.
 * Prints each one's name and what came of it: the error's name, or the signal that ended it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_FLAGS 0x40000000

static char *volatile wild = (char *)16; /* volatile: for the compiler to believe */
static struct stat status;
static struct statx extended;

static int call_open(void)
{
	return open(wild, O_TMPFILE | O_RDONLY, 0600);
}

static int call_access(void)
{
	return access(wild, 0xff);
}

static int call_faccessat(void)
{
	return faccessat(AT_FDCWD, wild, R_OK, NO_FLAGS);
}

static int call_fstatat(void)
{
	return fstatat(AT_FDCWD, wild, &status, NO_FLAGS);
}

static int call_statx_flags(void)
{
	return statx(AT_FDCWD, wild, AT_STATX_SYNC_TYPE, STATX_BASIC_STATS, &extended);
}

static int call_statx_mask(void)
{
	return statx(AT_FDCWD, wild, 0, STATX__RESERVED, &extended);
}

static const struct {
	const char *name;
	int (*make)(void);
} CALLS[] = {
    {"open", call_open},
    {"access", call_access},
    {"faccessat", call_faccessat},
    {"fstatat", call_fstatat},
    {"statx, flags", call_statx_flags},
    {"statx, mask", call_statx_mask},
};

/* In a child, as one of them may end it. */
static void show(const char *name, int (*make)(void))
{
	int ended = 0;
	pid_t child = fork();

	if (child == 0) {
		_exit(make() == 0 ? 0 : errno);
	}
	if (child < 0 || waitpid(child, &ended, 0) != child) {
		printf("%s: no child\n", name);
	} else if (WIFSIGNALED(ended)) {
		printf("%s: SIG%s\n", name, sigabbrev_np(WTERMSIG(ended)));
	} else {
		printf("%s: %s\n", name, strerrorname_np(WEXITSTATUS(ended)));
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
		show(CALLS[i].name, CALLS[i].make);
	}
	return 0;
}
