#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # $ORIGIN is the loader's; helper.bash's variables
# Shared objects: those that a program starts with, those that it loads, and what those need.
load helper

# build_part WORD: the library that the plug-in needs, replaced as a linker does.
build_part() {
	printf 'const char *part_word(void) { return "%s"; }\n' "$1" |
		cc -shared -fPIC -x c -o part.new -
	mv part.new lib/plug/libpart.so
}

build_objects() {
	mkdir -p lib/plug
	build_part one
	cc -shared -fPIC -o lib/plug/plugin.so plugin.c -Llib/plug -lpart -Wl,-rpath,'$ORIGIN'
	# RUNPATH, not the older RPATH, which the program's own would be asked for as well.
	cc -shared -fPIC -o lib/libhost.so host.c -Wl,--enable-new-dtags,-rpath,'$ORIGIN/plug'
	cc -o main main.c -Llib -lhost -Wl,-rpath,'$ORIGIN/lib'
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	use_program objects
	build_objects
}

@test "a library finds its plug-in by its own RUNPATH, and all of them are watched" {
	start ./main
	expect_line one
	expect_watching "$project/lib/libhost.so" "$project/lib/plug/plugin.so" \
		"$project/lib/plug/libpart.so"
	[[ ${seen[*]} == *'/libhost.so","reason":"loaded"'* ]]
	stop
}

@test "what a plug-in needs is built anew: one restart" {
	start ./main
	expect_line one
	expect_watching "$project/lib/plug/libpart.so"
	build_part two
	expect changed path="$project/lib/plug/libpart.so" reason=replaced
	expect started generation=2
	expect_line two
	stop
	assert_equal "$generation" 2
}

@test "a plug-in that is loaded by its path and then waits is watched at once" {
	printf '%s\n' '#include <dlfcn.h>' '#include <stdio.h>' '#include <unistd.h>' \
		'int main(void) { puts(dlopen("./lib/plug/libpart.so", RTLD_NOW) ? "loaded" : dlerror());' \
		'fflush(stdout); pause(); return 0; }' | cc -x c -o loads -
	start ./loads
	expect_line loaded
	expect_watching "$project/lib/plug/libpart.so"
	stop
}

@test "a constructor that waits for a thread, and a message of the loader's that waits to be fetched" {
	cc -shared -fPIC -DLIBRARY -o libjoins.so joins.c -pthread
	cc -o joins joins.c -pthread
	start ./joins
	expect_line 'a message'
	expect_line loaded
	expect_watching "$project/libjoins.so"
	stop
}
