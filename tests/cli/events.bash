#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# Waiting for the launcher's events and for the command's lines of output.

# What the events have told so far: the generation that runs and its process, the paths that it
# watches, the paths that changed.
generation=0 pid=0 ended=''
declare -gA watched=()
changed=() seen=()

# seconds_left DEADLINE_US: sets $left; fails when there are none.
seconds_left() {
	local us=$(($1 - ${EPOCHREALTIME/[.,]/}))

	[ "$us" -gt 0 ] || return 1
	printf -v left '%d.%06d' $((us / 1000000)) $((us % 1000000))
}

deadline() {
	echo $((${EPOCHREALTIME/[.,]/} + LIMIT_S * 1000000))
}

# next_event DEADLINE_US: reads one into $event, and keeps what it tells.
next_event() {
	local left path=

	seconds_left "$1" || return 1
	IFS= read -r -t "$left" -u "$events" event || return 1
	seen+=("$event")
	[[ ! $event =~ \"path\":\"([^\"]*)\" ]] || path=${BASH_REMATCH[1]}
	case $event in
	'{"event":"started",'*)
		[[ $event =~ \"generation\":([0-9]+),\"pid\":([0-9]+) ]] || return 1
		generation=${BASH_REMATCH[1]} pid=${BASH_REMATCH[2]}
		[ "$generation" -eq 1 ] || watched=()
		;;
	'{"event":"watching",'*) watched[$path.]=1 ;;
	'{"event":"changed",'*) changed+=("$path") ;;
	esac
}

# expect EVENT [KEY=VALUE...]: reads events until one is EVENT and has these values; fails if the
# launcher ends before, or after the limit. VALUE is text as JSON has it, or a whole number.
expect() {
	local wanted=("$@") until
	until=$(deadline)

	while next_event "$until"; do
		! event_is "$@" || return 0
		[[ $event != '{"event":"ended",'* ]] || break
	done
	fail "no event: ${wanted[*]}"
}

# event_is EVENT [KEY=VALUE...]: whether $event is that.
event_is() {
	local pair key value

	[[ $event == "{\"event\":\"$1\","* ]] || return 1
	shift
	for pair in "$@"; do
		key=${pair%%=*} value=${pair#*=}
		[[ ${event/%\}/,} == *",\"$key\":\"$value\","* ||
			${event/%\}/,} == *",\"$key\":$value,"* ]] || return 1
	done
}

# expect_watching PATH...: waits until this generation watches them all.
expect_watching() {
	local path until
	until=$(deadline)

	for path in "$@"; do
		while [ -z "${watched[$path.]-}" ]; do
			if ! next_event "$until" || [[ $event == '{"event":"ended",'* ]]; then
				fail "never watched: $path"
				return 1
			fi
		done
	done
}

# next_line: reads one line of the command's output into $line.
next_line() {
	local left

	seconds_left "$1" && IFS= read -r -t "$left" -u "$output" line && [ "$line" != '(ended)' ]
}

# expect_line TEXT: the next line that the command prints must be this.
expect_line() {
	local line=

	if ! next_line "$(deadline)" || [ "$line" != "$1" ]; then
		fail "wanted the line '$1', got '$line'"
	fi
}

# expect_output PATTERN: reads the command's output until a line matches.
expect_output() {
	local line='' until
	until=$(deadline)

	while next_line "$until"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $1 ]] || return 0
	done
	fail "no line of output is like '$1'"
}

# assert_terminal [LINE...]: what was said on the terminal is this and nothing else. To be asked
# after the end, when all has been said.
assert_terminal() {
	local text=''
	[ $# -eq 0 ] || text=$(printf '%s\n' "$@")

	[ "$(<"$io/terminal")" = "$text" ] || fail "the terminal should have: ${text:-nothing}"
}
