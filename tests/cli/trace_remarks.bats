#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: what cannot be written, what cannot be meant, and what is said besides the trace.
load helper
load processes
load trace

setup_file() {
	compile contract/shows signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	echo 1 | tee in other >/dev/null
}

# -- a trace that cannot be written ------------------------------------------------------------------

@test "-o that cannot be opened: said, 125, and the command is not run" {
	mkdir folder
	misuse 'cannot write the trace to no/such/folder/trace: No such file or directory' \
		--trace -o no/such/folder/trace
	misuse 'cannot write the trace to folder: Is a directory' --trace -o folder
	misuse 'cannot write the trace to in/trace: Not a directory' --trace --output=in/trace
	said_is 'autoreload-run: cannot write the trace to in/trace: Not a directory'
}

@test "-o: made before the command runs, and what was in it is gone" {
	printf '%s\n' before {1..1000} >"$io/trace"
	ends_with 0 sh -c 'wc -l <"$1"' sh "$io/trace"
	[ "$(<"$io/printed")" -le 10 ]
	run ! grep -q before "$io/trace"
}

@test "-o has no more rights than the umask gives" {
	(umask 077 && trace cat in)
	assert_equal "$(stat -c %a "$io/trace")" 600
}

@test "a full disk: said once, the command runs on, 125 in place of 0" {
	local words=(--trace -o /dev/full sh -c 'cat in other; cat in; [ -e in ]; echo end; exit "$1"' sh)

	run_traced "${words[@]}" 0
	assert_equal "$ended" 125
	said_is 'autoreload-run: cannot write the trace to /dev/full: No space left on device'
	assert_equal "$(tail -n 1 "$io/printed")" end
	run_traced "${words[@]}" 6
	assert_equal "$ended" 6
	said_is 'autoreload-run: cannot write the trace to /dev/full: No space left on device'
}

@test "a full disk, in the other formats" {
	local format

	for format in json nul; do
		run_traced --trace --format "$format" -o /dev/full cat in
		assert_equal "$ended" 125
		said_is 'autoreload-run: cannot write the trace to /dev/full: No space left on device'
	done
	run_traced --trace --format depfile --depfile-target T -o /dev/full cat in
	assert_equal "$ended" 125
	said_is 'autoreload-run: cannot write the trace to /dev/full: No space left on device'
}

