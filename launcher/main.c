/* SPDX-License-Identifier: MIT */
/* autoreload-run: parse, prepare, run, and end with the right status. The only exit. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launcher/channel.h"
#include "launcher/child.h"
#include "launcher/environment.h"
#include "launcher/executable.h"
#include "launcher/folder.h"
#include "launcher/guardian.h"
#include "launcher/library.h"
#include "launcher/loop.h"
#include "launcher/message.h"
#include "launcher/options.h"
#include "launcher/own_preloads.h"
#include "launcher/printable.h"
#include "launcher/surroundings.h"
#include "preload/guest.h"
#include "preload/system_paths.h"

#define STATUS_OURS    125 /* something went wrong with us, not with the command */
#define TRACE_BACKLOG  ((size_t)16 << 20)
#define MMAP_THRESHOLD (128 << 10)

extern char **environ;

/* Everything that is opened before the command is started, and closed after it has ended. */
struct parts {
	struct options options;
	struct policy policy;
	struct signals signals;
	struct terminal terminal;
	struct guardian *guardian;
	struct journal *journal;
	struct channel *channel;
	struct watches *watches;
	struct trace *trace; /* NULL: not wanted */
	char **environment;
	char builds[PATH_MAX]; /* of the library */
	char folder[PATH_MAX];
};

static int fail(const char *what, const char *which)
{
	char *shown = printable_path(which);
	int error = errno;

	message(MESSAGE_ERROR, "%s %s: %s", what, shown != NULL ? shown : "?", strerror(error));
	free(shown);
	return STATUS_OURS;
}

static int ignore_as_asked(struct parts *parts)
{
	parts->policy.ignored = patterns_new();
	if (parts->policy.ignored == NULL) {
		return fail("cannot use", "--ignore");
	}
	for (size_t i = 0; i < parts->options.ignore_count; i++) {
		if (patterns_add(parts->policy.ignored, parts->options.ignore[i]) != 0) {
			return fail("cannot use the pattern of --ignore", parts->options.ignore[i]);
		}
	}
	return 0;
}

static void prepare_policy(struct parts *parts)
{
	struct policy *policy = &parts->policy;

	roots_of_command(&policy->roots, parts->options.command, getenv("HOME"), policy->script);
	policy->extensions = parts->options.extensions;
	policy->extension_count = parts->options.extension_count;
	policy->all = parts->options.all;
	memcpy(policy->folder, parts->folder, sizeof(policy->folder));
}

/* The library sends no system paths, unless a project lies among them. */
static bool wants_system_paths(const struct policy *policy, char *const command[])
{
	if (policy->all) {
		return true;
	}
	for (size_t i = 0; i < policy->roots.count; i++) {
		if (system_path(policy->roots.paths[i])) {
			return true;
		}
	}
	/* A name among the system's that leads to the user's own: /usr/local/bin/x -> ~/x.py. */
	for (char *const *word = command; *word != NULL; word++) {
		char target[PATH_MAX];

		if (system_path(*word) && realpath(*word, target) != NULL && !system_path(target)) {
			return true;
		}
	}
	return false;
}

/* The status to end with. */
static int cannot_run(const char *name, const char *found, int error)
{
	char reason[PATH_MAX + 128];
	char *shown = printable_path(name);

	executable_explain(name, found, error, reason, sizeof(reason));
	message(MESSAGE_ERROR, "cannot run %s: %s", shown, reason);
	free(shown);
	return child_exec_status(error);
}

/* Says what is wrong with the command before it is tried: 0, or the status to end with. */
static int check_command(const struct parts *parts, bool *loadable)
{
	const char *name = parts->options.command[0];
	char found[PATH_MAX];
	char final[PATH_MAX];
	struct executable executable = {.kind = EXECUTABLE_UNKNOWN};

	*loadable = true;
	if (executable_find(name, getenv("PATH"), found, sizeof(found)) != 0) {
		return cannot_run(name, "", errno);
	}
	if (executable_resolve(found, &executable, final, sizeof(final)) != 0) {
		/* Of anything else the exec may think otherwise. */
		return errno == ENOENT ? cannot_run(name, found, ENOENT) : 0;
	}
	*loadable = executable.kind != EXECUTABLE_OTHER_MACHINE;
	return 0;
}

