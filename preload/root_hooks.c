/* SPDX-License-Identifier: MIT */
/*
 * chroot, unshare, setns, pivot_root: what changes which files the paths of a process mean. It then
 * introduces itself anew: who has another root or mount namespace than the launcher is named, and
 * not believed.
 */
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/next.h"
#include "preload/process.h"

static void after(int result, bool other_files, bool own_folder)
{
	if (result != 0 || !guest_enter()) {
		return;
	}
	if (own_folder) {
		guest_cwd_differs();
	}
	guest_cwd_changed();
	if (other_files) {
		process_introduce(false);
	}
}

#define FORWARD(name, other_files, own_folder, ...)                                                \
	do {                                                                                       \
		__typeof__(&name) next = NEXT(name);                                               \
		int result;                                                                        \
		if (next == NULL) {                                                                \
			errno = ENOSYS;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		result = next(__VA_ARGS__);                                                        \
		KEEPING_ERRNO(after(result, other_files, own_folder));                             \
		return result;                                                                     \
	} while (0)

EXPORT int chroot(const char *path)
{
	FORWARD(chroot, true, false, path);
}

EXPORT int unshare(int flags)
{
	FORWARD(unshare, (flags & CLONE_NEWNS) != 0, (flags & (CLONE_FS | CLONE_NEWNS)) != 0,
		flags);
}

EXPORT int setns(int fd, int type)
{
	FORWARD(setns, true, true, fd, type);
}
