#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that the tests use; those that helper.bash and bats set
# A command under --trace, in the foreground, and what was told of it.

# Where the command's stdin comes from. A file that the test's shell has opened is no fact.
input=/dev/null

# trace [OPTION...] COMMAND [ARGUMENT...]: runs it to its end. Sets $ended, the status. The trace is
# in $io/trace; what the command prints in $io/printed; what is said on stderr in $io/said.
trace() {
	run_traced --trace -o "$io/trace" "$@"
}

# run_traced [OPTION...] COMMAND...: the same, for a test that has other words than those two.
run_traced() {
	ended=0
	# Files, no pipes: what the command leaves in the background would keep a pipe open.
	(close_descriptors && exec timeout --foreground "$LIMIT_S" "${launch_with[@]}" \
		"$autoreload_run" "$@" <"$input" >"$io/printed" 2>"$io/said") || ended=$?
}

# plain: the trace in text, with @ for the project and N for each process.
plain() {
	sed -E "s|$project|@|g; s/\[[0-9]+\]/[N]/g" "$io/trace"
}

# trace_is: the command ended well, and the trace is what is on stdin.
trace_is() {
	assert_equal "$ended" 0
	diff -u /dev/stdin <(plain) || fail 'the trace is another'
}

# trace_has LINE...: each is in the trace, once.
trace_has() {
	local line

	for line in "$@"; do
		assert_equal "$(plain | grep -cxF -- "$line"): $line" "1: $line" || return
	done
}

# trace_lacks PATTERN...: no line has it.
trace_lacks() {
	local pattern

	for pattern in "$@"; do
		! plain | grep -e "$pattern" || fail "told: $pattern" || return
	done
}

# columns FIELD...: of a trace in JSON, these of each fact, - for one that it has not got; the
# project is @.
columns() {
	local fields

	fields=$(printf ', (.%s // "-" | tostring)' "$@")
	jq -r "[${fields#, }] | join(\" \")" "$io/trace" | sed -E "s|$project|@|g"
}

# columns_are FIELD...: they are what is on stdin.
columns_are() {
	assert_equal "$ended" 0
	diff -u /dev/stdin <(columns "$@") || fail 'the trace is another'
}

# said_is [LINE...]: what was said on stderr is this and nothing else.
said_is() {
	local text=''
	[ $# -eq 0 ] || text=$(printf '%s\n' "$@")

	assert_equal "$(<"$io/said")" "$text"
}

# do_calls LINE...: traces tests/programs/trace/calls.c, which makes one call a line. (compile
# trace/calls first.)
do_calls() {
	cp "$BATS_FILE_TMPDIR/calls" .
	printf '%s\n' "$@" >"$io/calls"
	input=$io/calls
	trace "${options[@]}" ./calls
}

# results_are RESULT...: what the calls came to, in their order: ok, or the error's name.
results_are() {
	assert_equal "$(tr '\n' ' ' <"$io/printed")" "$* "
}

# ends_with STATUS WORD...: traced, it ends so.
ends_with() {
	local wanted=$1

	shift
	trace "$@"
	assert_equal "$ended" "$wanted"
}

# misuse TEXT WORD...: status 125, one line with TEXT in it, and nothing has been run.
misuse() {
	local text=$1

	shift
	run_traced "$@" touch has-run
	assert_equal "$ended" 125
	[ ! -e has-run ] || fail 'the command has been run'
	[[ $(<"$io/said") == 'autoreload-run: '*"$text"* ]] || fail "said: $(<"$io/said")"
}