# through_head FORMAT STATUS: the trace's reader ends after the first line; the command does not care.
through_head() {
	local reader

	rm -f "$io"/* end
	mkfifo "$io/lines" "$io/go"
	head -c 10 <"$io/lines" >"$io/first" &
	reader=$!
	(
		wait_for_end "$reader"
		timeout "$LIMIT_S" sh -c 'echo >"$1"' sh "$io/go"
	) </dev/null >/dev/null 2>&1 &
	ended=0
	(close_descriptors && exec timeout --foreground "$LIMIT_S" "$autoreload_run" --trace --format "$1" sh -c '
		cat in; [ -e no ]; read -r word <"$1"; for i in 1 2 3 4 5 6 7 8 9; do cat in; [ -e "$i" ]; done
		echo end >end; exit "$2"' sh "$io/go" "$2" </dev/null >"$io/printed" 2>"$io/lines") || ended=$?
	assert_equal "$ended" "$2"
	assert_equal "$(<end)" end
	assert_equal "$(wc -c <"$io/first")" 10
	assert_equal "$(wc -l <"$io/printed")" 10
	wait
}

wait_for_end() {
	timeout "$LIMIT_S" tail -s 0.02 --pid "$1" -f /dev/null
}

@test "| head: the trace stops without a word, the command runs on" {
	through_head text 0
	through_head json 0
	through_head text 9
}

@test "| head with -o: nothing is said" {
	mkfifo "$io/trace"
	head -n 1 <"$io/trace" >"$io/first" &
	reader=$!
	ends_with 0 sh -c 'cat in; tail -s 0.02 --pid "$1" -f /dev/null; cat other; [ -e no ]; echo end' sh "$reader"
	assert_equal "$(tail -n 1 "$io/printed")" end
	said_is
	assert_equal "$(wc -l <"$io/first")" 1
}

@test "a closed stderr" {
	ended=0
	(close_descriptors && exec timeout "$LIMIT_S" "$autoreload_run" --trace cat in </dev/null >"$io/printed" 2>&-) ||
		ended=$?
	assert_equal "$(<"$io/printed")" 1
	[ "$ended" -eq 0 ] || [ "$ended" -eq 125 ]
}

# -- misuse ------------------------------------------------------------------------------------------

@test "options that only mean something for restarting" {
	local option

	for option in '-w in' '--watch=in' --content --poll --poll=1s '--settle 1s' '--on-exit wait' '--restart-code 3' \
		-p --postpone -c -cc --clear; do
		# shellcheck disable=SC2086 # an option and its word
		misuse 'has no meaning with --trace' --trace $option
		# One that is named by its short form may be called by its long one.
		[[ $(<"$io/said") == *"option '-"* ]]
		# shellcheck disable=SC2086 # an option and its word
		misuse 'has no meaning with --trace' $option --missing
		misuse 'has no meaning with --trace' --why in -p
	done
}

@test "options of tracing without --trace" {
	misuse 'needs --trace' -o "$io/trace"
	[ ! -e "$io/trace" ]
	misuse 'needs --trace' --output="$io/trace"
	misuse 'needs --trace' --format json
	misuse 'needs --trace' --only read
	misuse 'needs --trace' --relative
	misuse 'needs --trace' --depfile-target T
}

@test "--missing and --why imply --trace" {
	local implied

	for implied in --missing --why=in; do
		run_traced "$implied" --format json --relative -o "$io/trace" cat no
		assert_equal "$ended" 1
	done
}

@test "other misuse" {
	misuse '' --trace --format xml
	misuse '' --trace --format ''
	misuse '' --trace --only nothing
	misuse '' --trace --depfile-target T
	misuse '' --trace --format json --depfile-target T
	run_traced --trace
	assert_equal "$ended" 125
	run_traced --trace -o "$io/trace"
	assert_equal "$ended" 125
}

# -- remarks -----------------------------------------------------------------------------------------

use_static_program() {
	cc -static -o show "$root/tests/programs/static/show.c"
}

@test "a statically linked program is named, in words and in the trace" {
	use_static_program
	ends_with 0 --format json sh -c './show in; cat other; ./show in'
	assert_equal "$(sort "$io/printed" | uniq -c | tr -s ' ')" ' 3 1'
	said_is 'autoreload-run: show is statically linked: the files that it opens cannot be seen'
	jq -se --arg path "$project/show" 'map(select(.path == $path and .fact == "exec")) |
		length > 0 and all(.unobserved | test("statically linked"))' "$io/trace"
	jq -se --arg path "$project/other" 'any(.path == $path and .fact == "read" and .unobserved == null)' "$io/trace"
}

@test "the command itself is statically linked" {
	use_static_program
	ends_with 0 ./show in
	assert_equal "$(<"$io/printed")" 1
	said_is 'autoreload-run: show is statically linked: the files that it opens cannot be seen'
	grep -q "^exec    $project/show" "$io/trace"
}

@test "-q: no remarks" {
	use_static_program
	ends_with 0 -q ./show in
	said_is
	ends_with 0 -q sh -c './show in; :'
	said_is
}

# on_terminal WORD...: $shown is what a terminal would show as stdout and stderr.
on_terminal() {
	ended=0
	printf '%q ' "$autoreload_run" "$@" >"$io/command"
	(close_descriptors && exec timeout "$LIMIT_S" script -qec "sh $io/command" "$io/shown" </dev/null >/dev/null 2>&1) ||
		ended=$?
	shown=$(sed '1d; $d' "$io/shown" | tr -d '\r')
}

@test "the summary, where stderr is a terminal" {
	on_terminal --trace -o "$io/trace" sh -c 'read -r x <in; cat other >out; [ -e no ]; exit 4'
	assert_equal "$ended" 4
	grep -F 'files read: 2, written: 1, not found: 1; programs run: 2' <<<"$shown"
	on_terminal -q --trace -o "$io/trace" sh -c 'cat other >out'
	run ! grep -F autoreload-run: <<<"$shown"
}

@test "no summary elsewhere" {
	ends_with 0 sh -c 'cat in; cat other >out'
	said_is
}
