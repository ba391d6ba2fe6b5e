#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace --format depfile: what make and ninja make of it. They run the command again when one of
# the files that it has used has changed, and not otherwise.
load helper
load processes
load trace

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	export AR=$autoreload_run
	# The program that is built from a list of inputs: it joins them, and counts its runs.
	cat >./join <<-'END'
		#!/bin/sh
		# join LIST OUT: LIST has the name of an input in each line.
		while IFS= read -r name; do
			[ ! -e "$name" ] || cat "./$name" || exit
		done <"$1" >"$2"
		echo run >>runs
	END
	chmod +x join
}

# inputs NAME...: files that are old, and the list of them.
inputs() {
	local name

	printf '%s\n' "$@" >list
	for name in "$@"; do
		echo "$name" >"./$name"
		touch -d @1000000000 "./$name"
	done
	touch -d @1000000000 list join
}

# becomes_newer FILE: than what is built. The file system's clock has steps.
becomes_newer() {
	touch "./$1"
	[ "./$1" -nt out ]
}

# runs: how often the command has been run.
runs() {
	wc -l <runs
}

# -- how a build is done -----------------------------------------------------------------------------

use_make() {
	printf '%s\n' 'out:' \
		'	"$(AR)" --trace --format depfile -o out.d --depfile-target out -i runs ./join list out' \
		'.DELETE_ON_ERROR:' '-include out.d' >Makefile
	build=(make)
}

use_ninja() {
	printf '%s\n' 'rule join' \
		'  command = "$$AR" --trace --format depfile -o out.d --depfile-target out -i runs ./join list out' \
		'  depfile = out.d' 'build out: join' >build.ninja
	build=(ninja)
}

# ninja that keeps the list itself, and removes the file.
use_ninja_deps() {
	use_ninja
	sed -i 's/^  depfile = .*/&\n  deps = gcc/' build.ninja
}

# builds COUNT: it is built, after which there have been so many runs.
builds() {
	local status=0

	timeout "$LIMIT_S" "${build[@]}" </dev/null >"$io/terminal" 2>&1 || status=$?
	assert_equal "$status" 0
	assert_equal "$(runs)" "$1"
	# What make says of a list that it does not like.
	run ! grep -i warning "$io/terminal"
}

# rebuilds_for FILE...: each of them, and nothing between.
rebuilds_for() {
	local count=1 name

	builds 1
	builds 1
	for name in "$@"; do
		eventually becomes_newer "$name"
		builds $((count += 1))
		builds "$count"
	done
}

start_over() {
	rm -rf out out.d runs .ninja_*
}

each_build_rebuilds_for() {
	local tool

	for tool in use_make use_ninja use_ninja_deps; do
		"$tool"
		rebuilds_for "$@"
		start_over
	done
}

# -- inputs ------------------------------------------------------------------------------------------

@test "rebuilt when an input has changed, and only then" {
	inputs a b
	echo 1 >unused
	each_build_rebuilds_for a b list join
	use_make
	rebuilds_for a
	touch -d '+1 minute' unused
	builds 2
}

@test "an input that is used from now on counts from now on" {
	local tool

	for tool in use_make use_ninja use_ninja_deps; do
		inputs a
		echo c >c
		touch -d @1000000000 c
		"$tool"
		builds 1
		echo c >>list
		eventually becomes_newer list
		builds 2
		eventually becomes_newer c
		builds 3
		builds 3
		start_over
	done
}

# Not one that ends with a space: make drops that before a backslash and a newline.
@test "names with a space" {
	inputs 'two words' ' first' 'three  spaces'
	each_build_rebuilds_for 'two words' ' first' 'three  spaces'
}

@test 'names with $' {
	inputs 'a$b' '$HOME' '${x}' '$$'
	each_build_rebuilds_for 'a$b' '$HOME' '${x}' '$$'
}

@test "names with #" {
	inputs 'a#b' '#first'
	each_build_rebuilds_for 'a#b' '#first'
}

@test "names with a colon" {
	inputs 'a:b' 'c::d' ':first'
	each_build_rebuilds_for 'a:b' 'c::d' ':first'
}

@test "names with a backslash, and with one before a space" {
	inputs 'back\slash' 'before\ space' 'two\\ of them'
	each_build_rebuilds_for 'back\slash' 'before\ space' 'two\\ of them'
}

