/* SPDX-License-Identifier: MIT */
/* launcher/environment: the command's, in exact words. */
#include "launcher/environment.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "preload/guest.h"

#define OURS	"AUTORELOAD_RUN_CHANNEL"
#define LIBRARY "/preload/$LIB/not-libasan.so"

/* All entries, with a line feed behind each. */
static const char *joined(char *const environment[])
{
	static char text[1024];

	text[0] = '\0';
	for (; *environment != NULL; environment++) {
		strcat(strcat(text, *environment), "\n");
	}
	return text;
}

Test(environment, with_preload)
{
	static const struct {
		const char *given[6];
		const char *mode;
		const char *wanted;
	} cases[] = {
	    {{NULL}, GUEST_RELOAD, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    {{NULL}, GUEST_EVERYTHING, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=all:/c\n"},
	    {{NULL}, GUEST_TRACE, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=trace:/c\n"},
	    {{NULL}, GUEST_TRACE_EVERYTHING, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=trace-all:/c\n"},
	    {{"A=1", "B=", "C=x=y", NULL},
	     GUEST_RELOAD,
	     "A=1\nB=\nC=x=y\nLD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    /* the user's own is first: a sanitizer's runtime insists on it */
	    {{"A=1", "LD_PRELOAD=libasan.so.8", "B=2", NULL},
	     GUEST_RELOAD,
	     "A=1\nB=2\nLD_PRELOAD=libasan.so.8:/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    {{"LD_PRELOAD=/a b.so /c.so:/d.so", NULL},
	     GUEST_RELOAD,
	     "LD_PRELOAD=/a b.so /c.so:/d.so:/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    {{"LD_PRELOAD=", NULL}, GUEST_RELOAD, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    /* that of a launcher around us, or before us */
	    {{OURS "=reload:/old", "A=1", OURS "=all:/older", NULL},
	     GUEST_RELOAD,
	     "A=1\nLD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    {{OURS "=", NULL}, GUEST_RELOAD, "LD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	    /* names that only begin so, and an entry that is no variable */
	    {{"LD_PRELOAD_X=1", "XLD_PRELOAD=2", OURS "X=3", "LD_PRELOAD", NULL},
	     GUEST_RELOAD,
	     "LD_PRELOAD_X=1\nXLD_PRELOAD=2\n" OURS "X=3\nLD_PRELOAD\n"
	     "LD_PRELOAD=/c" LIBRARY "\n" OURS "=reload:/c\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char **environment =
		    environment_with_preload((char *const *)cases[i].given, "/c", cases[i].mode);

		cr_assert(environment != NULL);
		cr_expect(eq(str, (char *)joined(environment), (char *)cases[i].wanted), "%zu", i);
		environment_free(environment);
	}
	/* The table is written for these. */
	cr_assert(eq(str, GUEST_VARIABLE, OURS));
	cr_assert(eq(str, GUEST_LIBRARY, LIBRARY));
}

/* For what the library cannot be loaded into: but whoever it starts must not find another's. */
Test(environment, copy)
{
	char *given[] = {"A=1", "LD_PRELOAD=x.so", OURS "=reload:/old", "B=2", NULL};
	char **environment = environment_copy(given);

	cr_assert(environment != NULL);
	cr_assert(eq(str, (char *)joined(environment), "A=1\nLD_PRELOAD=x.so\nB=2\n"));
	/* A copy: the given one may go. */
	cr_assert(environment[0] != given[0]);
	environment_free(environment);
	environment_free(NULL);
}

Test(environment, get)
{
	char *environment[] = {"AB=1", "A=2", "EMPTY=", "NONE", "A=3", NULL};

	cr_assert(eq(str, (char *)environment_get(environment, "A"), "2"));
	cr_assert(eq(str, (char *)environment_get(environment, "AB"), "1"));
	cr_assert(eq(str, (char *)environment_get(environment, "EMPTY"), ""));
	cr_assert(environment_get(environment, "NONE") == NULL);
	cr_assert(environment_get(environment, "B") == NULL);
	cr_assert(environment_get(environment, "EMPT") == NULL);
}

/* What an outer one of us has set is not for our command. */
Test(environment, of_generation)
{
	char *given[] = {"A=1", "AUTORELOAD_GENERATION=7", "AUTORELOAD_CHANGED=/x", "B=2", NULL};
	char **base = environment_copy(given);
	char **environment;

	cr_assert(eq(str, (char *)joined(base), "A=1\nB=2\n"));
	environment = environment_of_generation(base, 1, NULL);
	cr_assert(eq(str, (char *)joined(environment), "A=1\nB=2\nAUTORELOAD_GENERATION=1\n"));
	environment_free(environment);
	environment = environment_of_generation(base, 4000000000u, "/a\n/b");
	cr_assert(eq(str, (char *)joined(environment),
		     "A=1\nB=2\nAUTORELOAD_GENERATION=4000000000\nAUTORELOAD_CHANGED=/a\n/b\n"));
	environment_free(environment);
	environment_free(base);
	/* the channel stays */
	base = environment_with_preload(given, "/c", GUEST_RELOAD);
	environment = environment_of_generation(base, 2, NULL);
	cr_assert(strstr(joined(environment), OURS "=reload:/c\n") != NULL);
	environment_free(environment);
	environment_free(base);
}
