#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# A folder, an environment and processes that are the test's own.

# enter_sandbox FOLDER: sets $sandbox and $project, an empty folder that becomes the working one.
# Nothing of the developer's environment is left: a variable of Python's or Node's there would change
# which files are opened, and a version manager's python3 is a shell script.
enter_sandbox() {
	local name

	sandbox=$1
	project=$sandbox/project
	io=$sandbox/io
	for name in $(compgen -e); do
		case $name in
		BATS_* | AUTORELOAD_RUN | CI | ASAN_OPTIONS | UBSAN_OPTIONS) ;;
		*) unset "$name" ;;
		esac
	done
	export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
	export LC_ALL=C.UTF-8 HOME=$sandbox/home
	# Every process that the test starts can be found by it.
	export AUTORELOAD_TEST_MARK=$sandbox
	mkdir "$io" "$HOME" "$project"
	cd "$project" || return
}

# use_program NAME: copies tests/programs/NAME to the project.
use_program() {
	cp -R "$root/tests/programs/$1/." "$project"
}

# marked_processes: sets $processes, those that this test has started and that still live.
marked_processes() {
	# grep without the mark in its own environment, or it would find itself.
	mapfile -t processes < <(env -u AUTORELOAD_TEST_MARK \
		grep -lasz "^AUTORELOAD_TEST_MARK=$sandbox\$" /proc/[0-9]*/environ)
	processes=("${processes[@]#/proc/}")
	processes=("${processes[@]%/environ}")
}

command_line() {
	tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true
}

# What the launcher has beside the command may need a moment to see that the launcher is gone.
expect_no_process() {
	local process processes

	marked_processes
	for process in "${processes[@]}"; do
		timeout "$LIMIT_S" tail -s 0.02 --pid "$process" -f /dev/null || {
			fail "left behind: $(command_line "$process")"
			return 1
		}
	done
}

# end_everything: for tests that have failed, or that do not stop what they started.
end_everything() {
	local process processes tries

	cd /
	if [ -n "${launcher-}" ] && [ -z "$ended" ] && kill -s TERM "$launcher" 2>/dev/null; then
		timeout 5 tail -s 0.02 --pid "$launcher" -f /dev/null || true
	fi
	for tries in 1 2 3; do
		marked_processes
		for process in "${processes[@]}"; do
			echo "killed ($tries): $process $(command_line "$process")"
			kill -s KILL "$process" 2>/dev/null || true
		done
	done
}

# leave_faults_alone: a sanitized launcher would take a fault's signal, or one sent to it, as a finding.
leave_faults_alone() {
	[[ $autoreload_run != */sanitized/* ]] || export ASAN_OPTIONS=${ASAN_OPTIONS-}:\
disable_coredump=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0
}
