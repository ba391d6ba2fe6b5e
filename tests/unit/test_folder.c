/* SPDX-License-Identifier: MIT */
/* launcher/folder: what is made, what is removed, and what others have left behind. */
#include "launcher/folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include "tests/unit/scratch.h"

TestSuite(folder, .init = scratch_enter, .fini = scratch_leave);

static bool exists(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

/* As one that was made an hour ago; sweeping looks at the outer one. */
static void make_old(const struct folder *folder, char outer[FOLDER_MAX])
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000}};

	(void)snprintf(outer, FOLDER_MAX, "%s", folder->path);
	*strrchr(outer, '/') = '\0';
	cr_assert(zero(int, utimensat(AT_FDCWD, outer, times, 0)));
}

Test(folder, made_and_closed)
{
	struct folder folder;
	char outer[FOLDER_MAX];

	cr_assert(zero(int, folder_make(&folder, directory)));
	make_old(&folder, outer);
	cr_expect(folder.reports >= 0 && folder.alarm >= 0);
	cr_expect(exists(folder.path));
	folder_close(&folder);
	cr_expect(not(exists(outer)));
	folder_close(&folder); /* once is enough */
}

Test(folder, removed_by_path)
{
	struct folder folder;
	char outer[FOLDER_MAX];

	cr_assert(zero(int, folder_make(&folder, directory)));
	make_old(&folder, outer);
	folder_remove(folder.path);
	cr_expect(not(exists(outer)));
	(void)close(folder.reports);
	(void)close(folder.alarm);
}

/* Whoever is killed closes what it has open, and removes nothing. */
Test(folder, sweep)
{
	struct folder mine, others, left, young;
	char my_outer[FOLDER_MAX], other_outer[FOLDER_MAX], left_outer[FOLDER_MAX];

	cr_assert(zero(int, folder_make(&mine, directory)));
	cr_assert(zero(int, folder_make(&others, directory)));
	cr_assert(zero(int, folder_make(&left, directory)));
	cr_assert(zero(int, folder_make(&young, directory)));
	make_old(&mine, my_outer);
	make_old(&others, other_outer);
	make_old(&left, left_outer);
	cr_assert(close(left.reports) == 0 && close(left.alarm) == 0);
	cr_assert(close(young.reports) == 0 && close(young.alarm) == 0);
	folder_sweep(&mine);
	cr_expect(exists(my_outer), "ours is locked");
	cr_expect(exists(other_outer), "so is another's");
	cr_expect(not(exists(left_outer)), "this one is not");
	cr_expect(exists(young.path), "nor this one, but it may still be in the making");
	folder_remove(young.path);
	folder_close(&mine);
	folder_close(&others);
}

/* Somebody plants a link under the name of one of ours. */
Test(folder, sweep_follows_no_link)
{
	struct folder mine;
	char outer[FOLDER_MAX], planted[FOLDER_MAX + 16];

	cr_assert(zero(int, folder_make(&mine, directory)));
	make_old(&mine, outer);
	(void)snprintf(planted, sizeof(planted), "%s-planted", outer);
	cr_assert(zero(int, mkdir(in_scratch("0123456789abcdef0123456789abcdef"), 0755)));
	cr_assert(zero(int, mkfifo(in_scratch("0123456789abcdef0123456789abcdef/reports"), 0600)));
	cr_assert(zero(int, symlink(directory, planted)));
	folder_sweep(&mine);
	cr_expect(exists(in_scratch("0123456789abcdef0123456789abcdef/reports")));
	cr_assert(zero(int, unlink(planted)));
	folder_close(&mine);
}
