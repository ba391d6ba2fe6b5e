#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# A command under autoreload-run, in the background.

# Words before the launcher: how to become another user or to get a session of its own.
launch_with=()

# start [OPTION...] COMMAND [ARGUMENT...]: runs it, in the background and with --events. The command
# has a stdin that does not end; what it prints is for expect_line, what is said on the terminal for
# assert_terminal. Sets $launcher, its process.
start() {
	open_streams
	launch --events "$io/events" "$@"
}

open_streams() {
	generation=0 pid=0 ended='' watched=() changed=() seen=()
	mkfifo -m 666 "$io/events" "$io/output" "$io/stdin" "$io/launched"
	# For reading and writing: neither an open waits, nor does a reader meet an end.
	exec {events}<>"$io/events" {output}<>"$io/output" {kept_stdin}<>"$io/stdin"
	exec {launched}<>"$io/launched"
}

# launch [OPTION...] COMMAND [ARGUMENT...]: the same, for a test that asks for events in its own way.
# The launcher inherits the descriptor $passed_on, if that is set.
launch() {
	# A shell between, as only a parent is told of the end.
	run_and_tell "$@" </dev/null >/dev/null 2>&1 &
	IFS= read -r -t "$LIMIT_S" -u "$launched" launcher || fail 'nothing was launched'
}

run_and_tell() {
	local status=0

	close_descriptors
	# A shell's background job has SIGINT ignored, a command in the foreground has not.
	"${launch_with[@]}" env --default-signal=INT,QUIT "$autoreload_run" "$@" <"$io/stdin" \
		>"$io/output" 2>"$io/terminal" \
		{events}>&- {output}>&- {kept_stdin}>&- {launched}>&- &
	echo "$!" >&"$launched"
	wait "$!" || status=$?
	echo "{\"event\":\"ended\",\"status\":$status}" >&"$events"
	echo '(ended)' >&"$output"
}

# close_descriptors: bats has some of its own open, which are not for the launcher.
close_descriptors() {
	local fd

	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		case $fd in
		[012] | "$events" | "$output" | "$kept_stdin" | "$launched" | "${passed_on-}") ;;
		*) exec {fd}>&- ;;
		esac
	done
}

# stop [SIGNAL]: ends the launcher as a user would. Sets $ended, its exit status. None of the
# command's processes may be left.
stop() {
	kill -s "${1-TERM}" "$launcher"
	expect_end
}

# expect_end: waits for the launcher's end.
expect_end() {
	expect ended
	[[ $event =~ :([0-9]+)\}$ ]]
	ended=${BASH_REMATCH[1]}
	expect_no_process
}
