#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Folders that go while somebody stands in them, that are made anew, and links that lead out.
load helper
load once

readonly SHOWS='echo $(cat "$1" 2>/dev/null || echo none); exec cat'

# shows_of FILE
shows_of() {
	shown=$1
	start sh -c "$SHOWS" sh "$shown"
}

@test "a folder is removed and made anew while a process stands in it" {
	mkdir sub
	echo 1 >sub/word
	# The kernel does not tell of a folder's end as long as it is somebody's working directory.
	(cd sub && exec cat <"$sandbox/stand" >/dev/null) 3>&- &
	bystander=$!
	shows_of sub/word
	expect_line 1
	expect_shown_watched
	rm -r sub
	mkdir sub
	echo 2 >sub/word
	is_one_restart 2
	echo 3 >sub/word
	is_one_restart 3
	put sub/word 4
	is_one_restart 4
	kill "$bystander"
	stop
	assert_equal "$generation" 4
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkfifo "$sandbox/stand"
	exec {stand}<>"$sandbox/stand"
}

teardown() {
	exec {stand}>&-
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

@test "the working directory is replaced, and the command runs in the new one" {
	mkdir there new
	echo old >there/word
	echo new >new/word
	cd there
	start sh -c "$SHOWS" sh word
	expect_line old
	expect_watching "$project/there/word"
	mv "$project/there" "$project/aside"
	mv "$project/new" "$project/there"
	expect started generation=2
	expect_line new
	expect_watching "$project/there/word"
	put "$project/there/word" newer
	expect started generation=3
	expect_line newer
	stop
	assert_equal "$generation" 3
}

@test "the working directory is removed, and made anew" {
	mkdir there
	echo old >there/word
	cd there
	start sh -c 'cat word || exit 1; exec cat' sh word
	expect_line old
	expect_watching "$project/there/word"
	rm -r "$project/there"
	expect waiting
	mkdir "$project/there"
	put "$project/there/word" new
	expect_output new
	stop
}

@test "a link that leads out of the project to nothing is replaced by a file" {
	ln -s "$sandbox/elsewhere/env" .env
	shows_of .env
	expect_line none
	expect_watching "$project/.env"
	rm .env
	put .env here
	expect started generation=2
	expect_line here
	stop
}

@test "git: a branch without a file that is used, and back" {
	git init --quiet --initial-branch=main .
	git config user.email a@example.org
	git config user.name A
	echo 1 >base
	git add base && git commit --quiet -m base
	git checkout --quiet -b feature
	echo here >word
	git add word && git commit --quiet -m word
	shows_of word
	expect_line here
	expect_shown_watched
	git checkout --quiet main
	is_one_restart none
	git checkout --quiet feature
	is_one_restart here
	stop
	assert_equal "$generation" 3
}