@test "names with %" {
	inputs '100%' 'a%b'
	each_build_rebuilds_for '100%' 'a%b'
}

# Not those with parentheses: make takes them for members of an archive, however they are written.
@test "names in other scripts, and with what means nothing to make or ninja" {
	inputs 'grüße' '漢字' 'a+b@c,d~e'
	each_build_rebuilds_for 'grüße' '漢字' 'a+b@c,d~e'
}

@test "a folder whose name has a space, a colon and a dollar" {
	mkdir 'a b: $c'
	mv join 'a b: $c'
	cd 'a b: $c'
	inputs a
	each_build_rebuilds_for a list join
}

@test "what the compiler used: sources, headers, and not what it has made on the way" {
	echo '#include "a.h"' >a.c
	echo 'int a;' >a.h
	touch -d @1000000000 a.c a.h
	printf '%s\n' 'out:' '	echo run >>runs' \
		'	"$(AR)" --trace --format depfile -o out.d --depfile-target out cc -c -o out a.c' \
		'-include out.d' >Makefile
	build=(make)
	rebuilds_for a.h a.c
	grep -qF "$project/a.h" out.d
	run ! grep -E '/cc[^/ ]*\.s' out.d
}

# -- inputs that go ----------------------------------------------------------------------------------

@test "an input that has been removed does not stop make, and is built without" {
	inputs a b 'c d' 'e$f' 'g#h' 'i:j' 'k\l'
	use_make
	builds 1
	rm a b 'c d' 'e$f' 'g#h' 'i:j' 'k\l'
	builds 2
	builds 2
}

@test "an input that has been removed does not stop ninja" {
	inputs a b
	use_ninja
	builds 1
	rm a
	builds 2
	builds 2
}

@test "an input that the command itself removes is none" {
	printf '%s\n' '#!/bin/sh' 'echo 1 >temporary; cat temporary in >out; rm temporary' >script
	chmod +x script
	echo 1 | tee in other >/dev/null
	trace --format depfile ./script
	assert_equal "$ended" 0
	run ! grep temporary "$io/trace"
	grep -qF "$project/in" "$io/trace"
}

# -- the file itself ---------------------------------------------------------------------------------

# rules: the file's lines, as make would join those that go on.
rules() {
	sed -E ':a; /\\$/ { N; s/ *\\\n */ /; ba }; s/ +$//' "$io/trace" | sed "s|$project|@|g; /^$/d"
}

@test "the lines: targets and inputs, and each input by itself" {
	echo 1 | tee b a c >/dev/null
	trace --format depfile --depfile-target T --depfile-target=U --relative cat b c a b
	assert_equal "$(rules | sed 1q)" 'T U: a b c'
	assert_equal "$(rules | sed 1d | sort)" "a:
b:
c:"
}

@test "targets: what has been written, or renamed or linked to, and is still there" {
	echo 1 >in
	trace --format depfile sh -c 'cat in >out-1; cat in >t; mv t out-2; cp in gone; rm gone; ln in out-3; mkdir out-4'
	assert_equal "$ended" 0
	assert_equal "$(rules | sed -n 's/:.*//; 1p')" '@/out-1 @/out-2 @/out-3'
	run ! grep -E 'gone|out-4|/t( |$)' "$io/trace"
}

@test "the system's programs are inputs only with --all" {
	echo 1 >in
	trace --format depfile --depfile-target T cat in
	run ! grep -F /usr/bin/cat "$io/trace"
	trace --all --format depfile --depfile-target T cat in
	grep -xF '/usr/bin/cat:' "$io/trace"
}

@test "what is written and read again is no input" {
	echo 1 >in
	trace --format depfile sh -c 'cat in >out; cat out >/dev/null'
	assert_equal "$(rules | grep -c '@/out')" 1
}

@test "inputs are files: no folders, nothing that is missing or only looked at" {
	mkdir sub
	echo 1 | tee in looked-at >/dev/null
	trace --format depfile --depfile-target T sh -c 'ls sub; [ -e looked-at ]; [ -e no ]; cat in; :'
	assert_equal "$(rules | sed 1d)" "@/in:"
}

@test "shared objects and scripts are inputs" {
	echo 'int number(void) { return 0; }' | cc -shared -fPIC -o libnumber.so -x c -
	echo 'int number(void); int main(void) { return number(); }' >main.c
	cc -o main main.c -L. -lnumber -Wl,-rpath,"$project"
	printf '#!/bin/sh\n./main\n' >script
	chmod +x script
	trace --format depfile --depfile-target T ./script
	assert_equal "$ended" 0
	for name in libnumber.so main script; do
		rules | grep -qx "@/$name:"
	done
}

