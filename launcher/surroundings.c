/* SPDX-License-Identifier: MIT */
/* What we need of the system around us; see surroundings.h. */
#include "launcher/surroundings.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launcher/message.h"

#define DESCRIPTORS_NEEDED 24 /* most of them always, the rest while processes are looked for */
#define DESCRIPTORS_USUAL  256

bool surroundings_grant_rights(void)
{
	if (getauxval(AT_SECURE) == 0) {
		return false;
	}
	message(
	    MESSAGE_ERROR,
	    "it runs with rights that its caller does not have, which the command would get: it "
	    "must not be installed set-user-ID, set-group-ID or with capabilities");
	return true;
}

/*
 * Nothing that we open later may fail for want of a number: processes that cannot be looked for,
 * for one, cannot be stopped. Where the limit is a usual one, that is no question.
 */
bool surroundings_have_descriptors(void)
{
	int numbers[DESCRIPTORS_NEEDED];
	struct rlimit limit;
	int count = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_USUAL) {
		return true;
	}
	while (count < DESCRIPTORS_NEEDED &&
	       (numbers[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0) {
		count++;
	}
	for (int i = 0; i < count; i++) {
		close(numbers[i]);
	}
	if (count < DESCRIPTORS_NEEDED) {
		message(
		    MESSAGE_ERROR,
		    "cannot open enough files: the limit is %llu, and %d more are needed (raise "
		    "it with ulimit -n)",
		    (unsigned long long)limit.rlim_cur, DESCRIPTORS_NEEDED - count);
	}
	return count == DESCRIPTORS_NEEDED;
}

void surroundings_tell_lacking(void)
{
	if (access("/proc/self", F_OK) != 0) {
		message(MESSAGE_NORMAL, "there is no /proc: of the command's processes only the "
					"first can be stopped, mounts are not noticed, and what "
					"the command is redirected to is not known");
	}
}
