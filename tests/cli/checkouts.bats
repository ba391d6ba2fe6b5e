#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # the variables of helper.bash
# Version control at work: nothing is started in the middle of a checkout.
load helper
load once

# in_checkout: the project is a git repository, with one file in it.
in_checkout() {
	git init --quiet .
	echo one >word
	shows word
}

@test "while git's lock is held, nothing is started; then it is" {
	in_checkout
	: >.git/index.lock
	put word two
	expect changed path="$project/word"
	expect exited
	# Long enough for that to be said, which is all that may happen.
	expect locked path="$project/.git/index.lock"
	put word three
	rm .git/index.lock
	is_one_restart three
	and_no_other
	grep -qF 'waiting for .git/index.lock to go' "$io/terminal"
}

@test "a lock that a crash has left behind does not count" {
	in_checkout
	touch -d '1 minute ago' .git/index.lock
	put word two
	is_one_restart two
	and_no_other
	run ! grep -q waiting "$io/terminal"
}

@test "--settle is for all changes" {
	echo one >word
	start --settle 1s sh -c 'echo $(cat word); exec cat'
	expect_line one
	expect_watching "$project/word"
	put word two
	expect stopping
	before=${event#*\"time\":} before=${before%%[.,]*}
	put word three
	expect started generation=2
	after=${event#*\"time\":} after=${after%%[.,]*}
	expect_line three
	stop
	[ $((after - before)) -ge 1 ]
}
