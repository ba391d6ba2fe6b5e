/* SPDX-License-Identifier: MIT */
/* The command line: what is wrong with it, in words. */
#include <stdio.h>
#include <stdlib.h>

#include "launcher/options_known.h"
#include "launcher/options_state.h"
#include "launcher/printable.h"

enum options_result options_misuse(struct options_complaint complaint, const char *before,
				   const char *word, const char *after)
{
	/* The words are the user's, or a script's: they must not drive the terminal. */
	char *printable = printable_path(word);

	(void)snprintf(complaint.text, complaint.size, "%s'%s'%s", before,
		       printable != NULL ? printable : "?", after);
	free(printable);
	return OPTIONS_MISUSE;
}

enum options_result options_misuse_option(struct options_complaint complaint, int option,
					  const char *problem)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "--%s", options_long_name(option));
	return options_misuse(complaint, "option ", name, problem);
}