@test "targets of any name" {
	echo 1 >in
	local target targets=('a b' 'a$b' 'a#b' 'a:b' 'a%b') words=()

	for target in "${targets[@]}"; do
		words+=(--depfile-target "$target")
	done
	trace --format depfile "${words[@]}" cat in
	assert_equal "$(sed -n '1s/: \\$//p' "$io/trace")" 'a\ b a$$b a\#b a\:b a\%b'
	# make knows each of them.
	cp "$io/trace" Makefile
	for target in "${targets[@]}"; do
		timeout "$LIMIT_S" make -n "$target"
	done
}

# -- when it is not written --------------------------------------------------------------------------

@test "a command that fails leaves the file as it was" {
	local end

	echo 1 >in
	echo before >"$io/trace"
	for end in 'exit 1' 'exit 255' 'kill -TERM $$'; do
		trace --format depfile --depfile-target T sh -c "cat in; $end"
		[ "$ended" -ne 0 ]
		assert_equal "$(<"$io/trace")" before
		grep -q '^autoreload-run: ' "$io/said"
	done
	rm "$io/trace"
	trace --format depfile --depfile-target T sh -c 'cat in; exit 3'
	assert_equal "$ended" 3
	[ ! -s "$io/trace" ]
}

@test "no target and no output: said, status 125, and the file is as it was" {
	echo 1 >in
	echo before >"$io/trace"
	trace --format depfile cat in
	assert_equal "$ended" 125
	assert_equal "$(wc -l <"$io/said")" 1
	grep -q '^autoreload-run: ' "$io/said"
	assert_equal "$(<"$io/trace")" before
}

@test "a name with a newline is left out, which is said" {
	echo 1 | tee in $'two\nlines' >/dev/null
	trace --format depfile --depfile-target T cat in $'two\nlines'
	assert_equal "$ended" 0
	grep -q '^autoreload-run: .*two\\nlines' "$io/said"
	run ! grep -E 'two|lines' "$io/trace"
	grep -qF "$project/in:" "$io/trace"
}

@test "a rule that cannot be written to its end leaves the file as it was" {
	printf '%s: %s/in\n' T "$project" >T.d
	cp T.d before
	local name=$project/an-input-of-a-name-that-is-rather-long
	for i in {1..40}; do echo 1 >"$name-$i"; done
	(
		ulimit -f 1
		run_traced --trace --format depfile -o T.d --depfile-target T cat "$name"-*
		assert_equal "$ended" 125
	)
	grep -q '^autoreload-run: cannot write the trace to T.d: ' "$io/said"
	cmp before T.d
	# Nor is a part of the new one left beside it.
	run ! compgen -G 'T.d?*'
}

@test "a command that fails keeps what it has put in the file's place" {
	trace --format depfile -o made.d sh -c 'echo 1 >new; mv new made.d; exit 3'
	assert_equal "$(<made.d)" 1
}

@test "a program that cannot be seen is said even with -q, as a build goes by the file" {
	cc -static -o show "$root/tests/programs/static/show.c"
	echo 1 >in
	trace -q --format depfile --depfile-target T ./show in
	said_is 'autoreload-run: show is statically linked: the files that it opens cannot be seen'
}

@test "a name that make would take for another file is left out, which is said" {
	echo 1 | tee 'a[b].h' ab.h 'alone[1].h' >/dev/null
	trace --relative --format depfile --depfile-target T cat 'a[b].h' 'alone[1].h'
	grep -qF 'a[b].h' "$io/said"
	assert_equal "$(rules | sed 1q)" 'T: alone[1].h'
}

@test "a failing build is tried again by make, with the list of the last good one" {
	inputs a b
	use_make
	builds 1
	cp out.d before
	# A folder cannot be joined.
	mkdir c
	echo c >>list
	eventually becomes_newer list
	run ! make
	cmp out.d before
	rm -r c
	builds 2
}

@test "on stderr, where no file is named" {
	echo 1 >in
	run_traced --trace --format depfile --depfile-target T cat in
	assert_equal "$ended" 0
	grep -qF "$project/in:" "$io/said"
}
