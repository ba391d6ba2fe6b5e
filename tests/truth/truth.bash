#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # those that bats sets
# A program twice from the same state: once under the library, once under strace. What the one
# reports and what the other shows must be the same (compare tells what of it).

bats_require_minimum_version 1.5.0

# How long one run may take, at most, before the test fails.
readonly LIMIT_S=60

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
listen=$root/build/listen
launcher=$(realpath "${AUTORELOAD_RUN:-$root/build/autoreload-run}")
compare=$root/tests/truth/compare

load ../cli/sandbox

# Sets $prepared, which the test fills: prepared/project will be the working folder, prepared/home
# HOME, and prepared/tmp where temporary files go.
setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	prepared=$sandbox/prepared
	place=$sandbox/place
	mkdir -p "$prepared"/{home,project,tmp}
	cd "$prepared/project" || return
}

teardown() {
	end_everything
}

fail() {
	echo "FAILED: $*"
	return 1
}

# run_from_prepared OUTPUT COMMAND...: runs it in a fresh copy, which is at the same place each time.
run_from_prepared() {
	local output=$1 status=0
	shift

	rm -rf "$place"
	cp -a "$prepared" "$place"
	(
		cd "$place/project" || exit
		export HOME=$place/home TMPDIR=$place/tmp
		# Some look at files, or not, depending on where they lie in memory.
		exec timeout "$LIMIT_S" setarch --addr-no-randomize "$@" </dev/null >"$output" 2>&1
	) || status=$?
	echo "status $status" >>"$output"
}

# truth COMMAND...: the test itself. The program, too, must not notice: it has to print the same. It
# must end well: one that fails at once would open next to nothing.
truth() {
	echo "$BATS_TEST_NAME" >>"$BATS_RUN_TMPDIR/compared"
	run_from_prepared "$sandbox/printed-observed" "$listen" "$sandbox/reports" "$@"
	run_from_prepared "$sandbox/printed-traced" strace -f -y -xx -qq --seccomp-bpf \
		-s 4096 -e signal=none -e trace="$("$compare" --traced-calls)" -o "$sandbox/strace" "$@"
	cat "$sandbox/printed-traced"
	[ "$(tail -n 1 "$sandbox/printed-traced")" = 'status 0' ] || fail 'the program itself'
	diff -u "$sandbox/printed-traced" "$sandbox/printed-observed" || fail 'it prints something else'
	"$compare" --used "$BATS_RUN_TMPDIR/used" "$place" "$place/project" "$sandbox/strace" \
		"$sandbox/reports" || return
	# And as a user is told of it.
	run_from_prepared "$sandbox/printed-told" "$launcher" --trace --all --format json \
		-o "$sandbox/trace" "$@"
	diff -u "$sandbox/printed-traced" "$sandbox/printed-told" || fail 'it prints something else, traced'
	"$compare" --trace --used "$BATS_RUN_TMPDIR/used" "$place" "$place/project" "$sandbox/strace" "$sandbox/trace"
}
