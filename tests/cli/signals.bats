#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Signals that the launcher gets: which of them the command gets, and that it gets them once.
load helper
load processes

setup_file() {
	compile signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	records=$BATS_FILE_TMPDIR/records
}

# Handed on in the order in which they were sent: when one is there, all before it have been dealt with.
barrier() {
	kill -s WINCH "$launcher"
}

@test "signals of which we make nothing are handed on, once each" {
	local signal

	start --stop-timeout 200ms "$records" keeps
	expect_line ready
	for signal in WINCH ALRM IO PROF VTALRM PWR; do
		kill -s "$signal" "$launcher"
		expect_line "${signal/IO/POLL}"
	done
	kill -s WINCH "$launcher"
	expect_line WINCH
	stop
}

@test "realtime signals are handed on" {
	local i

	# 34 is SIGRTMIN.
	start --stop-timeout 200ms "$records" keeps
	expect_line ready
	for i in 0 1 7 30; do
		kill -s "$((34 + i))" "$launcher"
		expect_line "RTMIN+$i"
	done
	stop
}

# once SIGNAL TARGET WORD...: to the launcher, or to its whole group; the command, which does not end
# by it, has got it just once when its time is over.
once() {
	local signal=$1 target=$2

	launch_with=("${@:3}")
	start --stop-timeout 400ms "$records" keeps
	expect_line ready
	[ "$target" = alone ] || launcher=-$launcher
	kill -s "$signal" -- "$launcher"
	launcher=${launcher#-}
	expect exited signal=SIGKILL
	expect_end
	expect_last_lines "$signal"
	assert_equal "$ended" 137
	again
}

@test "a signal to the launcher alone that asks for an end: the command gets the same one, once" {
	local signal

	for signal in TERM INT HUP QUIT; do once "$signal" alone; done
}

@test "a signal to the whole group that asks for an end: the command gets it once" {
	local signal

	for signal in TERM INT HUP QUIT; do once "$signal" group setsid; done
}

@test "SIGTERM to the whole group, tried often" {
	local i

	for i in {1..10}; do once TERM group setsid; done
}

@test "SIGTERM from timeout, which sends it to the launcher and to the group" {
	local i

	# Told to end, it does what it does when the time is over.
	for i in 1 2 3; do
		launch_with=(timeout 1000)
		start --stop-timeout 400ms "$records" keeps
		expect_line ready
		kill -s TERM "$launcher"
		expect exited signal=SIGKILL
		expect ended
		expect_last_lines TERM
		again
	done
}

@test "a command that ends by the signal ends us with its status" {
	local signal

	for signal in TERM INT HUP QUIT; do
		start "$records" ends
		expect_line ready
		stop "$signal"
		assert_equal "$ended" 7
		expect_last_lines "$signal"
		again
	done
}

@test "a command that a signal ends: 128 and its number" {
	local pair

	ulimit -c 0
	for pair in TERM:143 INT:130 HUP:129 QUIT:131; do
		start sleep infinity
		expect started
		stop "${pair%:*}"
		assert_equal "$ended" "${pair#*:}"
		again
	done
}

@test "signals that ask for an end while nothing runs: the last status" {
	local signal

	for signal in TERM INT HUP QUIT; do
		start sh -c 'exit 9'
		expect waiting
		stop "$signal"
		assert_equal "$ended" 9
		again
	done
}

@test "--stop-signal stands for SIGTERM, not for the others" {
	local pair

	for pair in TERM:USR2 INT:INT HUP:HUP QUIT:QUIT; do
		start --stop-signal USR2 --stop-timeout 200ms "$records" keeps
		expect_line ready
		stop "${pair%:*}"
		expect_last_lines "${pair#*:}"
		again
	done
}

# ignoring NAME,...: the launcher is started with these signals ignored, and no others.
ignoring() {
	launch_with=(sh -c 'shift 2; exec env --default-signal=INT,QUIT env --ignore-signal="$0" "$@"' "$1")
}

@test "what was ignored when we were started stays ignored" {
	local signal

	ignoring HUP,INT,QUIT,USR1,USR2
	start --stop-timeout 200ms "$records" keeps
	expect_line ready
	for signal in HUP INT QUIT USR1 USR2; do
		kill -s "$signal" "$launcher"
	done
	barrier
	expect_line WINCH
	stop TERM
	expect_last_lines TERM
	assert_equal "$generation" 1
	[ ! -s "$io/terminal" ]
}

@test "SIGTERM that was ignored when we were started" {
	ignoring TERM
	start --stop-timeout 200ms "$records" keeps
	expect_line ready
	kill -s TERM "$launcher"
	barrier
	expect_line WINCH
	stop INT
	expect_last_lines INT
	assert_equal "$ended" 137
}

@test "SIGUSR1 restarts, whatever state there is" {
	echo 1 >word
	start sh -c 'cat word; read -r word; exit 1'
	expect_line 1
	kill -s USR1 "$launcher"
	expect started generation=2
	expect_line 1
	say_go
	expect waiting
	kill -s USR1 "$launcher"
	expect started generation=3
	expect_line 1
	stop
	assert_equal "$generation" 3
}

# listed_for FILE: what SIGUSR2 has printed of it, on stderr.
listed_for() {
	grep -E "(^|[ /:])$1([: ]|$)" "$io/terminal" || true
}

@test "SIGUSR2 prints the files that are watched and why, with -q, too" {
	local option

	echo 1 | tee word >other
	for option in --quiet --settle=1ms; do
		start "$option" --watch other sh -c 'cat word; exec "$0" keeps' "$records"
		expect_line 1
		expect_line ready
		expect_watching "$project/word" "$project/other"
		[ ! -s "$io/terminal" ]
		kill -s USR2 "$launcher"
		barrier
		expect_line WINCH
		assert_equal "$(listed_for word | wc -l)" 1
		assert_equal "$(listed_for other | wc -l)" 1
		[[ $(listed_for word) == *read* ]]
		[[ $(listed_for other) == *--watch* ]]
		kill -s KILL "$(pgrep -P "$launcher" -x records)"
		expect waiting
		kill -s USR2 "$launcher"
		stop
		assert_equal "$(listed_for word | wc -l)" 2
		again
	done
}

@test "a stopped launcher goes on" {
	start --stop-timeout 200ms "$records" keeps
	expect_line ready
	kill -s STOP "$launcher"
	barrier
	kill -s CONT "$launcher"
	expect_line WINCH
	stop
}

@test "SIGHUP beside SIGTERM, as a service manager may send it: the command gets SIGTERM" {
	local i

	for i in 1 2 3 4 5; do
		start perl -e '$| = 1; $SIG{HUP} = sub { print "HUP\n" }; $SIG{TERM} = sub { print "TERM\n"; exit };
			print "ready\n"; sleep 1 while 1'
		expect_line ready
		kill -s TERM "$launcher"
		kill -s HUP "$launcher"
		expect_line TERM
		expect_end
		rm -f "$io"/{events,output,stdin,launched}
	done
}
