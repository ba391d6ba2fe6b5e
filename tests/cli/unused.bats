#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; variables that helper.bash sets
# A file that is no longer used: it counts until a complete run, one that ends with 0 or is stopped after
# a second, has gone without it.
load helper
load once

# The command is a list of files to show, and how to end.
readonly SHOWS='read -r files status <list; cat $(echo "$files" | tr , " "); [ "$status" ] && exit "$status"
	exec cat'

# list FILES [STATUS]: what the next run will show, and how it will end; else it lives on.
list() {
	put list "$*"
}

# next_run LINE...: started, has shown that, and has ended.
next_run() {
	local next=$((generation + 1)) line

	expect started generation="$next"
	this_run "$@"
}

this_run() {
	local line

	for line in "$@"; do
		expect_line "$line"
	done
	expect waiting
	expect_watching "$project/list"
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	echo a1 >a
	echo b1 >b
}

# stop_at GENERATION PATH...: there have been as many, and what has changed is this.
stop_at() {
	local wanted=$1
	shift
	stop
	assert_equal "$generation" "$wanted"
	assert_equal "${changed[*]}" "$(printf "$project/%s " "$@" | sed 's/ $//')"
}

@test "after a complete run without it, it no longer counts" {
	list a,b 0
	start bash -c "$SHOWS"
	this_run a1 b1
	expect_watching "$project/b"
	list a 0
	next_run a1
	put b b2
	# Not even after a failure.
	list a 1
	next_run a1
	put b b3
	put a a2
	next_run a2
	put b b4
	list a,b 0
	next_run a2 b4
	expect_watching "$project/b"
	put b b5
	next_run a2 b5
	stop_at 6 list list a list b
}

@test "after a failed run without it, it still counts" {
	list a,b 0
	start bash -c "$SHOWS"
	this_run a1 b1
	expect_watching "$project/b"
	list a 1
	next_run a1
	put b b2
	next_run a1
	put b b3
	next_run a1
	list a 0
	next_run a1
	put b b4
	list b 0
	next_run b4
	stop_at 6 list b b list list
}

@test "after a failed run, each file of the last complete one counts once" {
	list a,b 0
	start bash -c "$SHOWS"
	this_run a1 b1
	expect_watching "$project/a" "$project/b"
	list a 1
	next_run a1
	# What has changed since, but before the failed run began, is no change again.
	put b b2
	next_run a1
	put a a2
	next_run a2
	stop_at 4 list b a
}

@test "after a run that is stopped before it is complete, what the one before has used counts on" {
	list a,b 0
	start bash -c "$SHOWS"
	this_run a1 b1
	expect_watching "$project/a" "$project/b"
	# It lives, but not for long.
	list a
	expect started generation=2
	expect_line a1
	expect_watching "$project/a" "$project/list"
	list a 1
	next_run a1
	put b b2
	next_run a1
	stop_at 4 list list b
}

@test "while a run without it is healthy, it does not count" {
	list a,b
	start bash -c "$SHOWS"
	expect_line a1
	expect_line b1
	expect_watching "$project/a" "$project/b"
	list a
	expect started generation=2
	expect_line a1
	expect_watching "$project/a"
	put b b2
	put a a2
	expect started generation=3
	expect_line a2
	expect_watching "$project/a"
	stop_at 3 list a
}

@test "a run that was stopped after a second is complete" {
	list a,b 0
	start bash -c "$SHOWS"
	this_run a1 b1
	expect_watching "$project/a" "$project/b"
	list a
	expect started generation=2
	expect_line a1
	expect_watching "$project/a" "$project/list"
	lives_a_second
	list a 1
	next_run a1
	put b b2
	put a a2
	next_run a2
	stop_at 4 list list a
}
