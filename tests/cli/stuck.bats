#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# A launcher that is slow, stuck or gone: the program goes on, and what was lost is told.
load helper
load many

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -pthread -o "$BATS_FILE_TMPDIR/open_many" \
		"$BATS_TEST_DIRNAME/../programs/open-many/open_many.c"
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	open_many=$BATS_FILE_TMPDIR/open_many
	mkdir files
	echo first >told-first
	echo last >told-last
}

go_on() {
	echo go >&"$kept_stdin"
}

# waits: how often the program has given the processor away by itself, as who waits does.
waits() {
	sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$pid/status"
}

@test "a launcher that is stopped: the program goes on, and one wait is all that it costs" {
	local before

	"$open_many" make 1000
	start_many "$open_many" halting 100000
	expect started
	go_on
	expect_line '500 good'
	kill -s STOP "$launcher"
	before=$(waits)
	go_on
	expect_line '100000 good, 1'
	# For the lines, for room, and a few for what else there may be: not for each of the reports.
	[ $(($(waits) - before)) -lt 50 ]
	kill -s CONT "$launcher"
	# When this is known, there is room again.
	expect_watching "$project/told-first"
	go_on
	expect_line 1
	expect lost
	[[ $event =~ \"count\":([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -gt 50000 ]
	expect_watching "$project/told-last"
	stop
}

@test "a launcher that is killed and was told so: the program goes on" {
	local line

	"$open_many" make 1000
	mkfifo results go
	exec {results}<>results {go}<>go
	start_many --keep-running sh -c 'exec "$0" halting 100000 >results <go' "$open_many"
	expect started
	printf 'go\ngo\n' >&"$go"
	read -r -t "$LIMIT_S" -u "$results" line
	assert_equal "$line" '500 good'
	# The first of very many.
	expect_watching "$project/told-first"
	kill -s KILL "$launcher"
	read -r -t "$LIMIT_S" -u "$results" line
	assert_equal "$line" '100000 good, 1'
	echo go >&"$go"
	read -r -t "$LIMIT_S" -u "$results" line
	assert_equal "$line" 1
}

@test "eight threads with 10,000 files each: nothing is lost, nothing is torn" {
	"$open_many" make 80000
	start_many "$open_many" threads 10000
	expect_line '80000 good'
	expect exited status=0
	expect waiting
	stop
	run ! grep -F '"event":"lost"' "$many"
	# Read: a folder that is watched as a whole in their stead would hide a loss.
	grep -oP '^\{"event":"watching".*"path":"[^"]*/files/\K[0-9]+(?=","reason":"read")' "$many" |
		sort -n | cmp - <(seq 0 79999)
	# And nothing else that is not known.
	assert_equal "$(grep -c '"event":"watching"' "$many")" 80001
}

@test "events that nobody reads: neither a restart nor the end waits for that" {
	local unread

	mkdir many
	for number in {1..3000}; do
		echo x >"many/$number"
	done
	echo 1 >file
	open_streams
	mkfifo "$io/unread"
	exec {unread}<>"$io/unread"
	launch --events "$io/unread" sh -c 'cat many/* >/dev/null; cat file; exec cat'
	expect_line 1
	echo 2 >"$sandbox/new"
	mv "$sandbox/new" file
	expect_line 2
	stop
	assert_equal "$ended" 143
	exec {unread}>&-
}
