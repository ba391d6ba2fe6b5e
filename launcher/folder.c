/* SPDX-License-Identifier: MIT */
/* The channel's folder; see folder.h. */
#include "launcher/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "preload/guest.h"

#define PREFIX	  "autoreload-run-"
#define YOUNG_S	  60 /* may still be in the making */
#define RANDOM	  16
#define OUTER_MAX 64

/*
 * In memory first: on a disk, each report would write the FIFO's new time to the journal, which
 * takes longer than all the rest of the write.
 */
static const char *const places[] = {"/dev/shm", "/tmp", "/var/tmp", "/run"};

static int random_hex(char *text, size_t bytes)
{
	unsigned char raw[RANDOM];

	if (getrandom(raw, bytes, 0) != (ssize_t)bytes) {
		return -1;
	}
	for (size_t i = 0; i < bytes; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", raw[i]);
	}
	return 0;
}

/* mkdir and mkfifo obey the umask, which is the user's: so their modes are set again. */
static int make(const char *path)
{
	int saved_errno;

	if (mkdir(path, 0700) != 0) {
		return -1;
	}
	if (chmod(path, 0711) != 0) {
		saved_errno = errno;
		(void)rmdir(path);
		errno = saved_errno;
		return -1;
	}
	return 0;
}

static int make_fifo(const struct folder *folder, const char *name)
{
	char path[FOLDER_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s%s", folder->path, name);
	if (mkfifo(path, 0600) != 0 || chmod(path, 0666) != 0) {
		return -1;
	}
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

static int fill(struct folder *folder, const char *builds)
{
	char path[FOLDER_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s%s", folder->path, GUEST_BUILDS);
	if (symlink(builds, path) != 0) {
		return -1;
	}
	folder->reports = make_fifo(folder, GUEST_FIFO);
	folder->alarm = make_fifo(folder, GUEST_ALARM);
	if (folder->reports < 0 || folder->alarm < 0) {
		return -1;
	}
	return flock(folder->reports, LOCK_EX | LOCK_NB);
}

static int make_at(struct folder *folder, const char *place, const char *builds)
{
	char outer_name[13];
	char inner_name[2 * RANDOM + 1];
	char outer[OUTER_MAX];
	int saved_errno;

	if (random_hex(outer_name, 6) != 0 || random_hex(inner_name, RANDOM) != 0) {
		return -1;
	}
	(void)snprintf(outer, sizeof(outer), "%s/" PREFIX "%s", place, outer_name);
	(void)snprintf(folder->path, sizeof(folder->path), "%s/%s", outer, inner_name);
	if (make(outer) != 0) {
		return -1;
	}
	if (make(folder->path) == 0 && fill(folder, builds) == 0) {
		return 0;
	}
	saved_errno = errno;
	folder_close(folder);
	errno = saved_errno;
	return -1;
}

int folder_make(struct folder *folder, const char *builds)
{
	int error = 0;

	*folder = (struct folder){.reports = -1, .alarm = -1};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (make_at(folder, places[i], builds) == 0) {
			return 0;
		}
		/* Of the first that is there: the last ones are not for ordinary users. */
		error = error == 0 || error == ENOENT ? errno : error;
	}
	folder->path[0] = '\0';
	errno = error;
	return -1;
}

void folder_remove(const char *path)
{
	static const char *const names[] = {GUEST_BUILDS, GUEST_FIFO, GUEST_ALARM};
	char each[FOLDER_MAX + 32];
	char outer[FOLDER_MAX];
	char *slash;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(each, sizeof(each), "%s%s", path, names[i]);
		unlink(each);
	}
	rmdir(path);
	(void)snprintf(outer, sizeof(outer), "%s", path);
	slash = strrchr(outer, '/');
	if (slash != NULL) {
		*slash = '\0';
		rmdir(outer);
	}
}

void folder_close(struct folder *folder)
{
	if (folder->path[0] == '\0') {
		return;
	}
	if (folder->reports >= 0) {
		close(folder->reports);
	}
	if (folder->alarm >= 0) {
		close(folder->alarm);
	}
	folder_remove(folder->path);
	*folder = (struct folder){.reports = -1, .alarm = -1};
}

/* --- when somebody has removed it --- */

static bool is_same(int fd, const struct folder *folder, const char *name)
{
	char path[FOLDER_MAX + 32];
	struct stat named;
	struct stat open;

	(void)snprintf(path, sizeof(path), "%s%s", folder->path, name);
	return lstat(path, &named) == 0 && fstat(fd, &open) == 0 && named.st_ino == open.st_ino &&
	       named.st_dev == open.st_dev;
}

bool folder_is_gone(const struct folder *folder)
{
	char builds[FOLDER_MAX + 32];

	(void)snprintf(builds, sizeof(builds), "%s%s", folder->path, GUEST_BUILDS);
	return !is_same(folder->reports, folder, GUEST_FIFO) ||
	       !is_same(folder->alarm, folder, GUEST_ALARM) || access(builds, F_OK) != 0;
}

/* The name is known by now: what another has put there is not ours. */
static int make_or_find(const char *path)
{
	struct stat status;

	if (make(path) == 0) {
		return 0;
	}
	if (errno != EEXIST || lstat(path, &status) != 0) {
		return -1;
	}
	errno = EEXIST;
	return S_ISDIR(status.st_mode) && status.st_uid == geteuid() ? 0 : -1;
}

int folder_renew(struct folder *folder, const char *builds)
{
	struct folder anew = {.reports = -1, .alarm = -1};
	char outer[FOLDER_MAX];
	int saved_errno;

	memcpy(anew.path, folder->path, sizeof(anew.path));
	memcpy(outer, folder->path, sizeof(outer));
	*strrchr(outer, '/') = '\0';
	folder_remove(folder->path); /* what is left of it */
	if (make_or_find(outer) == 0 && make_or_find(folder->path) == 0 &&
	    fill(&anew, builds) == 0) {
		close(folder->reports);
		close(folder->alarm);
		*folder = anew;
		return 0;
	}
	saved_errno = errno;
	folder_close(&anew);
	errno = saved_errno;
	return -1;
}

/* --- what was left behind --- */

static bool is_our_folder(const char *path, struct stat *status)
{
	return lstat(path, status) == 0 && S_ISDIR(status->st_mode) && status->st_uid == geteuid();
}

static bool is_abandoned(const char *path)
{
	struct stat status;
	char fifo[FOLDER_MAX + 32];
	bool abandoned;
	int fd;

	if (!is_our_folder(path, &status)) {
		return false;
	}
	(void)snprintf(fifo, sizeof(fifo), "%s%s", path, GUEST_FIFO);
	fd = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	abandoned = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fd >= 0) {
		close(fd);
	}
	return abandoned;
}

