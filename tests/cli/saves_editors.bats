#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash sets
# How editors and programs save a file: each way is one restart, with the new content.
load helper
load once

# saved_by HOW: one of those in tests/programs/editors/save.py.
saved_by() {
	echo 1 >word
	shows word
	edit "$1" 2
	is_one_restart 2
	and_no_other
}

@test "in place: truncate, write, close" {
	saved_by in_place
}

@test "several writes in one open" {
	echo 1 >word
	shows word
	edit in_parts 'two halves'
	is_one_restart 'two halves'
	and_no_other
}

@test "append" {
	echo 1 >word
	shows word
	edit append 2
	is_one_restart '1 2'
	and_no_other
}

@test "rename over" {
	saved_by rename_over
}

@test "unlink and create" {
	saved_by unlink_and_create
}

@test "JetBrains' safe write" {
	saved_by jetbrains
}

@test "VS Code: in place" {
	saved_by vscode
}

@test "VS Code: truncate, then write" {
	saved_by vscode_r
}

@test "VS Code: atomic" {
	saved_by vscode_atomic
}

@test "a mapping, once it is unmapped" {
	saved_by mapped
}

# saved_by_vim COMMAND: a real one, with its swap file beside what it edits. It would save otherwise in a
# folder for temporary files.
saved_by_vim() {
	echo 1 >word
	shows word
	vim -u NONE -i NONE -N -es -c 'set backupskip=' -c "$1" -c 's/1/2/' -c wq word </dev/null
	assert_equal "$(<word)" 2
	is_one_restart 2
	and_no_other
}

@test "vim: its defaults" {
	saved_by_vim 'set backupcopy&'
}

@test "vim: backupcopy=yes" {
	saved_by_vim 'set backupcopy=yes'
}

@test "vim: backupcopy=no" {
	saved_by_vim 'set backupcopy=no'
}

@test "vim: nobackup" {
	saved_by_vim 'set nobackup'
}

@test "vim: nowritebackup" {
	saved_by_vim 'set nobackup nowritebackup'
}

@test "vim: backup" {
	saved_by_vim 'set backup'
	[ -e word~ ]
}

@test "vim: backup and backupcopy=yes" {
	saved_by_vim 'set backup backupcopy=yes'
	[ -e word~ ]
}

@test "vim: an undo file" {
	saved_by_vim 'set undofile'
}
