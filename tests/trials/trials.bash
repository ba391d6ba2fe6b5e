#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of sandbox.bash, and those that bats sets
# Programs that try one thing many times, each with a launcher of its own. They print their seed and
# what they have counted; the latter is shown even if all is well.

bats_require_minimum_version 1.5.0

load ../cli/sandbox

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir "$sandbox/tmp"
	export TMPDIR=$sandbox/tmp
}

teardown() {
	end_everything
}

# try PROGRAM [ARGUMENT...]
try() {
	local status=0

	python3 "$BATS_TEST_DIRNAME/$1" "${@:2}" >"$io/said" 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		sed 's/^/# /' "$io/said" >&3
	else
		cat "$io/said"
	fi
	return "$status"
}