/* An outer folder of ours: those in it, of which there should be one. */
static void sweep_outer(const char *outer)
{
	const struct dirent *entry;
	struct stat status;
	DIR *inner;

	if (!is_our_folder(outer, &status) || status.st_mtime > time(NULL) - YOUNG_S) {
		return;
	}
	inner = opendir(outer);
	while (inner != NULL && (entry = readdir(inner)) != NULL) {
		char path[FOLDER_MAX];
		int length = snprintf(path, sizeof(path), "%s/%s", outer, entry->d_name);

		if (strlen(entry->d_name) == (size_t)2 * RANDOM && length < (int)sizeof(path) &&
		    is_abandoned(path)) {
			folder_remove(path);
		}
	}
	if (inner != NULL) {
		closedir(inner);
	}
	(void)rmdir(outer); /* of one that was killed before it had made the inner one */
}

void folder_sweep(const struct folder *beside)
{
	char place[OUTER_MAX];
	const struct dirent *entry;
	DIR *all;

	(void)snprintf(place, sizeof(place), "%.*s",
		       (int)(strstr(beside->path, "/" PREFIX) - beside->path), beside->path);
	all = opendir(place);
	while (all != NULL && (entry = readdir(all)) != NULL) {
		char outer[OUTER_MAX];
		int length = snprintf(outer, sizeof(outer), "%s/%s", place, entry->d_name);

		if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) == 0 &&
		    length < (int)sizeof(outer)) {
			sweep_outer(outer);
		}
	}
	if (all != NULL) {
		closedir(all);
	}
}
