#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# What is mounted from elsewhere, as containers have it, and is edited there: each edit is one restart.
#
# The launcher and the command are in a mount namespace of their own, the editor is not.
load helper
load once

setup() {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir "$sandbox/there" here
	there=$sandbox/there/word
	echo 1 >"$there"
}

# mounted WHAT WHERE: for the launcher.
mounted() {
	launch_with=(unshare --mount sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$@")
}

# shows_mounted FILE: the test itself does not see what is mounted.
shows_mounted() {
	shown=$1
	start sh -c 'echo $(cat "$1"); exec cat' sh "$shown"
	expect_line 1
	expect_watching "$project/$shown"
}

expect_shown_watched() {
	expect_watching "$project/$shown"
}

# and_no_other_there: as and_no_other, but in place and from outside.
and_no_other_there() {
	local wanted=$((generation + 1))

	echo 'the end' >"$there"
	is_one_restart 'the end'
	stop
	assert_equal "$generation" "$wanted"
}

@test "a folder is mounted: a file in it is written, and replaced" {
	mounted "$sandbox/there" "$project/here"
	shows_mounted here/word
	echo 2 >"$there"
	is_one_restart 2
	put "$there" 3
	is_one_restart 3
	and_no_other_there
}

@test "a file is mounted, and written" {
	echo hidden >here/word
	mounted "$there" "$project/here/word"
	shows_mounted here/word
	echo 2 >"$there"
	is_one_restart 2
	and_no_other_there
}

@test "a file is mounted, and what it hides is written: no restart" {
	echo hidden >here/word
	mounted "$there" "$project/here/word"
	shows_mounted here/word
	echo 'not seen' >here/word
	echo 2 >"$there"
	is_one_restart 2
	and_no_other_there
}
