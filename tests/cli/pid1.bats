#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# As process 1 of a container, with a /proc of its own and with somebody else's.
load helper
load processes

setup_file() {
	compile signals/records trees/orphans
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	records=$BATS_FILE_TMPDIR/records
	[ "$(id -u)" -eq 0 ] || skip 'only root may make a process namespace'
}

readonly MODES=('unshare -pf --mount-proc' 'unshare -pf')

# in_namespace MODE COMMAND...: as start does; $launcher is process 1 then, and $outside unshare's.
in_namespace() {
	local mode=$1

	shift
	read -ra launch_with <<<"$mode"
	start "$@"
	outside=$launcher
	eventually has_child "$outside"
	launcher=$(pgrep -P "$outside")
}

has_child() {
	launcher_child=$(pgrep -P "$1" || true)
	[ -n "$launcher_child" ] && [[ $(readlink "/proc/$launcher_child/exe") == */autoreload-run ]]
}

each_mode() {
	local mode

	for mode in "${MODES[@]}"; do
		echo "mode: $mode"
		"$@" "$mode" || return
		again
	done
}

restarts() {
	local old

	echo 1 >word
	in_namespace "$1" sh -c 'echo "$$ $PPID"; cat word; setsid sleep infinity & exec "$0" ends' "$records"
	next_line "$(deadline)"
	[ "${line#* }" -eq 1 ]
	expect_line 1
	expect_line ready
	old=$(pgrep -P "$launcher")
	expect_watching "$project/word"
	echo 2 >word
	expect_line TERM
	next_line "$(deadline)"
	expect_line 2
	expect_line ready
	expect started generation=2
	for process in $old; do [ ! -e "/proc/$process" ]; done
	kill -s TERM "$launcher"
	expect_line TERM
	launcher=$outside
	expect_end
	assert_equal "$ended" 7
}

@test "a save restarts it, the whole tree; SIGTERM ends it" {
	each_mode restarts
}

reaps() {
	in_namespace "$1" "$BATS_FILE_TMPDIR/orphans" 200
	expect_line 'all have ended'
	eventually has_no_zombie "$launcher"
	kill -s TERM "$launcher"
	launcher=$outside
	expect_end
	assert_equal "$ended" 143
}

@test "orphans are reaped" {
	each_mode reaps
}

stubborn() {
	in_namespace "$1" --stop-timeout 300ms sh -c '"$0" keeps "rest " & exec "$0" keeps "main "' "$records"
	expect_output '* ready'
	expect_output '* ready'
	kill -s USR1 "$launcher"
	expect exited generation=1 signal=SIGKILL
	expect started generation=2
	expect_output '* ready'
	expect_output '* ready'
	assert_equal "$(pgrep -c --ns "$launcher" --nslist pid -x records)" 2
	kill -s TERM "$launcher"
	launcher=$outside
	expect_end
	assert_equal "$ended" 137
}

@test "what ignores the signal is killed" {
	each_mode stubborn
}

ends_by_itself() {
	in_namespace "$1" --on-exit stop sh -c 'read -r word; exit 6'
	say_go
	launcher=$outside
	expect_end
	assert_equal "$ended" 6
}

@test "the status is the command's" {
	each_mode ends_by_itself
}

# spares MODE: many processes outside, some of which have the numbers that those inside have.
spares() {
	local i

	launch_with=(unshare -pf --mount-proc sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$0" keeps "outside " & done
		"$@"; echo "status $?"; jobs=$(pgrep -c -x records); echo "left $jobs"; pkill -KILL -x records' "$records")
	read -ra mode <<<"$1"
	launch_with+=("${mode[@]}")
	start --stop-timeout 200ms sh -c '(setsid sleep infinity &); sleep infinity & echo up; exec cat'
	for i in {1..13}; do
		next_line "$(deadline)"
		[[ $line == 'outside ready' || $line == up ]]
	done
	outside=$launcher
	launcher=$(pgrep -f -- "^$autoreload_run --events $io/events")
	kill -s USR1 "$launcher"
	expect started generation=2
	expect_line up
	kill -s TERM "$launcher"
	expect_line 'status 143'
	expect_line 'left 12'
	launcher=$outside
	expect ended
	expect_no_process
}

@test "nobody outside is told anything" {
	each_mode spares
}
