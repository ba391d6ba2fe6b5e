/* SPDX-License-Identifier: MIT */
/* launcher/library: found from wherever the program's file really is. */
#include "launcher/library.h"

#include <errno.h>
#include <spawn.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

#define PROBE "LIBRARY_PROBE"

/* A copy of this program, run with PROBE set, says what it finds, instead of testing. */
__attribute__((constructor)) static void probe(void)
{
	char found[PATH_MAX];
	int result, error;

	if (getenv(PROBE) == NULL) {
		return;
	}
	errno = 0;
	result = library_find(found);
	error = errno;
	(void)printf("%d %s %s", result,
		     result == 0       ? "0"
		     : error == ENOENT ? "ENOENT"
				       : "?",
		     found);
	(void)fflush(stdout);
	_exit(0);
}

TestSuite(library, .init = scratch_enter, .fini = scratch_leave, .timeout = 60);

/* Puts a copy of this program there, as a launcher. */
static void install(const char *name)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat status;

	cr_assert(from >= 0 && to >= 0 && fstat(from, &status) == 0);
	for (off_t left = status.st_size; left > 0;) {
		ssize_t size = sendfile(to, from, NULL, (size_t)left);

		cr_assert(gt(i64, size, 0));
		left -= size;
	}
	cr_assert(close(from) == 0 && close(to) == 0);
}

static void expect(const char *program, const char *result, const char *found)
{
	char command[PATH_MAX], got[PATH_MAX] = "", wanted[2 * PATH_MAX];
	FILE *output;

	(void)snprintf(command, sizeof(command), PROBE "=1 '%.1000s'", program);
	output = popen(command, "re");
	cr_assert(output != NULL);
	cr_assert(gt(sz, fread(got, 1, sizeof(got) - 1, output), 0));
	cr_assert(zero(int, pclose(output)));
	(void)snprintf(wanted, sizeof(wanted), "%s %s", result, in_scratch(found));
	cr_expect(eq(str, got, wanted), "%s", program);
}

/* The build tree, an installed program, and links to either. */
Test(library, places)
{
	cr_assert(
	    zero(int, system("mkdir -p build/preload 'a b:c/bin' 'a b:c/lib/autoreload-run' bin")));
	install("build/autoreload-run");
	expect("build/autoreload-run", "0 0", "build/preload");
	make_folder("a b:c/lib/autoreload-run/preload");
	cr_assert(zero(int, rename("build/autoreload-run", "a b:c/bin/autoreload-run")));
	expect("a b:c/bin/autoreload-run", "0 0", "a b:c/bin/../lib/autoreload-run/preload");
	cr_assert(zero(int, symlink("../a b:c/bin/autoreload-run", "bin/run")));
	expect("bin/run", "0 0", "a b:c/bin/../lib/autoreload-run/preload");
	/* Beside the program it is its own, even where another is installed. */
	make_folder("a b:c/bin/preload");
	expect("bin/run", "0 0", "a b:c/bin/preload");
}

/* Not there: where it should have been. */
Test(library, absent)
{
	make_folder("bin");
	install("bin/autoreload-run");
	expect("bin/autoreload-run", "-1 ENOENT", "bin/../lib/autoreload-run/preload");
}
