#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # helper.bash's variables
# One library for every kind of program: another libc, 32 bit, sanitizers; and no word of a loader's.
load helper

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	use_program classes
	echo first >'read'
	echo second >later
	# A sanitized launcher's own wishes are not the command's.
	unset ASAN_OPTIONS
}

# build COMPILER...: ./reads
build() {
	"$@" -o reads reads.c
}

# is_observed BITS COMMAND...: all three files are known, and nothing else has been said.
is_observed() {
	local bits=$1
	shift
	start "$@"
	expect_line "$bits-bit first"
	expect_line 'missing: -1'
	expect_line second
	expect_watching "$project/read" "$project/absent" "$project/later"
	expect exited status=0
	stop
	assert_terminal "autoreload-run: $1 exited with status 0, waiting for a change"
	rm "$io"/*
}

# is_observed_everywhere BITS: as the command, and below one of another kind.
is_observed_everywhere() {
	is_observed "$1" ./reads read absent later
	is_observed "$1" sh -c './reads read absent later; exit $?'
}

@test "a program of this libc" {
	build cc
	is_observed_everywhere 64
}

@test "a program of musl" {
	build musl-gcc
	is_observed_everywhere 64
}

@test "a program of musl does not find what only glibc has" {
	printf '%s\n' '#define _GNU_SOURCE' '#include <dlfcn.h>' '#include <stdio.h>' \
		'int main(int count, char *names[]) {' \
		'for (; count > 1; count--) puts(dlsym(RTLD_DEFAULT, *++names) ? *names : "none"); return 0; }' |
		musl-gcc -x c -o probe -
	./probe open fts_open fts64_open scandirat scandirat64 dlmopen >bare
	start sh -c "./probe open fts_open fts64_open scandirat scandirat64 dlmopen >observed"
	expect exited status=0
	stop
	diff bare observed
	grep -x none bare
}

@test "a 32-bit program" {
	[ "$(uname -m)" = x86_64 ] || skip 'this machine has one class of programs'
	build gcc -m32
	is_observed_everywhere 32
}

@test "a 32-bit program where only a library that does nothing could be built: a word of ours, none of the loader" {
	[ "$(uname -m)" = x86_64 ] || skip 'this machine has one class of programs'
	build gcc -m32
	mkdir bin
	cp -R "$autoreload_run" "$(realpath "${autoreload_run%/*}/preload")" bin
	find bin/preload -name '*32.so' -o -type l -delete
	CC=gcc CFLAGS=--no-such-option LDFLAGS='' "$root/scripts/build-32-bit" bin/preload/autoreload-run-32.so \
		"$root/preload/report.c"
	CC=gcc "$root/scripts/link-library" bin/preload
	autoreload_run=$project/bin/autoreload-run
	start sh -c './reads read absent later; exit $?'
	expect_line '32-bit first'
	expect_line 'missing: -1'
	expect_line second
	expect unobserved exe="$project/reads"
	expect_watching "$project/later"
	stop
	run ! grep -F ld.so "$io/terminal"
}

@test "a program with AddressSanitizer, shared or linked in" {
	build gcc -fsanitize=address -fno-omit-frame-pointer
	is_observed_everywhere 64
	build clang -fsanitize=address
	is_observed_everywhere 64
}

@test "a program with AddressSanitizer still finds its faults" {
	printf '%s\n' '#include <stdlib.h>' \
		'int main(int count, char *words[]) { char *memory = malloc(8); free(memory); return memory[count] + !words; }' |
		gcc -fsanitize=address -x c -o faulty -
	start ./faulty
	expect exited status=1
	stop
	grep -F 'ERROR: AddressSanitizer: heap-use-after-free' "$io/terminal"
}

@test "a program with ThreadSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer" {
	local name
	for name in thread leak undefined; do
		build gcc -fsanitize=$name
		is_observed 64 ./reads read absent later
	done
}
