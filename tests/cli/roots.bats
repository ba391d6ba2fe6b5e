#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # helper.bash's variables
# Programs that run elsewhere, or as somebody else: seen, or named; never a word of the loader.
load helper

setup() {
	[ "$(id -u)" -eq 0 ] || skip 'only root may chroot and become another user'
	enter_sandbox "$(realpath "$(mktemp -d)")"
	chmod 755 "$sandbox"
	echo here >file
}

teardown() {
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
	rm -rf "$sandbox"
}

# make_root: a folder with what `cat` needs, and a file.
make_root() {
	local needed

	mkdir -p root/bin root/data
	cp /bin/cat root/bin
	while read -r needed; do
		mkdir -p "root${needed%/*}"
		cp "$needed" "root$needed"
	done < <(ldd /bin/cat | grep -o '/[^ ]*')
	echo there >root/data/file
}

# use_private_launcher: one whose library only root can read.
use_private_launcher() {
	mkdir -m 700 private
	cp -R "$autoreload_run" "$(realpath "${autoreload_run%/*}/preload")" private
	autoreload_run=$project/private/autoreload-run
}

# is_named EXECUTABLE REASON: once, and the loader has not complained.
is_named() {
	expect unobserved exe="$1"
	[[ $event == *"$2"* ]]
	expect exited status=0
	stop
	run ! grep -F ld.so "$io/terminal"
	assert_equal "$(grep -c "${1##*/} runs " "$io/terminal")" 1
}

readonly DROP=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

@test "another root" {
	make_root
	start python3 -c 'import os; os.chroot("root"); os.chdir("/"); os.execv("/bin/cat", ["cat", "/data/file"])'
	expect_line there
	is_named /bin/cat 'another root'
}

@test "another root by chroot(1)" {
	make_root
	start chroot root /bin/cat /data/file
	expect_line there
	is_named /bin/cat 'another root'
}

@test "another mount namespace" {
	start unshare --mount cat file
	expect_line here
	is_named /usr/bin/cat 'mount namespace'
}

@test "another user, who can read the library: all is seen" {
	start sh -c 'exec "$@"' sh "${DROP[@]}" cat file
	expect_line here
	expect_watching "$project/file"
	stop
}

@test "another user, who cannot read the library" {
	use_private_launcher
	start "${DROP[@]}" cat file
	expect_line here
	is_named "$(command -v cat)" 'other privileges'
}

@test "another user with root's capabilities kept up to the exec, who cannot read the library" {
	use_private_launcher
	printf '%s\n' 'import ctypes, os' 'libc = ctypes.CDLL(None)' 'libc.prctl(8, 1, 0, 0, 0)' \
		'os.setresuid(65534, 65534, 65534)' \
		'class Header(ctypes.Structure): _fields_ = [("v", ctypes.c_uint32), ("pid", ctypes.c_int)]' \
		'header = Header(0x20080522, 0)' 'sets = (ctypes.c_uint32 * 6)()' \
		'libc.capget(ctypes.byref(header), sets)' 'sets[0] = sets[1]' \
		'assert libc.capset(ctypes.byref(header), sets) == 0' 'os.execv("/bin/cat", ["cat", "file"])' >app.py
	start python3 app.py
	expect_line here
	is_named /bin/cat 'other privileges'
}

@test "a root without libdl.so.2: said before, and the program runs" {
	local libdl
	libdl=$(ldconfig -p | sed -n 's/.*libdl\.so\.2 .*x86-64.* => //p' | head -n 1)
	# A launcher in a mount namespace of its own, in which that file is no library.
	launch_with=(unshare --mount sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$(realpath "$libdl")")
	start cat file
	expect_line here
	expect unobserved
	[[ $event == *libdl.so.2* ]]
	expect exited status=0
	stop
}

@test "another root within a process: what it opens there is not taken for ours" {
	make_root
	echo 1 >root/app.conf
	printf '%s\n' 'import os, signal' 'os.chroot("root"); os.chdir("/")' 'print(open("/app.conf").read(), flush=True)' \
		'signal.pause()' >app.py
	start python3 app.py
	expect_line 1
	expect unobserved
	[[ $event == *'another root'* ]]
	stop
	[[ ${seen[*]} != */app.conf* ]]
	assert_equal "$generation" 1
}

@test "a spawned program that lives long has loaded the library, and nobody says that it has not" {
	start python3 -c 'import os; os.posix_spawn("/bin/cat", ["cat", "file"], os.environ); os.wait(); import time; time.sleep(1.2)'
	expect_line here
	expect exited status=0
	stop
	run ! grep -F 'did not load' "$io/terminal"
}
