#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Filesystems that come, go, and keep coarse times. All of it in a mount namespace of the test's own.
load helper
load once

setup() {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir here
}

# inside COMMAND...: as the launcher sees it.
inside() {
	nsenter --mount --target "$launcher" --wdns="$project" -- "$@"
}

# shows_inside FILE: the test itself does not see what is mounted.
shows_inside() {
	shown=$1
	start sh -c 'echo $(cat "$1" 2>/dev/null || echo none); exec cat' sh "$shown"
}

expect_shown_watched() {
	expect_watching "$project/$shown"
}

@test "a folder is mounted over another, and unmounted" {
	mkdir other
	echo plain >here/word
	echo mounted >other/word
	launch_with=(unshare --mount)
	shows_inside here/word
	expect_line plain
	expect_shown_watched
	inside mount --bind other here
	is_one_restart mounted
	echo changed >other/word
	is_one_restart changed
	inside umount here
	is_one_restart plain
	echo 'the end' >here/word
	is_one_restart 'the end'
	stop
	assert_equal "$generation" 5
}

@test "a filesystem that the command uses goes, and comes back" {
	launch_with=(unshare --mount sh -c 'mount -t tmpfs none here && echo 1 >here/word && exec "$@"' sh)
	shows_inside here/word
	expect_line 1
	expect_shown_watched
	inside umount here
	is_one_restart none
	inside mount -t tmpfs none here
	inside sh -c 'echo 2 >here/new && mv here/new here/word'
	is_one_restart 2
	stop
}

@test "what is mounted elsewhere restarts nothing" {
	mkdir elsewhere
	echo 1 >here/word
	launch_with=(unshare --mount)
	shows_inside here/word
	expect_line 1
	expect_shown_watched
	inside mount -t tmpfs none elsewhere
	inside umount elsewhere
	echo 2 >here/word
	is_one_restart 2
	stop
	assert_equal "$generation" 2
}

# An ext4 with small inodes keeps times in whole seconds: of two saves of one size within one second
# the second changes nothing but the content.
@test "whole seconds: the second of two saves in one is no less a change" {
	local number status

	truncate -s 8M "$sandbox/image"
	mkfs.ext4 -q -I 128 "$sandbox/image" 2>/dev/null
	launch_with=(unshare --mount sh -c 'mount -o loop "$0" here && echo 100 >here/word && exec "$@"'
		"$sandbox/image")
	shows_inside here/word
	expect_line 100
	expect_shown_watched
	for number in {101..140}; do
		inside sh -c "echo $number >here/word"
		is_one_restart "$number"
	done
	status=$(inside stat -c '%y %z' here/word)
	[[ $status == *.000000000*.000000000* ]]
	stop
	assert_equal "$generation" 41
}
