#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace with a million facts: none is lost, and neither the launcher nor the program grows with
# their number.
load helper
load processes
load trace

# A million of anything takes its time, on a slow machine with sanitizers above all.
readonly LONG_S=400
readonly HALT=200000 COUNT=1000000
# What may come and go beside the facts.
readonly LAUNCHER_KIB=8192 PROGRAM_KIB=2048

setup_file() {
	compile trace/volume
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	volume=$BATS_FILE_TMPDIR/volume
	# A sanitized launcher keeps what has been freed for a while: a little of it only.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:thread_local_quarantine_size_kb=64
	mkdir facts
	mkfifo "$io/trace" "$io/counts" "$io/stdin" "$io/output"
	exec {counts}<>"$io/counts" {output}<>"$io/output" {kept_stdin}<>"$io/stdin"
	"$volume" count "$HALT" "$COUNT" <"$io/trace" >"$io/counts" 3>&- \
		{counts}>&- {output}>&- {kept_stdin}>&- &
}

# resident PROCESS: KiB of memory.
resident() {
	sed -n 's/^VmRSS:[\t ]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

# start_volume OPTION... -- WORD...: in the background. Sets $program and $launcher.
start_volume() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	ended=''
	run_in_background "${options[@]}" "$volume" "$@" </dev/null >/dev/null 2>&1 &
	background=$!
	IFS=' ' read -r -t "$LIMIT_S" -u "$output" program launcher
	[[ $(command_line "$launcher") == *autoreload-run* ]]
}

run_in_background() {
	local status=0

	close_descriptors
	timeout --foreground "$LONG_S" "$autoreload_run" --trace -o "$io/trace" "$@" <"$io/stdin" >"$io/output" \
		2>"$io/said" {counts}>&- {output}>&- {kept_stdin}>&- || status=$?
	echo "$status" >"$io/status"
}

# counted LINES DIFFERENT: what has been told until now; waits for that many.
counted() {
	local different='' lines=''

	IFS=' ' read -r -t "$LONG_S" -u "$counts" lines different || fail "never so many lines: $1"
	assert_equal "$lines $different" "$1 $2"
}

# look_at_memory: sets $memory, the launcher's and the program's.
look_at_memory() {
	memory=("$(resident "$launcher")" "$(resident "$program")")
}

# has_not_grown KIB_OF_LAUNCHER KIB_OF_PROGRAM: since there were so much.
has_not_grown() {
	local before=("$@")

	look_at_memory
	echo "launcher: $1 KiB, then ${memory[0]}; program: $2 KiB, then ${memory[1]}"
	[ $((memory[0] - $1)) -le "$LAUNCHER_KIB" ] || fail 'the launcher has grown'
	[ $((memory[1] - $2)) -le "$PROGRAM_KIB" ] || fail 'the program has grown'
}

# ends_well: the last line is read by the program, nothing has been said, nothing has been lost.
ends_well() {
	say_go
	wait "$background"
	assert_equal "$(<"$io/status")" 0
	said_is
	ended=0
}

@test "a million names: each is told, and nothing grows" {
	start_volume --only missing -- look "$HALT" "$COUNT"
	say_go
	counted "$HALT" "$HALT"
	look_at_memory
	say_go
	counted "$COUNT" "$COUNT"
	has_not_grown "${memory[@]}"
	ends_well
	counted "$COUNT" "$COUNT"
}

@test "a million changes to the same names: each is told, and nothing grows" {
	start_volume --only write,remove -- change "$HALT" "$COUNT"
	say_go
	counted "$HALT" 1000
	look_at_memory
	say_go
	counted "$COUNT" 1000
	has_not_grown "${memory[@]}"
	ends_well
	counted "$COUNT" 1000
}

@test "a million names in eight processes, as JSON" {
	ended=0
	(close_descriptors && exec timeout --foreground "$LONG_S" "$autoreload_run" --trace -o "$io/trace" \
		--format json --only missing "$volume" crowd "$COUNT" </dev/null >"$io/printed" 2>"$io/said" \
		{counts}>&- {output}>&- {kept_stdin}>&-) || ended=$?
	assert_equal "$ended" 0
	said_is
	counted "$HALT" "$HALT"
	counted "$COUNT" "$COUNT"
	counted "$COUNT" "$COUNT"
}
