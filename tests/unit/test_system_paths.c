/* SPDX-License-Identifier: MIT */
/* preload/system_paths: what belongs to the system, by its text alone. */
#include "preload/system_paths.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(system_paths, system)
{
	static const char *const paths[] = {
	    "/proc/self/maps",
	    "/sys/devices",
	    "/dev/null",
	    "/run/lock/x",
	    "/usr",
	    "/usr/",
	    "/usr/lib/python3/os.py",
	    "/usr/local/lib/x",
	    "/bin/sh",
	    "/sbin/init",
	    "/lib",
	    "/lib/x86_64-linux-gnu/libc.so.6",
	    "/lib32/libc.so.6",
	    "/lib64/ld-linux-x86-64.so.2",
	    "/libx32/libc.so.6",
	    "/nix/store/abc/bin/sh",
	    "/gnu/store/abc/bin/sh",
	    "/snap/core/1/bin/sh",
	    "/var/lib/dpkg/status",
	    "/var/tmp/x",
	    /* one letter more than what is people's */
	    "/run/users/x",
	    "/run/secrets.d/x",
	    "/var/homes/x",
	    /* the system's own in /etc */
	    "/etc",
	    "/etc/ld.so.cache",
	    "/etc/ld.so.conf.d/x.conf",
	    "/etc/nsswitch.conf",
	    "/etc/passwd",
	    "/etc/group",
	    "/etc/hosts",
	    "/etc/hosts.allow",
	    "/etc/resolv.conf",
	    "/etc/localtime",
	    "/etc/ssl",
	    "/etc/ssl/certs/x.pem",
	    "/etc/locale.alias",
	    "/etc/locale.conf",
	    "/etc/python3.11/sitecustomize.py",
	    "/etc/python3/x",
	    "/etc/perl/Net/libnet.cfg",
	    "/etc/php/8.2/cli/php.ini",
	    /* only ".." is suspicious, not dots as such */
	    "/usr/..x/y",
	    "/usr/x../y",
	    "/usr/./y",
	    "/usr/.../y",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_expect(system_path(paths[i]), "%zu: %s", i, paths[i]);
	}
}

Test(system_paths, peoples)
{
	static const char *const paths[] = {
	    "/",
	    "/home/u/app.py",
	    "/rooms/app.py",
	    "/srv/app.py",
	    "/opt/app/app.py",
	    "/tmp/app.py",
	    "/mnt/x",
	    "/home/usr/bin/x",
	    /* a name that only begins like one of the system's */
	    "/users/x",
	    "/usr2/x",
	    "/binary/x",
	    "/devel/x",
	    "/variable",
	    "/process/x",
	    "/library/x",
	    "/lib-x/y",
	    "/libexec/y",
	    "/nix/x",
	    "/nix/storehouse/x",
	    "/snapshots/x",
	    /* not ignored though below what is */
	    "/run/user/1000/app.sock.py",
	    "/run/secrets/password",
	    "/run/secrets",
	    "/var/home/u/app.py",
	    /* an application's own in /etc */
	    "/etc/myapp/config.yaml",
	    "/etc/myapp.conf",
	    "/etc/hosts-of-mine.conf",
	    "/etc/phpmyadmin/config.php",
	    "/etc/ssl-of-mine/x",
	    "/etcetera",
	    /* a symlink may stand before the ".." */
	    "/usr/../home/u/app.py",
	    "/usr/lib/..",
	    "/lib/x/../../srv/app.py",
	    "/etc/ssl/../myapp/x",
	    "/proc/../x",
	    /* not absolute: nobody can tell */
	    "",
	    "usr/lib/x",
	    "./usr",
	    "..",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_expect(not(system_path(paths[i])), "%zu: %s", i, paths[i]);
	}
}

Test(system_paths, parent_component)
{
	static const struct {
		const char *path;
		bool has;
	} cases[] = {
	    {"", false},      {".", false},	{"..", true},	    {"...", false},
	    {"/..", true},    {"../", true},	{"/../", true},	    {"a/..", true},
	    {"a/../b", true}, {"a/..b", false}, {"a../b", false},   {"..a", false},
	    {"a/...", false}, {"a/./b", false}, {"a/.../b", false}, {"a//..", true},
	    {"..b/..", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, path_has_parent_component(cases[i].path), cases[i].has),
			  "%zu: %s", i, cases[i].path);
	}
}
