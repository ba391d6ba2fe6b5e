/* SPDX-License-Identifier: MIT */
/* Which absolute paths belong to the system; no libc, shared by both programs. */
#include "preload/system_paths.h"

#include <stddef.h>

#include "preload/text.h"

static const char *const system_folders[] = {
    "/proc", "/sys",	   "/dev",	 "/run",  "/usr", "/bin",
    "/sbin", "/nix/store", "/gnu/store", "/snap", "/var",
};

/* People's files in folders that are otherwise the system's. */
static const char *const people_folders[] = {"/run/user", "/run/secrets", "/var/home"};

/* The system's own in /etc: what libc, the loader and the runtimes look up in every program. */
static const char *const system_settings[] = {
    "/etc/ld.so",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/ssl",
    "/etc/pki",
    "/etc/locale",
    "/etc/services",
    "/etc/protocols",
    "/etc/mime.types",
    "/etc/inputrc",
    "/etc/terminfo",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/gconv",
    "/etc/crypto-policies",
    "/etc/mtab",
    "/etc/fstab",
    "/etc/machine-id",
    "/etc/os-release",
    "/etc/debian_version",
    "/etc/environment",
    "/etc/default/locale",
    "/etc/networks",
    "/etc/python3",
    "/etc/perl",
    "/etc/php",
    "/etc/java",
    "/etc/lsb-release",
    "/etc/selinux",
};

static bool below(const char *path, const char *folder)
{
	const char *rest = text_after(path, folder);

	return rest != NULL && (*rest == '/' || *rest == '\0');
}

static bool below_any(const char *path, const char *const folders[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (below(path, folders[i])) {
			return true;
		}
	}
	return false;
}

/* /lib, /lib32, /lib64, /libx32. */
static bool below_library_folder(const char *path)
{
	const char *rest = text_after(path, "/lib");

	while (rest != NULL && *rest != '\0' && *rest != '/') {
		if (!((*rest >= '0' && *rest <= '9') || *rest == 'x')) {
			return false;
		}
		rest++;
	}
	return rest != NULL;
}

static bool system_setting(const char *path)
{
	if (text_after(path, "/etc/") == NULL) {
		return below(path, "/etc");
	}
	for (size_t i = 0; i < sizeof(system_settings) / sizeof(*system_settings); i++) {
		const char *rest = text_after(path, system_settings[i]);

		/* hosts, hosts.allow and python3.11 are the system's, hosts-of-mine.conf is not. */
		if (rest != NULL && (*rest == '\0' || *rest == '/' || *rest == '.' ||
				     (*rest >= '0' && *rest <= '9'))) {
			return true;
		}
	}
	return false;
}

bool path_has_parent_component(const char *path)
{
	for (const char *at = path; *at != '\0'; at++) {
		if (at[0] == '.' && at[1] == '.' && (at[2] == '/' || at[2] == '\0') &&
		    (at == path || at[-1] == '/')) {
			return true;
		}
	}
	return false;
}

/* Most paths of people do not even begin like one: this is asked at every open. The letters are
 * those with which the folders above begin. */
static bool may_begin_system_path(const char *path)
{
	static const char letters[] = "pdrusnglbve";

	if (path[0] != '/') {
		return false;
	}
	for (const char *letter = letters; *letter != '\0'; letter++) {
		if (path[1] == *letter) {
			return true;
		}
	}
	return path[1] == '\0';
}

bool system_path(const char *path)
{
	if (!may_begin_system_path(path)) {
		return false;
	}
	if (!below_any(path, system_folders, sizeof(system_folders) / sizeof(*system_folders)) &&
	    !below_library_folder(path) && !system_setting(path)) {
		return false;
	}
	return !below_any(path, people_folders, sizeof(people_folders) / sizeof(*people_folders)) &&
	       !path_has_parent_component(path);
}
