/* SPDX-License-Identifier: MIT */
/* launcher/filesystems: who tells of changes. */
#include "launcher/filesystems.h"

#include <sched.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "tests/unit/in_child.h"
#include "tests/unit/scratch.h"

TestSuite(filesystems, .init = scratch_enter, .fini = scratch_leave, .timeout = 60);

/* Where the test's own folder is on a disk or in memory. */
static bool is_local(void)
{
	static const uint32_t local[] = {0xef53 /* ext4 */, 0x01021994 /* tmpfs */,
					 0x9123683e /* btrfs */, 0x58465342 /* xfs */,
					 0x794c7630 /* overlayfs */};
	struct statfs found;

	cr_assert(zero(int, statfs(directory, &found)));
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
		if ((uint32_t)found.f_type == local[i]) {
			return true;
		}
	}
	return false;
}

Test(filesystems, local)
{
	if (!is_local()) {
		return;
	}
	save("file", "1");
	cr_expect(filesystem_tells(directory));
	cr_expect(filesystem_tells(in_scratch("file")));
	cr_expect(filesystem_tells(in_scratch("absent")));
	cr_expect(filesystem_tells(in_scratch("absent/below/it")));
	cr_expect(filesystem_tells(in_scratch("file/below-a-file")));
}

/* FUSE, behind which nobody serves: to anyone but the user who is to use it, the kernel answers. */
static bool mount_fuse(const char *where, const char *mode)
{
	char options[80];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=%s,user_id=1,group_id=1", fd,
		       mode);
	return fd >= 0 && mount("fuse", where, "fuse", 0, options) == 0;
}

static int check_fuse(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    !mount_fuse("folder", "40000") || !mount_fuse("file", "100000")) {
		return NOT_PERMITTED;
	}
	if (filesystem_tells(in_scratch("folder")) || filesystem_tells(in_scratch("file"))) {
		return 1;
	}
	if (filesystem_tells(in_scratch("file/below-a-file"))) {
		return 2;
	}
	return filesystem_tells(in_scratch("folder-2")) ? FINE : 3;
}

Test(filesystems, fuse)
{
	int status;

	if (!is_local()) {
		return;
	}
	make_folder("folder");
	make_folder("folder-2");
	save("file", "");
	status = in_child(check_fuse);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
}

/* Nobody is asked who cannot answer. */
Test(filesystems, cannot_be_told)
{
	char text[2 * PATH_MAX];

	memset(text, 'x', sizeof(text) - 1);
	text[0] = '/';
	text[sizeof(text) - 1] = '\0';
	cr_expect(filesystem_tells(text), "too long a path");
	text[PATH_MAX - 1] = '\0';
	cr_expect(filesystem_tells(text), "too long a name");
	cr_expect(filesystem_tells("absent"), "not absolute");
	cr_assert(zero(int, symlink("loop", "loop")));
	cr_expect(filesystem_tells(in_scratch("loop/x")), "a loop of links");
	cr_expect(filesystem_tells("/"));
}
