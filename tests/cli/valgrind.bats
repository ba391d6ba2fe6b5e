#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# The launcher under valgrind: what it reads has been written, and what it has allocated it frees. The
# sanitized launcher says nothing of memory that was never written.
load helper
load once

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	found=$sandbox/valgrind
	mkdir "$found"
	# valgrind has its own library preloaded, which the launcher would leave behind by an exec: with
	# this it takes that to be done.
	printf '%s\n' '#!/bin/sh' "AUTORELOAD_RUN_PRELOAD='' exec valgrind --quiet --leak-check=full --error-exitcode=99 \
--errors-for-leak-kinds=definite,indirect,possible --show-leak-kinds=definite,indirect,possible \
--log-file=$found/%p $(plain_launcher) \"\$@\"" >"$sandbox/launcher"
	chmod +x "$sandbox/launcher"
	autoreload_run=$sandbox/launcher
}

# A sanitized one has an allocator of its own.
plain_launcher() {
	if grep -qa __asan_init "$autoreload_run"; then
		echo "$root/build/autoreload-run"
	else
		echo "$autoreload_run"
	fi
}

# nothing_was_found: the launcher's process and its guardian's have both told.
nothing_was_found() {
	local files=("$found"/*)

	[ -e "${files[0]}" ]
	sed -i '/^--[0-9]*-- /d' "${files[@]}" # of system calls that valgrind has not heard of
	cat "${files[@]}"
	[ -z "$(cat "${files[@]}")" ] || fail 'valgrind has found something'
}

@test "restarts, a failure, what is missing and what is listed" {
	mkdir -p project/part
	printf '%s\n' 'import os, sys' 'print(sorted(os.listdir("part")), flush=True)' \
		'try: open("settings")' 'except OSError: pass' 'import part.one' 'sys.stdin.read()' \
		>project/app.py
	echo 'value = 1' >project/part/one.py
	cd project
	shown=part/one.py
	start --content --watch 'conf*' --ignore '*.log' -e py,txt /usr/bin/python3 app.py
	expect_watching "$PWD/app.py" "$PWD/part/one.py"
	lives_a_second
	for how in rename_over in_place vscode; do
		edit "$how" "value = '$how'"
		expect started
		expect_watching "$PWD/part/one.py"
	done
	edit rename_over 'value = ('
	expect exited
	edit rename_over 'value = 2'
	expect started
	expect_watching "$PWD/part/one.py"
	kill -USR2 "$launcher"
	kill -USR1 "$launcher"
	expect started
	expect_watching "$PWD/part/one.py"
	stop
	assert_equal "$ended" 143
	nothing_was_found
}

@test "polling" {
	echo 1 >shown
	shown=shown
	start --poll=20ms sh -c 'cat shown; exec cat'
	expect_line 1
	expect_shown_watched
	put shown 2
	is_one_restart 2
	stop
	nothing_was_found
}

@test "a trace, in each format" {
	local format

	for format in text json nul depfile; do
		"$autoreload_run" --trace --format "$format" -o "told.$format" \
			sh -c 'cat /etc/hostname none; ls >made; ls >gone; rm gone; exec sh -c "exit 0"' >/dev/null 2>&1
		[ -s "told.$format" ]
	done
	nothing_was_found
}

@test "what does not begin" {
	local status=0

	"$autoreload_run" --wat 2>/dev/null || status=$?
	assert_equal "$status" 125
	status=0
	"$autoreload_run" --on-exit stop ./none 2>/dev/null || status=$?
	assert_equal "$status" 127
	"$autoreload_run" --help >/dev/null
	nothing_was_found
}
