/* SPDX-License-Identifier: MIT */
/* launcher/message: lines to the user, and who hears them. */
#include "launcher/message.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/capture.h"

static struct capture capture;

Test(message, levels)
{
	static const struct {
		int verbosity;
		const char *heard;
	} cases[] = {
	    {-1, "autoreload-run: error\n"},
	    {0, "autoreload-run: error\nautoreload-run: normal\n"},
	    {1, "autoreload-run: error\nautoreload-run: normal\nautoreload-run: detail\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		capture = capture_begin(STDERR_FILENO);
		message_set_verbosity(cases[i].verbosity);
		message(MESSAGE_ERROR, "error");
		message(MESSAGE_NORMAL, "normal");
		message(MESSAGE_DETAIL, "detail");
		cr_expect(eq(str, capture_end(&capture), (char *)cases[i].heard), "%d",
			  cases[i].verbosity);
		cr_expect(eq(int, message_wanted(MESSAGE_ERROR) != 0, 1));
		cr_expect(eq(int, message_wanted(MESSAGE_NORMAL) != 0, cases[i].verbosity >= 0));
		cr_expect(eq(int, message_wanted(MESSAGE_DETAIL) != 0, cases[i].verbosity >= 1));
	}
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat" /* %m is no ISO C */

Test(message, format_and_errno)
{
	capture = capture_begin(STDERR_FILENO);
	errno = ENOSPC;
	message(MESSAGE_ERROR, "cannot watch %s: %m (%d%%)", "/a", 7);
	cr_expect(eq(int, errno, ENOSPC));
	message_set_verbosity(-1);
	message(MESSAGE_NORMAL, "%d", 1);
	cr_expect(eq(int, errno, ENOSPC));
	cr_expect(eq(str, capture_end(&capture),
		     "autoreload-run: cannot watch /a: No space left on device (7%)\n"));
	/* Nobody could be told that nobody can be told. */
	(void)close(STDERR_FILENO);
	errno = ENOENT;
	message(MESSAGE_ERROR, "lost");
	cr_expect(eq(int, errno, ENOENT));
}

#pragma GCC diagnostic pop

/* In one write, however long it is, so that it does not mix with the program's lines. */
Test(message, one_write)
{
	char *word = malloc(3001), got[4096];
	int ends[2], before = dup(STDERR_FILENO);

	cr_assert(word != NULL);
	memset(word, 'x', 3000);
	word[3000] = '\0';
	/* A pipe that keeps writes apart (pipe(2), O_DIRECT). */
	cr_assert(zero(int, pipe2(ends, O_CLOEXEC | O_DIRECT)));
	cr_assert(eq(int, dup2(ends[1], STDERR_FILENO), STDERR_FILENO));
	message(MESSAGE_ERROR, "%s", word);
	message(MESSAGE_ERROR, "brief");
	cr_assert(eq(int, dup2(before, STDERR_FILENO), STDERR_FILENO));
	cr_assert(eq(i64, read(ends[0], got, sizeof(got)), 16 + 3000 + 1));
	cr_assert(eq(i64, read(ends[0], got, sizeof(got)), 16 + 5 + 1));
	free(word);
}
