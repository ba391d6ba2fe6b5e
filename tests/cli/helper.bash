#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that the tests use; those that bats sets
# What every end-to-end test needs: a place and an environment of its own (sandbox.bash), a command
# under autoreload-run (launch.bash), and its events (events.bash). Tests wait for events and for
# lines of output, never for time to pass.

bats_require_minimum_version 1.5.0

# How long anything may take, at most, before the test fails.
readonly LIMIT_S=20

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
# What is tested.
autoreload_run=$(realpath "${AUTORELOAD_RUN:-$root/build/autoreload-run}")

load sandbox
load launch
load events

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
}

teardown() {
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

fail() {
	echo "FAILED: $*"
	return 1
}

# assert_equal GOT WANTED
assert_equal() {
	[ "$1" = "$2" ] || fail "got '$1', wanted '$2'"
}

tell_what_was_seen() {
	echo "events (the last 60 of ${#seen[@]}):"
	printf '%s\n' "${seen[@]}" | tail -n 60 | sed 's/^/  /'
	echo "terminal:"
	[ ! -e "$io/terminal" ] || sed 's/^/  /' "$io/terminal"
}
