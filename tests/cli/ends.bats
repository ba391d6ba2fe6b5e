#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; variables of each test
# What is done when the command ends by itself; and when it is not started at once.
load helper
load once
load processes

setup_file() {
	compile signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	records=$BATS_FILE_TMPDIR/records
}

# refuses WORD...: misuse.
refuses() {
	run -125 --separate-stderr timeout "$LIMIT_S" "$autoreload_run" "$@" </dev/null
	assert_equal "${#stderr_lines[@]}" 1
}

@test "values that the options do not have: status 125" {
	refuses --on-exit never true
	refuses --on-exit '' true
	refuses --on-exit
	refuses --restart-code 256 true
	refuses --restart-code -1 true
	refuses --restart-code '' true
	refuses --restart-code 3x true
}

@test "--on-exit stop: what is left is stopped, and we end with the status" {
	start --on-exit stop sh -c '"$0" ends "rest " & read -r word; exit 3' "$records"
	expect_line 'rest ready'
	say_go
	expect exited status=3
	expect_end
	assert_equal "$ended" 3
	expect_last_lines 'rest TERM'
}

@test "--on-exit stop: a restart does not end us" {
	echo 1 >word
	start --on-exit stop sh -c 'cat word; read -r word; exit 4'
	expect_line 1
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=2
	expect_line 2
	say_go
	expect_end
	assert_equal "$ended" 4
}

@test "--on-exit wait: what is left may live" {
	start --on-exit wait sh -c '"$0" ends "rest " & read -r word; exit 3' "$records"
	expect_line 'rest ready'
	say_go
	expect waiting
	kill -s USR1 "$launcher"
	expect started generation=2
	expect_line 'rest TERM'
	stop
}

@test "--on-exit restart: what is left is stopped before the next start" {
	start --on-exit restart sh -c '"$0" ends "rest " & read -r word; exit 3' "$records"
	expect_line 'rest ready'
	say_go
	expect started generation=2
	expect_line 'rest TERM'
	expect_line 'rest ready'
	stop
}

# ended_and_started N: sets $pause, the ms from the end of generation N to the start of the next one.
ended_and_started() {
	expect_at exited generation="$1"
	local exited=$ms
	expect_at started generation=$(($1 + 1))
	pause=$((ms - exited))
}

@test "--on-exit restart: no pause before the first restart, then pauses that double" {
	local pause

	start --on-exit restart true
	ended_and_started 1
	[[ ${seen[*]} != *'"event":"pausing"'* ]]
	ended_and_started 2
	[[ ${seen[*]} == *'"event":"pausing"'*'"seconds":0.1'[',}']* ]]
	[ "$pause" -ge 95 ]
	ended_and_started 3
	[ "$pause" -ge 195 ]
	ended_and_started 4
	[ "$pause" -ge 395 ]
	ended_and_started 5
	[ "$pause" -ge 795 ]
	stop
	# Said once.
	assert_equal "$(grep -c paus "$io/terminal")" 1
}

@test "a change ends the pause" {
	local pause

	echo 1 >word
	start --on-exit restart sh -c 'cat word'
	expect started generation=7
	expect exited generation=7
	# The pause is of 3.2 s now.
	event_ms
	pause=$ms
	expect_watching "$project/word"
	echo 2 >word
	expect_at started generation=8
	[ $((ms - pause)) -lt 2500 ] || fail "waited for $((ms - pause)) ms"
	expect_output 2
	stop
}

@test "SIGTERM ends the pause and us" {
	start --on-exit restart sh -c 'exit 5'
	expect exited generation=6
	stop
	assert_equal "$ended" 5
}

@test "a generation that has lived for a second has no pause behind it" {
	local pause

	start --on-exit restart sh -c 'read -r word'
	say_go
	say_go
	say_go
	expect started generation=4
	[[ ${seen[*]} == *'"event":"pausing"'* ]]
	lives_a_second
	seen=()
	say_go
	ended_and_started 4
	[[ ${seen[*]} != *'"event":"pausing"'* ]]
	stop
}

@test "--restart-code restarts, other statuses do not" {
	start --restart-code 3 sh -c 'read -r status; exit "$status"'
	echo 3 >&"$kept_stdin"
	expect started generation=2
	echo 4 >&"$kept_stdin"
	expect exited generation=2 status=4
	expect waiting
	stop
	assert_equal "$ended" 4
	assert_equal "$generation" 2
}

@test "--restart-code, whatever --on-exit says" {
	start --restart-code 0 --on-exit stop sh -c 'read -r status; exit "$status"'
	echo 0 >&"$kept_stdin"
	expect started generation=2
	echo 3 >&"$kept_stdin"
	expect_end
	assert_equal "$ended" 3
	again
	start --restart-code=255 --on-exit=restart sh -c 'read -r status; exit "$status"'
	echo 255 >&"$kept_stdin"
	expect started generation=2
	echo 0 >&"$kept_stdin"
	expect started generation=3
	stop
}

@test "--restart-code: 128 + N is a status, not a signal" {
	start --restart-code 143 sh -c 'read -r how; eval "$how"'
	echo 'exit 143' >&"$kept_stdin"
	expect started generation=2
	stop
}

@test "--restart-code pauses as --on-exit restart does" {
	local pause

	start --restart-code 3 sh -c 'exit 3'
	ended_and_started 1
	ended_and_started 2
	[ "$pause" -ge 95 ]
	ended_and_started 3
	[ "$pause" -ge 195 ]
	stop
}

# -- --postpone --------------------------------------------------------------------------------------

# postponed OPTION... COMMAND...: it is not started yet.
postponed() {
	start "$@"
	expect waiting
	assert_equal "$generation" 0
}

@test "--postpone: not started before the first change of the command's file" {
	printf '#!/bin/sh\necho one\nexec cat\n' >program
	chmod +x program
	postponed -p ./program
	expect_watching "$project/program"
	sed -i 's/one/two/' program
	expect started generation=1
	expect_line two
	stop
}

@test "--postpone: of a word that is a file" {
	echo 'echo one; exec cat' >script
	postponed --postpone sh script
	expect_watching "$project/script"
	echo 'echo two; exec cat' >script
	expect started generation=1
	expect_line two
	stop
}

@test "--postpone: of what --watch names" {
	echo 1 >word
	postponed --postpone --watch word sh -c 'echo "${AUTORELOAD_GENERATION} ${AUTORELOAD_CHANGED-unset}"; exec cat'
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=1
	expect_line "1 $project/word"
	stop
}

@test "--postpone: with SIGUSR1" {
	postponed --postpone sh -c 'echo runs; exec cat'
	kill -s USR1 "$launcher"
	expect started generation=1
	expect_line runs
	stop
}

@test "--postpone: an end before the start" {
	postponed --postpone sh -c 'echo runs'
	stop
	# There is no status of the command's, and it is no success.
	assert_equal "$ended" 143
	expect_last_lines
}

@test "--postpone: a command that is not there" {
	run -127 --separate-stderr timeout "$LIMIT_S" "$autoreload_run" -p ./missing </dev/null
}
