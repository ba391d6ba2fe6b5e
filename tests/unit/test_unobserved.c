/* SPDX-License-Identifier: MIT */
/* launcher/unobserved: programs that cannot be observed, each said once. */
#include "launcher/unobserved.h"

#include "launcher/message.h"
#include "tests/unit/capture.h"
#include "tests/unit/elf_image.h"
#include "tests/unit/scratch.h"

static struct journal *journal;
static struct unobserved *unobserved;
static struct capture capture;

static void enter(void)
{
	scratch_enter();
	message_set_verbosity(0);
	journal = journal_open(NULL, directory, "app");
	cr_assert(journal != NULL);
	unobserved = unobserved_new(journal, false);
	cr_assert(unobserved != NULL);
	capture = capture_begin(STDERR_FILENO);
}

static void leave(void)
{
	(void)capture_end(&capture);
	unobserved_free(unobserved);
	journal_close(journal);
	scratch_leave();
}

TestSuite(unobserved, .init = enter, .fini = leave);

/* What has been said since; of each line the words up to the colon. */
static void expect_said(const char *wanted, const char *when)
{
	char got[1024] = "";
	char *said = capture_end(&capture);

	for (char *line = strtok(said, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		const char *words = line + strlen("autoreload-run: ");

		(void)strncat(got, words, strcspn(words, ":"));
		strcat(got, "|");
	}
	cr_expect(eq(str, got, (char *)wanted), "%s", when);
	capture = capture_begin(STDERR_FILENO);
}

static void put_elf(const char *name, const char *interpreter, const char *section)
{
	const struct recipe recipe = {
	    .type = ET_EXEC, .interpreter = interpreter, .section = section};
	struct image image = make(&recipe);

	(void)put(name, image.bytes, image.size, 0755);
}

static void inspect(const char *name)
{
	unobserved_inspect(unobserved, 7, in_scratch(name));
}

#define LOADER "/lib64/ld-linux-x86-64.so.2"

Test(unobserved, inspected)
{
	put_elf("static", NULL, NULL);
	put_elf("dynamic", LOADER, NULL);
	put_elf("go", LOADER, ".note.go.buildid");
	(void)put_text("script", "#!/bin/sh\n");
	(void)put_text("text", "no program at all");
	make_folder("folder");
	inspect("static");
	expect_said("static is statically linked|", "static");
	inspect("static");
	expect_said("", "static again");
	inspect("go");
	expect_said("go makes its system calls without the C library (as Go and Bun programs do)|",
		    "go");
	inspect("dynamic");
	inspect("script");
	inspect("text");
	inspect("folder");
	inspect("absent");
	unobserved_inspect(unobserved, 7, "");
	expect_said("", "what can be seen, or is no program");
}

/* By whatever name, it is one program; a copy is another. */
Test(unobserved, names)
{
	put_elf("static", NULL, NULL);
	put_elf("copy", NULL, NULL);
	cr_assert(zero(int, symlink("static", "link")));
	inspect("link");
	inspect("static");
	inspect("./././static");
	expect_said("static is statically linked|", "where it really is");
	inspect("copy");
	expect_said("copy is statically linked|", "a copy");
}

/* Rebuilt, it is looked at anew; but what has been said is not said again. */
Test(unobserved, rebuilt)
{
	put_elf("app", LOADER, NULL);
	inspect("app");
	expect_said("", "dynamic");
	put_elf("app", NULL, NULL);
	inspect("app");
	expect_said("app is statically linked|", "static");
	put_elf("app", NULL, ".x");
	inspect("app");
	expect_said("", "static still");
	put_elf("later", NULL, NULL);
	cr_assert(zero(int, unlink("later")));
	inspect("later");
	put_elf("later", NULL, NULL);
	inspect("later");
	expect_said("later is statically linked|", "not there at first");
}

Test(unobserved, told)
{
	unobserved_tell(unobserved, 7, "/bin/one", "does not load");
	unobserved_tell(unobserved, 8, "/bin/one", "does not load");
	unobserved_tell(unobserved, 7, "/bin/two", "does not load");
	expect_said("/bin/one does not load|/bin/two does not load|", "each once");
	put_elf("static", NULL, NULL);
	unobserved_tell(unobserved, 7, in_scratch("static"), "does not load");
	inspect("static");
	expect_said("static does not load|", "told, then inspected");
	unobserved_free(NULL);
}
