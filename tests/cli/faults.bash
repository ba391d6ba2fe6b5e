#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; variables of the other files, and those that bats sets
# A launcher that the system fails (tests/programs/faults), with a /dev/shm of its own to see what it leaves there.

# is_sanitized: whether what is tested has an allocator of a sanitizer's, which also needs a /proc.
is_sanitized() {
	nm "$autoreload_run" | grep -q __asan_init
}

compile_faults() {
	local flags=()
	! is_sanitized || flags=(-DFAULTS_WITHOUT_MALLOC)

	cc "${flags[@]}" -std=gnu11 -D_GNU_SOURCE -O1 -shared -fPIC -o "${1-$BATS_FILE_TMPDIR/faults.so}" \
		"$BATS_TEST_DIRNAME/../programs/faults/faults.c"
}

# needs_plain_launcher: what a sanitizer would be in the way of is tried with the other one.
needs_plain_launcher() {
	! is_sanitized || autoreload_run=$root/build/autoreload-run
	tested=$autoreload_run
	faults_library=$BATS_TEST_TMPDIR/faults.so
	compile_faults "$faults_library"
}

# own_places COMMANDS...: the launcher is started in a mount namespace, in which these are run first.
own_places() {
	local in_a_namespace=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || in_a_namespace=(unshare --mount --map-root-user)

	mkdir -p "$sandbox/shm"
	launch_with=("${in_a_namespace[@]}" sh -c "mount --bind '$sandbox/shm' /dev/shm || exit; $*"'
		exec "$@"' sh)
}

# with_fault FAULTS: from now on the launcher is started with them.
with_fault() {
	: >"$sandbox/hit"
	echo 1 >"$sandbox/armed"
	cat >"$sandbox/faulty" <<-END
		#!/bin/sh
		exec env LD_PRELOAD='${faults_library-$BATS_FILE_TMPDIR/faults.so}' FAULTS='$1' FAULTS_HIT='$sandbox/hit' \
			FAULTS_ARMED='$sandbox/armed' \
			ASAN_OPTIONS="\$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=0" '$tested' "\$@"
	END
	chmod 755 "$sandbox/faulty"
	autoreload_run=$sandbox/faulty
}

arm() {
	printf %s "$1" 1<>"$sandbox/armed"
}

# has_struck: the fault has been met at all.
has_struck() {
	[ -s "$sandbox/hit" ] || fail 'the fault has not been met'
}

is_nothing_left() {
	[ -z "$(ls -A "$sandbox/shm")" ]
}

# anew: for the next start in the same test.
anew() {
	exec {events}>&- {output}>&- {kept_stdin}>&- {launched}>&-
	rm -f "$io"/*
	echo 1 >one
	echo 1 >two
}

# reads_both: a command that has read two files, and lives on.
reads_both() {
	start sh -c 'echo $(cat one two); exec cat'
}

# save FILE WORD: and a restart that shows it.
save() {
	echo "$2" >"$1.new"
	mv "$1.new" "$1"
}

# goes_on FAULTS [WORDS]: nothing is lost; the last word on the terminal is like WORDS, if there are any.
goes_on() {
	echo "# $1"
	with_fault "$1"
	reads_both
	expect_line '1 1'
	expect_watching "$project/one" "$project/two"
	save one 2
	expect started generation=2
	expect_line '2 1'
	expect_watching "$project/one" "$project/two"
	save two 2
	expect started generation=3
	expect_line '2 2'
	stop
	assert_equal "$ended" 143
	has_struck
	if [ $# -gt 1 ]; then
		assert_equal "$(grep -cF "$2" "$io/terminal")" 1
	fi
	eventually is_nothing_left
	anew
}

# ends FAULTS WORDS: the launcher says so and ends with 125, and the command has not been run.
ends() {
	echo "# $1"
	with_fault "$1"
	reads_both
	expect_end
	assert_equal "$ended" 125
	has_struck
	assert_terminal "autoreload-run: $2"
	eventually is_nothing_left
	anew
}