static int find_library(struct parts *parts)
{
	if (library_find(parts->builds) != 0) {
		return fail("cannot find the library, not even in",
			    parts->builds[0] != '\0' ? parts->builds : "our own folder");
	}
	if (library_serves_32_bit(parts->builds)) {
		executable_observe_32_bit();
	}
	return 0;
}

static void tell_unloadable(const struct parts *parts)
{
	static const char reason[] = "cannot load the observing library (it needs libdl.so.2, "
				     "which is not to be found)";
	const char *name = parts->options.command[0];

	journal_unobserved(parts->journal, getpid(), name, reason);
	journal_say_unobserved(parts->journal, name, reason, parts->trace == NULL, false);
}

/* What the library is to send. */
static const char *guest_mode(const struct parts *parts)
{
	bool system = wants_system_paths(&parts->policy, parts->options.command);

	if (parts->trace != NULL) {
		return system ? GUEST_TRACE_EVERYTHING : GUEST_TRACE;
	}
	return system ? GUEST_EVERYTHING : GUEST_RELOAD;
}

/* The command's, with the library in it if that would let it start. */
static char **make_environment(const struct parts *parts, bool loadable)
{
	if (loadable && !library_can_be_loaded()) {
		tell_unloadable(parts);
		loadable = false;
	}
	return loadable ? environment_with_preload(environ, channel_folder(parts->channel),
						   guest_mode(parts))
			: environment_copy(environ);
}

static int open_trace(struct parts *parts)
{
	const char *output = parts->options.trace.output;

	if (parts->options.tracing) {
		parts->trace = trace_open(&parts->options.trace, &parts->policy);
	}
	return parts->options.tracing && parts->trace == NULL
		   ? fail("cannot write the trace to", output != NULL ? output : "stderr")
		   : 0;
}

static int open_parts(struct parts *parts, bool loadable)
{
	parts->journal =
	    journal_open(parts->options.events, parts->folder, parts->options.command[0]);
	if (parts->journal == NULL) {
		return fail("cannot write events to",
			    parts->options.events != NULL ? parts->options.events : "memory");
	}
	parts->channel = channel_open(parts->builds);
	if (parts->channel == NULL) {
		return fail("cannot receive reports (by FIFOs in a new folder, and a thread) in",
			    "/dev/shm, /tmp, /var/tmp or /run");
	}
	if (parts->trace != NULL) { /* where the command waits for who reads the trace */
		channel_limit(parts->channel, TRACE_BACKLOG);
	}
	parts->watches = watches_open(parts->options.poll_ns, parts->journal);
	if (parts->watches == NULL) {
		return fail("cannot watch", "files");
	}
	parts->environment = make_environment(parts, loadable);
	return parts->environment != NULL ? 0 : fail("cannot make the command's", "environment");
}

/* Before the channel has its thread, and before anything can become our child. */
static void start_guardian(struct parts *parts, char **argv)
{
	struct kin waiting = {0};

	terminal_open(&parts->terminal);
	if (parts->terminal.fd >= 0) {
		kin_add_ancestors(&waiting);
	}
	parts->guardian = guardian_start(&(struct guardian_orders){
	    .terminal = &parts->terminal,
	    .stop_signal = parts->options.stop_signal,
	    .stop_timeout_ns = parts->options.supervisor.stop_timeout_ns,
	    .keep_running = parts->options.keep_running,
	    .waiting = &waiting,
	    .words = argv,
	});
	if (parts->guardian == NULL && getpid() != 1) {
		message(MESSAGE_ERROR,
			"cannot start the guardian: %s; if autoreload-run is killed (SIGKILL), the "
			"command runs on",
			strerror(errno));
	}
	kin_free(&waiting);
}

