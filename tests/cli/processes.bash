#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# What tests about processes and their signals need.

# compile NAME...: makes tests/programs/NAME.c for this file's tests, in $BATS_FILE_TMPDIR.
compile() {
	local name

	for name in "$@"; do
		cc -std=gnu11 -D_GNU_SOURCE -pthread -o "$BATS_FILE_TMPDIR/${name##*/}" \
			"$BATS_TEST_DIRNAME/../programs/$name.c" || return
	done
}

# again: what the next start in the same test needs.
again() {
	rm -f "$io"/*
}

# eventually CONDITION...: for what no event tells. Asks until it is so.
eventually() {
	local left until
	until=$(deadline)

	until "$@"; do
		seconds_left "$until" || {
			fail "never: $*"
			return 1
		}
		read -r -t 0.02 <> <(:) || true
	done
}

# event_ms: sets $ms, the time of $event.
event_ms() {
	[[ $event =~ \"time\":([0-9]+)\.?([0-9]*) ]] || return 1
	local fraction=${BASH_REMATCH[2]}000
	ms=$((BASH_REMATCH[1] * 1000 + 10#${fraction:0:3}))
}

# expect_at EVENT [KEY=VALUE...]: as expect does; sets $ms, its time.
expect_at() {
	expect "$@" && event_ms
}

# expect_last_lines [LINE...]: these are the last that the command prints, in this order.
expect_last_lines() {
	local line lines=()

	while next_line "$(deadline)"; do lines+=("$line"); done
	[ "$line" = '(ended)' ] || fail 'it has not ended'
	assert_equal "${lines[*]}" "$*"
}

say_go() {
	echo go >&"$kept_stdin"
}

is_gone() {
	local state

	# A container's first process may take its time to wait for what was left to it.
	state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || true
	[ -z "$state" ] || [ "$state" = Z ]
}

has_text() {
	[ -s "$1" ]
}

# has_no_zombie PID: among its children.
has_no_zombie() {
	! pgrep --runstates Z --parent "$1" >/dev/null
}
