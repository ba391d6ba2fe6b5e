/* SPDX-License-Identifier: MIT */
/* launcher/identity: what tells one version of a file from another. */
#include "launcher/identity.h"

#include <errno.h>

#include "tests/unit/scratch.h"

TestSuite(identity, .init = scratch_enter, .fini = scratch_leave);

static void set_time(const char *name, time_t seconds, long nanoseconds)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {seconds, nanoseconds}};

	cr_assert(zero(int, utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW)));
}

Test(identity, of_path)
{
	struct identity identity;
	struct stat status;

	save("file", "12345");
	set_time("file", 1700000000, 123456789);
	cr_assert(identity_of_path("file", &identity));
	cr_assert(zero(int, stat("file", &status)));
	cr_assert(eq(u64, identity.device, status.st_dev));
	cr_assert(eq(u64, identity.inode, status.st_ino));
	cr_assert(eq(u64, identity.size, 5));
	cr_assert(eq(i64, identity.mtime_ns, 1700000000123456789));
	/* Before 1970, as some archives have it. */
	set_time("file", -2, 500000000);
	cr_assert(identity_of_path("file", &identity));
	cr_assert(eq(i64, identity.mtime_ns, -1500000000));
	/* The link, not what it leads to; and one that leads to nothing. */
	cr_assert(zero(int, symlink("file", "link")));
	cr_assert(zero(int, symlink("absent", "dangling")));
	cr_assert(identity_of_path("link", &identity));
	cr_assert(ne(u64, identity.inode, status.st_ino));
	cr_assert(eq(u64, identity.size, 4));
	cr_assert(identity_of_path("dangling", &identity));
	errno = 0;
	cr_assert(not(identity_of_path("absent", &identity)));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(not(identity_of_path("file/x", &identity)));
	cr_assert(eq(int, errno, ENOTDIR));
}

Test(identity, equal)
{
	const struct identity one = {1, 2, 3, 4, 5};
	const struct identity same = {1, 2, 3, 4, 5};
	const struct identity others[] = {
	    {0, 2, 3, 4, 5},
	    {2, 2, 3, 4, 5},
	    {1, 1, 3, 4, 5},
	    {1, 3, 3, 4, 5},
	    {1, 2, 2, 4, 5},
	    {1, 2, 4, 4, 5},
	    {1, 2, 3, 3, 5},
	    {1, 2, 3, 5, 5},
	    {1, 2, 3, -4, 5},
	    {0, 0, 0, 0, 5},
	    {1ull << 32 | 1, 2, 3, 4, 5},
	    {1, 1ull << 32 | 2, 3, 4, 5},
	    {1, 2, 1ull << 32 | 3, 4, 5},
	};

	const struct identity linked = {1, 2, 3, 4, 6};

	cr_assert(identity_equal(&one, &same));
	cr_assert(identity_equal(&one, &linked), "chmod and link change the ctime, too");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		cr_expect(not(identity_equal(&one, &others[i])), "%zu", i);
		cr_expect(not(identity_equal(&others[i], &one)), "%zu", i);
	}
}

/* A socket or a FIFO is somebody's means and nobody's content: as if it were not there. */
Test(identity, of_means)
{
	struct identity identity;

	make_folder("folder");
	cr_assert(identity_of_path("folder", &identity));
	cr_assert(zero(int, mkfifo("fifo", 0600)));
	errno = 0;
	cr_assert(not(identity_of_path("fifo", &identity)));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(not(identity_of_path("/dev/null", &identity)));
}
