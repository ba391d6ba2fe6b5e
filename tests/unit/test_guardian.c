/* SPDX-License-Identifier: MIT */
/* launcher/guardian: a launcher that ends in order, one that is killed, and what the group is sent.
 */
#include "launcher/guardian.h"

#include <poll.h>
#include <stdio.h>

#include "launcher/folder.h"
#include "preload/guest.h"
#include "tests/unit/family.h"
#include "tests/unit/scratch.h"

/* The test is the subreaper to which the guardian comes when it has lost its parent. */
static void enter(void)
{
	scratch_enter();
	family_enter();
}

TestSuite(guardian, .init = enter, .fini = scratch_leave, .timeout = 60);

static const struct kin nobody;
static const struct terminal no_terminal = {.fd = -1};
static struct folder folder;
static bool keep_running;
static void (*then)(struct guardian *guardian);
static bool stays; /* the command ignores SIGTERM */

/* Without what an exec would have closed: above all, the launcher's end of the guardian's socket.
 */
static _Noreturn void command(void)
{
	for (int fd = 3; fd < 256; fd++) {
		if (fd != ready_pipe[1] && fd != alive_pipe[1]) {
			(void)close(fd);
		}
	}
	wait_for_ever();
}

/* Marked by its environment, as what is executed under us is; told by its pid. */
static pid_t beget_command(void)
{
	char variable[FOLDER_MAX + 64];
	char *const words[] = {"/bin/sh", "-c", "trap '' TERM; kill -s STOP $$; exec sleep 60",
			       NULL};
	char *const environment[] = {variable, NULL};
	pid_t pid;

	if (!stays) {
		pid = fork();
		if (pid == 0) {
			command();
		}
		return pid;
	}
	(void)snprintf(variable, sizeof(variable), "%s=%s%s", GUEST_VARIABLE, GUEST_RELOAD,
		       folder.path);
	pid = fork();
	if (pid == 0) {
		tell_ready();
		execve(words[0], words, environment);
		_exit(1);
	}
	(void)waitpid(pid, NULL, WUNTRACED); /* it has its trap, and stands */
	return pid;
}

/* A launcher in little, in a process group of its own. */
static void launcher(void)
{
	char *words[] = {"0123456789012345678901234567890123456789", NULL};
	char argument[64];
	struct guardian *guardian;

	(void)snprintf(argument, sizeof(argument), "%s", words[0]);
	words[0] = argument;
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	guardian = guardian_start(&(struct guardian_orders){
	    .terminal = &no_terminal,
	    .stop_signal = SIGTERM,
	    .stop_timeout_ns = 200000000,
	    .keep_running = keep_running,
	    .waiting = &nobody,
	    .words = words,
	});
	if (guardian == NULL || folder_make(&folder, directory) != 0) {
		_exit(2);
	}
	guardian_set_folder(guardian, folder.path);
	then(guardian);
	_exit(0);
}

static bool exists(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

/* Returns how many it has left behind: the guardian, too, if it did not wait for it. */
static unsigned run_launcher(void (*what)(struct guardian *guardian), int *status)
{
	pid_t pid;
	unsigned others = 0;
	int other;

	then = what;
	pid = start(launcher);
	cr_assert(eq(int, waitpid(pid, status, 0), pid));
	while (waitpid(-1, &other, 0) > 0) {
		others++;
	}
	return others;
}

static void end_in_order(struct guardian *guardian)
{
	(void)beget_command();
	(void)await_ready();
	guardian_dismiss(guardian);
}

Test(guardian, dismissed)
{
	struct pollfd alive = {.fd = alive_pipe[0], .events = POLLIN};
	pid_t pid;
	int status;

	then = end_in_order;
	pid = start(launcher);
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	(void)close(alive_pipe[1]);
	cr_expect(zero(int, poll(&alive, 1, 0)), "the command is left alone");
	(void)kill(-pid, SIGKILL);
}

static void be_killed(struct guardian *guardian)
{
	FILE *note = fopen("folder", "w");

	guardian_set_main(guardian, beget_command());
	(void)fprintf(note, "%s", folder.path);
	(void)fclose(note);
	(void)await_ready();
	(void)raise(SIGKILL);
}

static void expect_folder_gone(void)
{
	char name[FOLDER_MAX] = "";
	FILE *note = fopen("folder", "r");

	cr_assert(note != NULL && fgets(name, sizeof(name), note) != NULL);
	(void)fclose(note);
	cr_expect(not(exists(name)));
}

Test(guardian, launcher_killed)
{
	int status;

	cr_expect(eq(u32, run_launcher(be_killed, &status), 2), "the guardian and the command");
	cr_expect(eq(int, WTERMSIG(status), SIGKILL));
	expect_nobody();
	expect_folder_gone();
}

/* It ignores SIGTERM, and is found by its environment. */
Test(guardian, command_stays)
{
	int status;

	stays = true;
	cr_expect(eq(u32, run_launcher(be_killed, &status), 2));
	expect_folder_gone();
}

Test(guardian, keep_running)
{
	struct pollfd alive = {.fd = alive_pipe[0], .events = POLLIN};
	pid_t pid;
	int status;

	keep_running = true;
	then = be_killed;
	pid = start(launcher);
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	(void)waitpid(-1, &status, 0);
	expect_folder_gone();
	(void)close(alive_pipe[1]);
	cr_expect(zero(int, poll(&alive, 1, 0)), "the command is left alone");
	(void)kill(-pid, SIGKILL);
}

/* Before there is a folder there is nothing to stop, nor to remove. */
static void be_killed_early(struct guardian *guardian)
{
	(void)guardian;
	folder_close(&folder);
	(void)raise(SIGKILL);
}

Test(guardian, killed_early)
{
	int status;

	cr_expect(eq(u32, run_launcher(be_killed_early, &status), 1));
	expect_nobody();
}

/* A signal to us alone, and one to the group. */
static void be_witnessed(struct guardian *guardian)
{
	sigset_t both;
	bool right;

	sigemptyset(&both);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGHUP);
	sigprocmask(SIG_BLOCK, &both, NULL);
	(void)kill(getpid(), SIGTERM);
	right = !guardian_has_got(guardian, SIGTERM) && !guardian_has_got(guardian, SIGHUP);
	(void)kill(0, SIGHUP);
	right = right && !guardian_has_got(guardian, SIGTERM) && guardian_has_got(guardian, SIGHUP);
	guardian_forget_signals(guardian);
	while (right && guardian_has_got(guardian, SIGHUP)) { /* until it has read that */
		(void)usleep(100);
	}
	guardian_dismiss(guardian);
	folder_close(&folder);
	_exit(right ? 7 : 8);
}

Test(guardian, witness)
{
	int status;

	cr_expect(zero(u32, run_launcher(be_witnessed, &status)), "it has waited for its guardian");
	cr_expect(eq(int, WEXITSTATUS(status), 7));
}

/* None at all: as the first process of a namespace has. */
Test(guardian, none)
{
	guardian_set_folder(NULL, "/x");
	guardian_set_main(NULL, 1);
	guardian_forget_signals(NULL);
	cr_assert(not(guardian_has_got(NULL, SIGTERM)));
	guardian_dismiss(NULL);
}
