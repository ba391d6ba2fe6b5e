/* SPDX-License-Identifier: MIT */
/* launcher/tree_files: who holds a file open for writing. */
#include "launcher/tree_files.h"

#include "launcher/identity.h"
#include "launcher/tree.h"
#include "tests/unit/family.h"
#include "tests/unit/scratch.h"

static void enter(void)
{
	scratch_enter();
	family_enter();
}

static void leave(void)
{
	(void)tree_kill();
	while (waitpid(-1, NULL, 0) > 0) {
	}
	scratch_leave();
}

TestSuite(tree_files, .init = enter, .fini = leave, .timeout = 60);

static const char *opened_name;
static int opened_flags;

static void hold_open(void)
{
	if (open(opened_name, opened_flags | O_CLOEXEC, 0644) < 0) {
		_exit(1);
	}
	wait_for_ever();
}

static void have_child_hold_open(void)
{
	beget(hold_open);
	for (;;) {
		(void)pause();
	}
}

static bool is_written(const char *name)
{
	struct identity identity;

	cr_assert(identity_of_path(name, &identity));
	return tree_writes(&identity);
}

Test(tree_files, flags)
{
	static const struct {
		const char *what;
		int flags;
		bool writes;
	} cases[] = {
	    {"read", O_RDONLY, false}, {"write", O_WRONLY, true},
	    {"update", O_RDWR, true},  {"append", O_WRONLY | O_APPEND, true},
	    {"path", O_PATH, false},
	};

	save("file", "1");
	save("other", "1");
	cr_expect(not(is_written("file")));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid;

		opened_name = "file";
		opened_flags = cases[i].flags;
		pid = start(hold_open);
		(void)await_ready();
		cr_expect(eq(int, is_written("file"), cases[i].writes), "%s", cases[i].what);
		cr_expect(not(is_written("other")), "%s", cases[i].what);
		cr_assert(zero(int, kill(pid, SIGKILL)));
		cr_assert(eq(int, waitpid(pid, NULL, 0), pid));
		cr_expect(not(is_written("file")), "%s: closed", cases[i].what);
	}
}

/* The file, not its name: renamed, linked, or replaced under the name. */
Test(tree_files, by_identity)
{
	struct identity other = {0};

	save("file", "1");
	opened_name = "file";
	opened_flags = O_RDWR;
	(void)start(have_child_hold_open);
	(void)await_ready();
	cr_expect(is_written("file"), "a grandchild holds it");
	cr_assert(identity_of_path("file", &other));
	other.device++;
	cr_expect(not(tree_writes(&other)), "on another device");
	/* The version that is asked for may be older than that which is held. */
	other.device--;
	other.size += 10;
	other.mtime_ns = 0;
	cr_expect(tree_writes(&other));
	cr_assert(zero(int, rename("file", "moved")));
	cr_expect(is_written("moved"));
	save("file", "1");
	cr_expect(not(is_written("file")));
	cr_assert(zero(int, link("moved", "linked")));
	cr_expect(is_written("linked"));
	cr_assert(identity_of_path("moved", &other));
	cr_assert(zero(int, unlink("moved")));
	cr_assert(zero(int, unlink("linked")));
	cr_expect(tree_writes(&other), "deleted, and held all the same");
}

/* We are no descendant of ourselves. */
Test(tree_files, our_own_do_not_count)
{
	save("file", "1");
	cr_assert(open("file", O_RDWR | O_CLOEXEC) >= 0);
	cr_assert(not(is_written("file")));
}

static char visited[8 * PATH_MAX];

/* Only what lies in the test's folder: the test's harness has files of its own. */
static void note_file(const char *file, void *context)
{
	if (strncmp(file, directory, strlen(directory)) == 0) {
		strcat(strcat(context, file + strlen(directory) + 1), " ");
	}
}

Test(tree_files, own)
{
	int ends[2];

	save("written", "1");
	save("appended", "1");
	save("read", "1");
	make_folder("folder");
	cr_assert(zero(int, mkfifo("fifo", 0600)));
	tree_files_own(note_file, visited);
	cr_assert(eq(str, visited, ""));
	/* "app > written 2>> appended < read" */
	cr_assert(open("written", O_WRONLY | O_CLOEXEC) >= 0);
	cr_assert(open("appended", O_WRONLY | O_APPEND | O_CLOEXEC) >= 0);
	cr_assert(open("read", O_RDONLY | O_CLOEXEC) >= 0);
	cr_assert(open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
	cr_assert(open("fifo", O_RDWR | O_CLOEXEC) >= 0);
	cr_assert(open("/dev/null", O_RDWR | O_CLOEXEC) >= 0);
	cr_assert(zero(int, pipe2(ends, O_CLOEXEC)));
	tree_files_own(note_file, visited);
	cr_assert(eq(str, visited, "written appended "));
}
