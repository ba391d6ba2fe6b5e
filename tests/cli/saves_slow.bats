#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash sets
# Saves that take their time: the command has been told to stop before the file is there again. It is
# started once, when the file is complete.
load helper
load once

# noticed PATH: that it has gone. The new generation must wait for it.
noticed() {
	expect changed path="$project/$1"
}

@test "unlink, and later create" {
	echo 1 >word
	shows word
	rm word
	noticed word
	echo 2 >word
	is_one_restart 2
	and_no_other
}

@test "unlink, and later create, and write still later" {
	echo 1 >word
	shows word
	rm word
	noticed word
	{
		# The folder has had to tell of the new file by the time that it tells of this one.
		echo other >other
		echo 2
	} >word
	is_one_restart 2
	and_no_other
}

@test "JetBrains' safe write" {
	echo 1 >word
	shows word
	echo 2 >word___jb_tmp___
	mv word word___jb_old___
	noticed word
	mv word___jb_tmp___ word
	rm word___jb_old___
	is_one_restart 2
	and_no_other
}

@test "vim's backup: the old file is moved away, and a new one written" {
	echo 1 >word
	shows word
	mv word word~
	noticed word
	echo 2 >word
	rm word~
	is_one_restart 2
	and_no_other
}

# setup_folders: a file that is deep, and another such, outside the project.
setup_folders() {
	mkdir -p a/b/c
	echo 1 >a/b/c/word
	cp -R a "$sandbox/next"
	echo 2 >"$sandbox/next/b/c/word"
	shows a/b/c/word
}

@test "a folder is moved aside, and later another comes into its place" {
	setup_folders
	mv a/b/c "$sandbox/old"
	noticed a/b/c/word
	mv "$sandbox/next/b/c" a/b/c
	is_one_restart 2
	and_no_other
}

@test "its grandparent is moved aside, and later another comes into its place" {
	setup_folders
	mv a "$sandbox/old"
	noticed a/b/c/word
	mv "$sandbox/next" a
	is_one_restart 2
	and_no_other
}

@test "rm -r, and later made again" {
	setup_folders
	rm -r a
	noticed a/b/c/word
	mkdir -p a/b/c
	echo 2 >a/b/c/word
	is_one_restart 2
	and_no_other
}

@test "a link on the way is removed, and later made again" {
	mkdir release-6 release-7
	echo 1 >release-6/word
	echo 2 >release-7/word
	ln -s release-6 current
	shows current/word
	rm current
	noticed current
	ln -s release-7 current
	is_one_restart 2
	and_no_other
}
