#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace, whoever reads it: nobody at all, one that is stopped, or one that reads what the command
# writes as well.
load helper
load processes
load trace
load terminal

setup_file() {
	compile trace/volume trace/unread
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir facts
	echo 1 >in
}

# More than a pipe, a terminal and the launcher take together: the program waits for the reader.
readonly MANY=1000000

# start_looking COUNT [OPTION...]: a program that looks for so many names, and says when it has.
start_looking() {
	start "${@:2}" "$BATS_FILE_TMPDIR/volume" look "$1" "$1"
	expect started
	expect_output '* *'
	say_go
}

# is_held_up: all is full. But for stdin, the program sleeps for nothing else.
is_held_up() {
	[[ $(<"/proc/$pid/wchan") != *read* ]] && [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status")" = S ]
}

# unread_trace: a FIFO that is open for reading, and that nobody reads.
unread_trace() {
	mkfifo "$io/trace"
	exec {passed_on}<>"$io/trace"
}

@test "SIGTERM, SIGINT and SIGHUP, and nobody reads the trace" {
	local pair

	for pair in TERM:143 INT:130 HUP:129; do
		unread_trace
		start_looking "$MANY" --trace -o "$io/trace"
		eventually is_held_up
		stop "${pair%:*}"
		assert_equal "$ended" "${pair#*:}"
		exec {passed_on}>&-
		again
	done
}

@test "SIGTERM, and the trace goes to a terminal that nobody reads" {
	launch_with=("$BATS_FILE_TMPDIR/unread")
	start_looking "$MANY" --trace
	eventually is_held_up
	stop
	assert_equal "$ended" 143
}

@test "SIGTERM while the trace's reader is stopped" {
	mkfifo "$io/trace"
	cat "$io/trace" >"$io/read" 3>&- &
	reader=$!
	start_looking "$MANY" --trace -o "$io/trace"
	# Only now it is sure to have opened the FIFO, without which nothing starts.
	kill -s STOP "$reader"
	eventually is_held_up
	kill -s TERM "$launcher"
	expect ended status=143
	ended=143
	kill -s CONT "$reader"
	wait "$reader"
	expect_no_process
}

@test "Ctrl-C, and nobody reads the trace" {
	unread_trace
	open_terminal
	type_line "ar --trace -o $io/trace $BATS_FILE_TMPDIR/volume look $MANY $MANY"
	expect_started 1
	press Enter
	eventually is_held_up
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "SIGKILL of the launcher: with --keep-running, a program that waits for the reader goes on" {
	unread_trace
	start_looking "$MANY" --trace --keep-running -o "$io/trace"
	eventually is_held_up
	kill -s KILL "$launcher"
	expect ended status=137
	ended=137
	# It goes on to its end, for which it is let go.
	say_go
	eventually is_gone "$pid"
	expect_no_process
}

@test "a trace on the command's own stdout or stderr: nothing is written over" {
	local place

	for place in - /dev/stdout /dev/stderr; do
		(close_descriptors && exec timeout "$LIMIT_S" "$autoreload_run" --trace --all -o "$place" sh -c '
			for i in 1 2 3 4 5 6; do echo line; cat in >&2; done' </dev/null >"$io/printed" 2>&1)
		assert_equal "$(grep -cx line "$io/printed") $(grep -cx 1 "$io/printed")" '6 6'
		run ! grep -vE '^(line|1|[a-z]+ +(/|[a-z]).*\[[0-9]+\])$' "$io/printed"
	done
}

@test "a trace that must not grow: said, and the command comes to its end" {
	(
		ulimit -f 1
		trace --all /usr/bin/python3 -I -S -B -c 'print("end")'
		assert_equal "$ended" 125
	)
	assert_equal "$(<"$io/printed")" end
	said_is "autoreload-run: cannot write the trace to $io/trace: File too large"
}
