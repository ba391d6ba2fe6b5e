/* SPDX-License-Identifier: MIT */
/* How a dependency differs from what is there now; see comparison.h. */
#include "launcher/comparison.h"

#include <stdio.h>
#include <sys/inotify.h>
#include <sys/utsname.h>

#include "launcher/clock.h"

/*
 * How fine a filesystem's times are. Whole seconds: ext4 with small inodes, FAT (two of them), an
 * old NFS. Else a tick of the kernel at most, with some room for a report's way to us; since Linux
 * 6.13 a time that somebody has asked for is not given twice.
 */
#define GRAIN_COARSE_NS 2000000000LL
#define GRAIN_TICK_NS	20000000LL

static bool has_exact_times(void)
{
	static int known; /* 1: yes, -1: no */
	struct utsname kernel;
	unsigned major = 0;
	unsigned minor = 0;

	if (known == 0) {
		known = uname(&kernel) == 0 &&
				/* NOLINTNEXTLINE(cert-err34-c): the kernel's own format */
				sscanf(kernel.release, "%u.%u", &major, &minor) == 2 &&
				(major > 6 || (major == 6 && minor >= 13))
			    ? 1
			    : -1;
	}
	return known > 0;
}

static int64_t grain_ns(int64_t time_ns)
{
	if (time_ns % 1000000000 == 0) {
		return GRAIN_COARSE_NS;
	}
	return has_exact_times() ? 0 : GRAIN_TICK_NS;
}

/*
 * Was the file so young when the command read it that a later version may have the same time? (What
 * git calls racily clean.) Then whatever writes it, changes it.
 */
static bool was_young(const struct dependency *dependency)
{
	int64_t mtime_ns = dependency->identity.mtime_ns;
	int64_t grain = grain_ns(mtime_ns);

	return dependency->time_ns != 0 && grain != 0 &&
	       mtime_ns >= clock_of_files_ns(dependency->time_ns) - grain;
}

/*
 * What has changed, as far as the times and sizes tell, and where they cannot: `cp -p` of another
 * file of the same size and mtime shows in the ctime alone, as chmod does; so that counts only if
 * something says that the content was written, or that something was not heard.
 */
enum dependency_change comparison_find(const struct dependency *dependency, const struct sight *now,
				       uint32_t mask)
{
	enum dependency_change change = dependency_compare(dependency, now);

	if (change == CHANGE_NONE && dependency->adopted && (mask & ~(uint32_t)IN_ATTRIB) != 0) {
		return now->present ? CHANGE_WRITTEN : CHANGE_REMOVED;
	}
	if (change != CHANGE_NONE || !now->present) {
		return change;
	}
	if (dependency->by_mode && (mask & IN_ATTRIB) != 0) {
		return CHANGE_TOUCHED;
	}
	if ((mask & (COMPARISON_WRITTEN | IN_Q_OVERFLOW)) != 0 &&
	    now->identity.ctime_ns != dependency->identity.ctime_ns) {
		return CHANGE_WRITTEN;
	}
	return (mask & COMPARISON_WRITTEN) != 0 && was_young(dependency) ? CHANGE_WRITTEN
									 : CHANGE_NONE;
}

enum dependency_change comparison_arrival(const struct dependency *dependency,
					  const struct sight *now)
{
	enum dependency_change change = comparison_find(dependency, now, 0);

	if (change == CHANGE_NONE && (dependency->outdated || dependency->contested)) {
		change = now->present ? CHANGE_WRITTEN : CHANGE_REMOVED;
	}
	return change;
}
