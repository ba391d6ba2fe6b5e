#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# Descriptors are the program's: whatever it does to them, nothing of ours gets into its files, and it
# is seen still.
load helper
load many

setup_file() {
	local flags=(-std=gnu11 -D_GNU_SOURCE -pthread) programs=$BATS_TEST_DIRNAME/../programs

	cd "$BATS_FILE_TMPDIR" || return
	cc "${flags[@]}" -o descriptors "$programs/descriptors/descriptors.c"
	# Of this one we are no part.
	cc "${flags[@]}" -static -o descriptors-static "$programs/descriptors/descriptors.c"
}

# closes HOW: closes all descriptors so; its victims have what it wrote, its later opens are seen.
closes() {
	local i

	echo 1 | tee first second >third
	for i in {0..1099}; do
		printf 'mine %d\nmine %d\n' "$i" "$i"
	done >wanted
	ulimit -n 4096
	start_many sh -c '"$1" "$2" && exec cat' sh "$BATS_FILE_TMPDIR/descriptors" "$1"
	expect_line "$1: good, 3"
	stop
	eval 'cat victim{0..1099}' | cmp - wanted
	were_watched "$project"/{first,second,third}
}

@test "a program that closes all descriptors one by one" {
	closes close
}

@test "a program that closes all descriptors by close_range" {
	closes close_range
}

@test "a program that closes all descriptors by closefrom" {
	closes closefrom
}

@test "a program that has all descriptors closed on exec" {
	closes cloexec
}

@test "a thread that covers all high numbers while another opens files" {
	local i

	mkdir files
	for i in {0..1999}; do echo "$i" >"files/$i"; done
	echo mine >victim
	ulimit -n 4096
	start_many sh -c '"$1" dup2 2000 && exec cat' sh "$BATS_FILE_TMPDIR/descriptors"
	expect_line 'dup2: good'
	stop
	assert_equal "$(cat victim)" mine
	run ! grep -F '"event":"lost"' "$many"
	assert_equal "$(grep -oP '^\{"event":"watching".*"path":"[^"]*/files/\K[0-9]+(?=",)' "$many" |
		sort -u | wc -l)" 2000
}

@test "children of Python's with closed descriptors" {
	echo 1 | tee a b >c
	printf '%s\n' 'import os, subprocess, sys' 'r, w = os.pipe()' \
		'subprocess.run(["cat", "a"], close_fds=True)' \
		'subprocess.run(["cat", "b"], close_fds=True, pass_fds=(w,))' \
		'subprocess.run([sys.executable, "-c", "open(\"c\").read()"], close_fds=True)' >app.py
	start python3 app.py
	expect_line 1
	expect_line 1
	expect_watching "$project"/{a,b,c}
	expect exited status=0
	stop
}

@test "a daemon that has left its parent, its session and its descriptors" {
	echo 1 | tee of-the-daemon >of-the-daemon-too
	start sh -c '"$1" daemon; exec cat' sh "$BATS_FILE_TMPDIR/descriptors"
	expect_watching "$project"/of-the-daemon{,-too}
	stop
}

# same_list COMMAND...: lists the same descriptors with us as without; all but its output.
same_list() {
	local script='exec 5<first 7>>second; "$@"'

	echo 1 | tee first >second
	(close_descriptors && exec sh -c "$script" sh "$@" </dev/null 2>/dev/null) >bare
	start sh -c "($script) >observed </dev/null 2>/dev/null; echo listed; cat" sh "$@"
	expect_line listed
	expect_watching "$project/first"
	stop
	sed -nE 's,.*\b([03-9]|[1-9][0-9]+) -> (/proc/)?([0-9]+/fd)?,\1 -> \2,p' bare >wanted
	sed -nE 's,.*\b([03-9]|[1-9][0-9]+) -> (/proc/)?([0-9]+/fd)?,\1 -> \2,p' observed |
		diff wanted -
	grep '^5 -> .*/first$' wanted
	grep '^7 -> .*/second$' wanted
}

@test "a child inherits the descriptors that it inherits without us" {
	same_list "$BATS_FILE_TMPDIR/descriptors-static" list
}

@test "a program finds no descriptor in /proc/self/fd that it does not find without us, but the one that we keep" {
	same_list sh -c 'ls -l /proc/self/fd | grep -v " 900 -> .*/reports$"'
}

@test "a program gets the numbers that it gets without us" {
	echo 1 | tee first >second
	(close_descriptors && exec "$BATS_FILE_TMPDIR/descriptors" numbers </dev/null) >bare
	start sh -c '"$1" numbers >observed </dev/null; echo listed; cat' sh "$BATS_FILE_TMPDIR/descriptors"
	expect_line listed
	expect_watching "$project/second"
	stop
	diff bare observed
	[ "$(wc -l <bare)" -eq 10 ]
}
