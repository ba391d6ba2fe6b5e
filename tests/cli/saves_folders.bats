#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # variables that helper.bash sets
# Whole folders that change places, links that lead elsewhere, and other names of the same file: each is
# one restart, with the new content.
load helper
load once

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir -p a/b/c
	echo 1 >a/b/c/word
	# Another of each, outside the project.
	cp -R a "$sandbox/next"
	echo 2 >"$sandbox/next/b/c/word"
}

# swap FOLDER NEXT: aside, and another in its place.
swap() {
	mv "$1" "$sandbox/old"
	mv "$2" "$1"
}

@test "a folder is moved aside, and another comes into its place" {
	shows a/b/c/word
	swap a/b/c "$sandbox/next/b/c"
	is_one_restart 2
	and_no_other
}

@test "its parent" {
	shows a/b/c/word
	swap a/b "$sandbox/next/b"
	is_one_restart 2
	and_no_other
}

@test "its grandparent" {
	shows a/b/c/word
	swap a "$sandbox/next"
	is_one_restart 2
	and_no_other
}

@test "its grandparent, back and forth" {
	shows a/b/c/word
	swap a "$sandbox/next"
	is_one_restart 2
	mv a "$sandbox/next"
	mv "$sandbox/old" a
	is_one_restart 1
	and_no_other
}

@test "two folders change places at once" {
	shows a/b/c/word
	# Not every mv can; RENAME_EXCHANGE is 2, AT_FDCWD -100.
	python3 -c 'import ctypes, os, sys
old, new = map(os.fsencode, sys.argv[1:])
sys.exit(ctypes.CDLL(None).renameat2(-100, old, -100, new, 2))' a "$sandbox/next"
	is_one_restart 2
	and_no_other
}

@test "rm -r and made again" {
	shows a/b/c/word
	rm -r a/b/c
	mkdir a/b/c
	put a/b/c/word 2
	is_one_restart 2
	and_no_other
}

@test "rm -r of the grandparent, and made again" {
	shows a/b/c/word
	rm -r a
	mkdir -p a/b/c
	put a/b/c/word 2
	is_one_restart 2
	and_no_other
}

# retarget LINK TARGET: as deployments do, so that the link is always there.
retarget() {
	ln -s "$2" "$sandbox/link"
	mv -T "$sandbox/link" "$1"
}

@test "the file is a link, which is led elsewhere" {
	put one 1
	put two 2
	ln -s one word
	shows word
	retarget word two
	is_one_restart 2
	ln -sf one word
	is_one_restart 1
	rm word
	ln -s two word
	is_one_restart 2
	and_no_other
}

@test "a link on the way is led elsewhere" {
	mkdir release-6 release-7
	put release-6/word 1
	put release-7/word 2
	ln -s release-6 current
	shows current/word
	retarget current release-7
	is_one_restart 2
	ln -sfn release-6 current
	is_one_restart 1
	rm current
	ln -s release-7 current
	is_one_restart 2
	and_no_other
}

@test "a link on the way, which is absolute and leads over another one" {
	mkdir -p releases/6/app releases/7/app
	put releases/6/app/word 1
	put releases/7/app/word 2
	ln -s releases/6 current
	ln -s "$project/current/app" app
	shows app/word
	retarget current releases/7
	is_one_restart 2
	retarget app "$project/releases/6/app"
	is_one_restart 1
	and_no_other
}

@test "an edit through another hard link, in another folder" {
	mkdir elsewhere
	ln a/b/c/word elsewhere/name
	shows a/b/c/word
	echo 2 >elsewhere/name
	is_one_restart 2
	# Outside the project, as a store of packages.
	ln a/b/c/word "$sandbox/name"
	echo 3 >"$sandbox/name"
	is_one_restart 3
	and_no_other
}

@test "a hard link comes into the file's place" {
	put two 2
	shows a/b/c/word
	ln -f two a/b/c/word
	is_one_restart 2
	and_no_other
}

@test "a symlink by which the command has entered its folder, retargeted" {
	mkdir release-1 release-2
	echo one >release-1/word
	echo two >release-2/word
	ln -s release-1 current
	start sh -c 'cd current && echo $(cat word); exec cat'
	expect_line one
	expect_watching "$project/current" "$project/release-1/word"
	ln -sfn release-2 current
	expect started generation=2
	expect_line two
	expect_watching "$project/release-2/word"
	put release-2/word three
	expect started generation=3
	expect_line three
	stop
	assert_equal "$generation" 3
}
