/* SPDX-License-Identifier: MIT */
/* Will a loader be able to open our library? See reach.h. */
#include "preload/reach.h"

#include <linux/capability.h>
#include <linux/fcntl.h>

#include "preload/guest.h"
#include "preload/raw.h"
#include "preload/text.h"

#define PASSES_PERMISSIONS (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH)

static bool can_open(void)
{
	char path[GUEST_SETTING_MAX + sizeof(GUEST_BUILDS)];
	int fd;

	text_append(text_append(path, guest_folder()), GUEST_BUILDS);
	fd = raw_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return false;
	}
	raw_close(fd);
	return true;
}

/*
 * Who has become another user and kept root's capabilities loses them by the exec
 * (capabilities(7)): so does this thread, for the time of the question.
 */
static bool can_open_without_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	uint32_t effective;
	bool can;

	if (RAW_CALL(__NR_capget, &header, sets, 0, 0, 0, 0) != 0 ||
	    (sets[0].effective & PASSES_PERMISSIONS) == 0) {
		return can_open();
	}
	effective = sets[0].effective;
	sets[0].effective &= ~PASSES_PERMISSIONS;
	if (RAW_CALL(__NR_capset, &header, sets, 0, 0, 0, 0) != 0) {
		return can_open();
	}
	can = can_open();
	sets[0].effective = effective;
	RAW_CALL(__NR_capset, &header, sets, 0, 0, 0, 0);
	return can;
}

bool reach_library(void)
{
	return raw_geteuid() == 0 ? can_open() : can_open_without_capabilities();
}
