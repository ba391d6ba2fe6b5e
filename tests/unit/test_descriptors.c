/* SPDX-License-Identifier: MIT */
/* launcher/descriptors: which files a process holds open for writing. */
#include "launcher/descriptors.h"

#include "tests/unit/scratch.h"

TestSuite(descriptors, .init = scratch_enter, .fini = scratch_leave, .timeout = 60);

static char visited[8 * PATH_MAX];

/* Only what lies in the test's folder: the test's harness has files of its own. */
static void note_file(const struct descriptor *descriptor, void *context)
{
	const char *file = descriptor->path;

	if (strncmp(file, directory, strlen(directory)) == 0) {
		strcat(strcat(context, file + strlen(directory) + 1), " ");
	}
}

Test(descriptors, each)
{
	int ends[2];

	save("written", "1");
	save("appended", "1");
	save("read", "1");
	make_folder("folder");
	cr_assert(zero(int, mkfifo("fifo", 0600)));
	descriptors_each_written(getpid(), note_file, visited);
	cr_assert(eq(str, visited, ""));
	/* "app > written 2>> appended < read" */
	cr_assert(open("written", O_WRONLY | O_CLOEXEC) >= 0);
	cr_assert(open("appended", O_WRONLY | O_APPEND | O_CLOEXEC) >= 0);
	cr_assert(open("read", O_RDONLY | O_CLOEXEC) >= 0);
	cr_assert(open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
	cr_assert(open("fifo", O_RDWR | O_CLOEXEC) >= 0);
	cr_assert(open("/dev/null", O_RDWR | O_CLOEXEC) >= 0);
	cr_assert(zero(int, pipe2(ends, O_CLOEXEC)));
	descriptors_each_written(getpid(), note_file, visited);
	cr_assert(eq(str, visited, "written appended "));
}
