#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace as an ordinary user, and what such a user may not do: root may do everything.
load helper
load ordinary
load processes
load trace

setup_file() {
	compile trace/calls
}

setup() {
	enter_open_sandbox
	mkdir sub closed
	echo 1 | tee in secret sub/deep closed/in >/dev/null
	cp "$BATS_FILE_TMPDIR/calls" .
	# What is told is written by the user.
	chmod 777 "$io"
	become_ordinary
	launch_with=("${as_user[@]}")
	chmod 0 secret closed
}

teardown() {
	chmod 755 closed
	leave_open_sandbox
}

@test "an ordinary user's command" {
	trace sh -c 'cat in; : >out'
	trace_is <<-'END'
		exec    /usr/bin/sh: sh -c cat in; : >out  autoreload-run[N]
		exec    /usr/bin/cat: cat in  sh[N]
		read    @/in  cat[N]
		write   @/out (created)  sh[N]
	END
	assert_equal "$(stat -c %u "$io/trace")" "$(stat -c %u in)"
}

@test "what may not be done is the same fact with its error" {
	options=(--format json)
	do_calls 'read secret' 'update secret' 'access secret' 'list closed' 'read closed/in' 'stat closed/in' \
		'create closed/new' 'mkdir closed/new' 'unlink closed/in' 'rename in closed/new' 'link in closed/new' \
		'symlink in closed/new' 'exec ./secret word' 'chdir closed' 'stat secret'
	results_are EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES \
		EACCES ok
	assert_equal "$ended" 0
	# How a link on the way has been found is not the question here.
	diff -u - <(columns fact path to errno | grep -v '^stat @/closed ') <<-'END'
		exec @/calls - -
		read @/secret - 13
		write @/secret - 13
		stat @/secret - 13
		list @/closed - 13
		read @/closed/in - 13
		stat @/closed/in - 13
		write @/closed/new - 13
		mkdir @/closed/new - 13
		remove @/closed/in - 13
		rename @/in @/closed/new 13
		link @/closed/new @/in 13
		link @/closed/new in 13
		exec @/secret - 13
		stat @/secret - -
	END
}

@test "in the text format" {
	trace sh -c 'cat secret; mkdir closed/new; ls closed; : >>secret'
	assert_equal "$ended" 2
	trace_has 'read    @/secret: Permission denied  cat[N]' 'list    @/closed: Permission denied  ls[N]' \
		'mkdir   @/closed/new: Permission denied  mkdir[N]'
	grep -E "^write   $project/secret( \([a-z]+\))?: Permission denied  " "$io/trace"
}

@test "-o where the user may not write" {
	run_traced --trace -o closed/trace touch has-run
	assert_equal "$ended" 125
	said_is 'autoreload-run: cannot write the trace to closed/trace: Permission denied'
	[ ! -e has-run ]
}

@test "a command that gives up root's privileges is traced still" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may'
	launch_with=()
	trace --only read "${as_user[@]}" cat in secret
	assert_equal "$ended" 1
	trace_has 'read    @/in  cat[N]' 'read    @/secret: Permission denied  cat[N]'
}
