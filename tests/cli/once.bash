#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; the variables of helper.bash and for it
# That a save is one restart: no less, no more, and with the new content.
#
# The command shows its file in one line. So a restart that came too soon shows a part of the content
# or none, and one too many is seen at the next save: it takes the number, and the line, that the next
# one should have.

# shows FILE: the command that does it has been started, and the file, of one line, is watched.
shows() {
	shown=$1
	start sh -c 'echo $(cat "$1"); exec cat' sh "$shown"
	expect_line "$(<"$shown")"
	expect_shown_watched
}

expect_shown_watched() {
	expect_watching "$(realpath "$shown")"
}

# edit HOW TEXT: as in tests/programs/editors/save.py.
edit() {
	python3 "$root/tests/programs/editors/save.py" "$1" "$shown" "$2"
}

# put FILE TEXT: makes it appear complete.
put() {
	echo "$2" >"$sandbox/new"
	mv "$sandbox/new" "$1"
}

# is_one_restart TEXT: what has been done since the last restart is the next one.
is_one_restart() {
	local next=$((generation + 1))

	expect started generation="$next"
	expect_line "$1"
	expect_shown_watched
}

# and_no_other: a last save, which has to be the next restart.
and_no_other() {
	local wanted=$((generation + 1))

	put "$shown" 'the end'
	is_one_restart 'the end'
	stop
	assert_equal "$generation" "$wanted"
}

# lives_a_second: waits until this generation has lived for so long that it counts as complete.
lives_a_second() {
	local status=0

	timeout 1.1 tail -s 0.02 --pid "$pid" -f /dev/null || status=$?
	assert_equal "$status" 124
}
