#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # helper.bash's variables; scripts for other shells
# The command line: options, misuse, and what the launcher's exit status is.
load helper

# A program that says when it runs, and ends with status 7 when it is told to.
readonly ENDS_WITH_7='$| = 1; $SIG{$_} = sub { exit 7 } for qw(TERM INT HUP); print "runs\n"; sleep'

# refuses STATUS [WORD...]: the launcher ends at once with STATUS, and with one line on stderr.
refuses() {
	local status_wanted=$1
	shift
	echo "autoreload-run $*"
	run "-$status_wanted" --separate-stderr timeout "$LIMIT_S" "$autoreload_run" "$@" </dev/null
	assert_equal "$status" "$status_wanted"
	assert_equal "$output" ''
	assert_equal "${#stderr_lines[@]}" 1
	[[ $stderr == 'autoreload-run: '* ]]
}

@test "misuse: one line on stderr, status 125" {
	refuses 125
	refuses 125 --
	refuses 125 -q
	refuses 125 ''
	refuses 125 --no-such-option true
	refuses 125 -Z true
	refuses 125 -w
	refuses 125 --ignore
	refuses 125 --events
	refuses 125 --settle soon true
	refuses 125 --settle -1 true
	refuses 125 --settle 5parsecs true
	refuses 125 --settle '' true
	refuses 125 --stop-timeout 1e9h true
	refuses 125 --stop-signal SIGNOSUCH true
	refuses 125 --stop-signal '' true
	refuses 125 --events "$sandbox/no/such/folder/events" true
	refuses 125 --events 99 true
}

@test "--help and --version" {
	local option version

	for option in -h --help; do
		run --separate-stderr -0 "$autoreload_run" "$option"
		assert_equal "$stderr" ''
		[[ $output == *"autoreload-run [options] <command> "* ]]
		for word in -w --watch -i --ignore --settle --stop-signal --stop-timeout --events \
			-q --quiet -v --verbose -V --version -h --help; do
			[[ $output =~ (^|[^-a-z])"$word"([^-a-z]|$) ]] || fail "--help lacks $word"
		done
	done

	version=$(sed -n 's/^## \([0-9.]*\).*/\1/p' "$root/NEWS.md" | head -n 1)
	for option in -V --version; do
		run --separate-stderr -0 "$autoreload_run" "$option"
		assert_equal "$output" "autoreload-run $version"
		assert_equal "$stderr" ''
	done
}

@test "a command that is not there: status 127" {
	refuses 127 no-such-command-anywhere
	[[ $stderr == *no-such-command-anywhere* ]]
	refuses 127 ./missing/program
	[[ $stderr == *./missing/program* ]]
}

@test "a command that cannot be executed: status 126" {
	echo 'just text' >plain.txt
	refuses 126 ./plain.txt
	[[ $stderr == *./plain.txt* ]]
	refuses 126 .
	refuses 126 "$project"
}

@test "options after the command belong to the command" {
	start sh -c 'printf "%s\n" "$@"; exec cat' sh --help -V -w -- --quiet
	for word in --help -V -w -- --quiet; do
		expect_line "$word"
	done
	stop
	assert_terminal
}

@test "options end at --" {
	mkdir bin
	printf '#!/bin/sh\necho "tool $*"\nexec cat\n' >bin/-tool
	chmod +x bin/-tool
	export PATH=$project/bin:$PATH
	start -- -tool -h --
	expect_line 'tool -h --'
	stop
	assert_terminal
}

@test "durations in every unit, and every option at once" {
	start -q -v --settle 250ms --stop-timeout 1.5s -w . -i '*.log' --stop-signal SIGINT true
	expect waiting
	stop
	rm "$io"/*
	start --settle 2 --stop-timeout 1m --quiet --watch=. --ignore='*.log' --stop-signal=HUP true
	expect waiting
	stop
	assert_terminal
}

@test "the exit status is the command's own" {
	local signal

	for signal in TERM HUP INT; do
		# As a terminal would: all of its processes get the signal.
		launch_with=(setsid)
		start perl -e "$ENDS_WITH_7"
		expect_line runs
		kill -s "$signal" -- "-$launcher"
		expect_end
		assert_equal "$ended" 7
		rm "$io"/*
	done
}

@test "a signal that only the launcher gets ends the command too" {
	start perl -e "$ENDS_WITH_7"
	expect_line runs
	stop TERM
	assert_equal "$ended" 7
}

@test "the exit status of a command that a signal has ended is 128 and the signal's number" {
	start sleep infinity
	expect started
	stop
	assert_equal "$ended" 143
}

@test "the exit status of a command that had ended before" {
	start sh -c 'exit 3'
	expect waiting
	stop
	assert_equal "$ended" 3
}

@test "--stop-signal is what a restart sends" {
	echo 1 >word
	start --stop-signal USR1 perl -e '$| = 1; $SIG{USR1} = sub { print "told\n"; exit };
		open my $file, "<", "word"; print <$file>; sleep'
	expect_line 1
	expect_watching "$project/word"
	echo 2 >word
	expect stopping generation=1 signal=SIGUSR1
	expect exited status=0
	expect_line told
	expect_line 2
	expect started generation=2
	stop
}

@test "--stop-timeout: a command that ignores the stop signal is killed" {
	echo 1 >word
	start --stop-timeout 100ms perl -e '$| = 1; $SIG{TERM} = "IGNORE";
		open my $file, "<", "word"; print <$file>; sleep'
	expect_line 1
	expect_watching "$project/word"
	echo 2 >word
	expect stopping signal=SIGTERM
	expect exited signal=SIGKILL
	expect started generation=2
	expect_line 2
	stop
	assert_equal "$ended" 137
}

@test "--settle: how long it must be quiet before the next start" {
	echo 1 >one
	echo 1 >two
	start --settle 2s sh -c 'cat one two; exec cat'
	expect_line 1
	expect_line 1
	expect_watching "$project/one" "$project/two"
	echo 2 >one
	expect exited generation=1
	echo 2 >two
	expect started generation=2
	expect_line 2
	expect_line 2
	stop
	assert_equal "$generation" 2
}
