#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables of truth.bash
# Functions of libc that come to a file in a way of their own (programs/calls.c).

load truth

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/calls" "$BATS_TEST_DIRNAME/programs/calls.c" -pthread
}

# call NAME: in a folder of that name, so that the tables can tell of it alone.
call() {
	mkdir "$1"
	cd "$1" || return
	cp "$BATS_FILE_TMPDIR/calls" .
	mkdir -p folder/sub
	echo 1 | tee file folder/file folder/other folder/sub/leaf >messages
	ln -s folder/file link
	cc -shared -o own.so -x c /dev/null
	truth env --chdir="$1" ./calls "$1"
}

@test "libc: fdopendir" {
	call fdopendir
}

@test "libc: scandir" {
	call scandir
}

@test "libc: glob" {
	call glob
}

@test "libc: wordexp" {
	call wordexp
}

@test "libc: ftw" {
	call ftw
}

@test "libc: fts" {
	call fts
}

@test "libc: realpath" {
	call realpath
}

@test "libc: path_only" {
	call path_only
}

@test "libc: access" {
	call access
}

@test "libc: openat2" {
	call openat2
}

@test "libc: statx" {
	call statx
}

@test "libc: temporary" {
	call temporary
}

@test "libc: freopen" {
	call freopen
}

@test "libc: popen" {
	call popen
}

@test "libc: spawn" {
	call spawn
}

@test "libc: exec" {
	call exec
}

@test "libc: nodes" {
	call nodes
}

@test "libc: dlopen" {
	call dlopen
}

@test "libc: setmntent" {
	call setmntent
}

@test "libc: ftok" {
	call ftok
}

@test "libc: catopen" {
	call catopen
}

@test "libc: gettext" {
	call gettext
}

@test "libc: threads" {
	call threads
}

@test "libc: thread_exec" {
	call thread_exec
}

@test "libc: chdir" {
	call chdir
}
