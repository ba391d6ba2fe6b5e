/* SPDX-License-Identifier: MIT */
/* launcher/channel: the folder that it lies in, and who can do what there. */
#include "launcher/channel.h"

#include <dirent.h>
#include <errno.h>

#include "preload/guest.h"
#include "tests/unit/in_child.h"
#include "tests/unit/scratch.h"

#define LIBRARY "/some where:else/preload"

static struct channel *channel;

/* The outer folder, which has the inner one in it and nothing else. */
static char *outer_folder(void)
{
	static char outer[PATH_MAX];

	strcpy(outer, channel_folder(channel));
	*strrchr(outer, '/') = '\0';
	return outer;
}

static unsigned mode_of(const char *folder, const char *name)
{
	char file[PATH_MAX];
	struct stat status;

	(void)snprintf(file, sizeof(file), "%s%s", folder, name);
	cr_assert(zero(int, lstat(file, &status)), "%s: %s", file, strerror(errno));
	return status.st_mode;
}

/* Whatever the user's umask: those who dropped their privileges must be able to report. */
Test(channel_folder, modes)
{
	static const mode_t umasks[] = {0, 022, 077, 0777};

	for (size_t i = 0; i < sizeof(umasks) / sizeof(umasks[0]); i++) {
		char target[PATH_MAX] = "", file[PATH_MAX];
		mode_t before = umask(umasks[i]);

		channel = channel_open(LIBRARY);
		(void)umask(before);
		cr_assert(channel != NULL, "umask %o", umasks[i]);
		cr_expect(eq(u32, mode_of(outer_folder(), ""), S_IFDIR | 0711), "%zu", i);
		cr_expect(eq(u32, mode_of(channel_folder(channel), ""), S_IFDIR | 0711), "%zu", i);
		cr_expect(eq(u32, mode_of(channel_folder(channel), GUEST_FIFO), S_IFIFO | 0666),
			  "%zu", i);
		(void)snprintf(file, sizeof(file), "%s%s", channel_folder(channel), GUEST_BUILDS);
		cr_expect(eq(i64, readlink(file, target, sizeof(target) - 1), strlen(LIBRARY)));
		cr_expect(eq(str, target, LIBRARY));
		channel_close(channel);
	}
}

/* The loader splits at spaces and colons, and the setting must fit what the library keeps. */
Test(channel_folder, name)
{
	char *folder, *random;

	channel = channel_open(LIBRARY);
	cr_assert(channel != NULL);
	folder = (char *)channel_folder(channel);
	cr_expect(zero(sz, strlen(folder) - strcspn(folder, " :;\\")));
	cr_expect(eq(chr, folder[0], '/'));
	cr_expect(strlen(GUEST_VARIABLE "=" GUEST_RELOAD) + strlen(folder) < GUEST_SETTING_MAX);
	random = strrchr(folder, '/') + 1;
	cr_expect(eq(sz, strlen(random), 32), "128 bits");
	cr_expect(eq(sz, strspn(random, "0123456789abcdef"), 32));
	channel_close(channel);
}

Test(channel_folder, two_at_a_time)
{
	struct channel *other = channel_open(LIBRARY);

	channel = channel_open(LIBRARY);
	cr_assert(channel != NULL && other != NULL);
	cr_assert(ne(str, (char *)channel_folder(channel), (char *)channel_folder(other)));
	channel_close(other);
	cr_assert(zero(int, access(channel_folder(channel), F_OK)));
	channel_close(channel);
}

Test(channel_folder, removed_at_close)
{
	char outer[PATH_MAX], inner[PATH_MAX];

	channel = channel_open(LIBRARY);
	cr_assert(channel != NULL);
	strcpy(outer, outer_folder());
	strcpy(inner, channel_folder(channel));
	cr_assert(zero(int, access(inner, F_OK)));
	channel_close(channel);
	cr_assert(eq(int, access(inner, F_OK), -1));
	cr_assert(eq(int, access(outer, F_OK), -1));
}

/* Its descriptor must not get into the command, and a reader of it never waits. */
Test(channel_folder, descriptors)
{
	char fifo[192];
	int writer;

	channel = channel_open(LIBRARY);
	cr_assert(channel != NULL);
	cr_assert(eq(int, fcntl(channel_fd(channel), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC));
	cr_assert(eq(int, fcntl(channel_alarm_fd(channel), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC));
	/* An import sends hundreds of reports at once. */
	(void)snprintf(fifo, sizeof(fifo), "%s%s", channel_folder(channel), GUEST_FIFO);
	writer = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	cr_assert(ge(int, fcntl(writer, F_GETPIPE_SZ), 65536));
	close(writer);
	channel_close(channel);
}

/* A stranger: can send if told where, and cannot find out where. */
static int check_stranger(void)
{
	char fifo[PATH_MAX];
	int fd;

	if (geteuid() != 0 || setgid(65534) != 0 || setuid(65534) != 0) {
		return NOT_PERMITTED;
	}
	(void)snprintf(fifo, sizeof(fifo), "%s%s", channel_folder(channel), GUEST_FIFO);
	fd = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		return 1;
	}
	if (opendir(outer_folder()) != NULL || opendir(channel_folder(channel)) != NULL) {
		return 2;
	}
	return unlink(fifo) != 0 && mkdir(strcat(outer_folder(), "/x"), 0700) != 0 ? FINE : 3;
}

Test(channel_folder, stranger)
{
	int status;

	channel = channel_open(LIBRARY);
	cr_assert(channel != NULL);
	status = in_child(check_stranger);
	cr_assert(status == FINE || status == NOT_PERMITTED, "%d", status);
	channel_close(channel);
}