static void close_parts(struct parts *parts)
{
	environment_free(parts->environment);
	watches_close(parts->watches);
	if (parts->channel != NULL) {
		channel_close(parts->channel);
	}
	journal_close(parts->journal);
	trace_close(parts->trace);
	patterns_free(parts->policy.ignored);
	roots_free(&parts->policy.roots);
	options_free(&parts->options);
	guardian_dismiss(parts->guardian);
	signals_close(&parts->signals);
	terminal_close(&parts->terminal);
}

static int run(struct parts *parts, char **argv)
{
	bool loadable;
	int status;

	if (getcwd(parts->folder, sizeof(parts->folder)) == NULL) {
		return fail("cannot tell the", "working directory");
	}
	prepare_policy(parts);
	status = ignore_as_asked(parts);
	status = status != 0 ? status : find_library(parts);
	status = status != 0 ? status : check_command(parts, &loadable);
	status = status != 0 ? status : open_trace(parts);
	if (status != 0) {
		return status;
	}
	if (!surroundings_have_descriptors()) {
		return STATUS_OURS;
	}
	surroundings_tell_lacking();
	start_guardian(parts, argv);
	/* From now on there is something to be tidied up, whatever ends us. */
	if (signals_open(&parts->signals) != 0) {
		return fail("cannot read", "signals");
	}
	status = open_parts(parts, loadable);
	if (status != 0) {
		return status;
	}
	guardian_set_folder(parts->guardian, channel_folder(parts->channel));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
		return fail("cannot supervise", "processes");
	}
	status = loop_run(&(struct loop_parts){
	    .trace = parts->trace,
	    .options = &parts->options,
	    .signals = &parts->signals,
	    .guardian = parts->guardian,
	    .terminal = &parts->terminal,
	    .journal = parts->journal,
	    .channel = parts->channel,
	    .watches = parts->watches,
	    .policy = &parts->policy,
	    .environment = parts->environment,
	    .cache_prefix = getenv("PYTHONPYCACHEPREFIX"),
	    .folder = parts->folder,
	});
	return parts->trace != NULL ? trace_end(parts->trace, status, &parts->signals) : status;
}

/* By the signal that ended the command: a shell that runs us in a loop ends with us. */
static int end_by(int signal)
{
	static const struct rlimit no_core = {0, 0};
	sigset_t only;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&only);
	sigaddset(&only, signal);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	(void)raise(signal);
	return 128 + signal; /* the first process of a container does not end so */
}

/*
 * Nothing of ours may stand where others write to or read from: who was started without stdin,
 * stdout or stderr gets stand-ins, which the command does not.
 */
static void occupy_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO) {
		close(fd);
	}
}

int main(int argc, char **argv)
{
	struct parts parts = {.terminal = {.fd = -1}, .signals = {.fd = -1}};
	char problem[512];
	int status = STATUS_OURS;

	if (surroundings_grant_rights()) {
		return STATUS_OURS;
	}
	own_preloads_leave(argv);
	/* Two threads need no two heaps, and what a burst has needed is to go back at once. */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	signals_note(&parts.signals);
	occupy_standard();
	switch (options_parse(argc, argv, &parts.options, problem, sizeof(problem))) {
	case OPTIONS_HELP:
		options_usage(stdout);
		status = fflush(stdout) == 0 ? 0 : STATUS_OURS;
		break;
	case OPTIONS_VERSION:
		status = printf("autoreload-run %s\n", VERSION) > 0 && fflush(stdout) == 0
			     ? 0
			     : STATUS_OURS;
		break;
	case OPTIONS_MISUSE:
		message(MESSAGE_ERROR, "%s (see --help)", problem);
		break;
	case OPTIONS_RUN:
		message_set_verbosity(parts.options.verbosity);
		status = run(&parts, argv);
		break;
	}
	close_parts(&parts);
	return status < 0 ? end_by(-status) : status;
}
