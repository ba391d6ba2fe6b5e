#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # helper.bash's variables
# Every function of the table, called from places where little is allowed: before main, in threads, in
# the children of fork and vfork, in a signal handler on a small stack. The program cannot tell, and
# what is seen is what is seen of a plain call.
load helper
load many
load trace

setup_file() {
	local programs=$BATS_TEST_DIRNAME/../programs/hooks flags
	flags=(-std=gnu11 -D_GNU_SOURCE -pthread -I "$BATS_TEST_DIRNAME/../..")

	cd "$BATS_FILE_TMPDIR" || return
	cc "${flags[@]}" -o call_all "$programs/call_all.c"
	cc "${flags[@]}" -DIN_CONSTRUCTOR -shared -fPIC -o libcalls.so "$programs/call_all.c"
	echo 'int main(void) { return 0; }' >empty.c
	cc -o constructor empty.c -Wl,--no-as-needed -L. -lcalls -Wl,-rpath,"$BATS_FILE_TMPDIR"
	cc "${flags[@]}" -DIN_CONSTRUCTOR -shared -fPIC -Wl,-z,initfirst -o libfirst.so \
		"$programs/call_all.c"
	cc -o first empty.c -Wl,--no-as-needed -L. -lfirst -Wl,-rpath,"$BATS_FILE_TMPDIR"
}

# What the files' names end in: there is one of each name for each.
suffixes=('')

# files: everything that the program wants to find, as it was before it ran.
files() {
	rm -rf files
	"$BATS_FILE_TMPDIR/call_all" files "${suffixes[@]}"
}

# seen_files: what has been told of the files, sorted, whatever random names were made up.
seen_files() {
	sed -nE '
		\,"path":"[^"]*/project/files/,!d
		s/^\{"event":"(watching|output)",.*"path":"([^"]*)"(,"reason":"[a-z]*")?.*/\1 \2\3/
		s, /.*/project/files/, ,
		s/((mk|temp|tmp)[a-z0-9]*(\.[0-7])?)-[A-Za-z0-9]{6}(\.c)?(,|$)/\1-XXXXXX\4\5/
		p' "$many" | LC_ALL=C sort -u
}

# observe COMMAND...: it prints the same without us, in bare, and with us; what is seen, in seen-files.
observe() {
	files
	"$@" >bare
	files
	start_many sh -c 'exec "$@" >observed' sh "$@"
	expect exited status=0
	expect waiting
	stop
	diff bare observed
	seen_files >seen-files
}

# plainly: what is seen of the plain call, in plain-files, and what it prints, in plain.
plainly() {
	local kept=$BATS_FILE_TMPDIR/plain

	if [ ! -e "$kept" ]; then
		observe "$BATS_FILE_TMPDIR/call_all"
		grep -v 'with-mode' seen-files >"$kept-files"
		sed '/^syscall statx/q' bare >"$kept"
		rm -rf "$io"
		mkdir "$io"
	fi
	cp "$kept" "$kept-files" .
	[ "$(wc -l <plain-files)" -gt 120 ]
}

# same_as_plain [NAME...]: it printed the same, and it was seen the same, but for these files, read.
same_as_plain() {
	local name

	sed '/^syscall statx/q' bare | diff plain -
	for name in "$@"; do
		grep -xF "watching $name,\"reason\":\"read\"" seen-files
		grep -vF "watching $name," seen-files >rest
		mv rest seen-files
	done
	diff plain-files seen-files
}

@test "in the constructor of a library, before main" {
	plainly
	observe "$BATS_FILE_TMPDIR/constructor"
	same_as_plain
}

@test "in a constructor that comes before any other, even libc's own: the program cannot tell" {
	observe "$BATS_FILE_TMPDIR/first"
}

@test "in a constructor that comes before any other, even libc's own: what is seen" {
	plainly
	observe "$BATS_FILE_TMPDIR/first"
	same_as_plain
}

@test "in a forked child" {
	plainly
	observe "$BATS_FILE_TMPDIR/call_all" fork
	same_as_plain after
}

@test "in a vfork child, after which the parent's own opens are seen where they are" {
	plainly
	observe "$BATS_FILE_TMPDIR/call_all" vfork
	grep -x 'the parent, after it: 0' observed
	same_as_plain after in-the-child
}

@test "in a signal handler on a stack of 8 KiB" {
	local hungry='\<(glob|glob64|no-glob|no-glob64)\>'

	plainly
	observe "$BATS_FILE_TMPDIR/call_all" signal
	mv plain all
	mv plain-files all-files
	grep -vE "$hungry" all >plain
	grep -vE "$hungry" all-files >plain-files
	same_as_plain
}

@test "in eight threads at once" {
	local suffix

	plainly
	grep -vE '^(chdir|fchdir) ' plain >plain-threads
	grep -vE ' (no-)?by-f?chdir' plain-files >plain-thread-files
	suffixes=(.{0..7})
	observe "$BATS_FILE_TMPDIR/call_all" threads
	for suffix in "${suffixes[@]}"; do
		grep -F "$suffix: " bare | sed "s/$suffix: /: /" | diff plain-threads -
		sed -nE "s/\\$suffix(-|,|\$)/\\1/p" seen-files | LC_ALL=C sort | diff plain-thread-files -
	done
}

@test "with pointers that lead nowhere" {
	observe "$BATS_FILE_TMPDIR/call_all" wild
	[ "$(wc -l <bare)" -gt 150 ]
	grep -q EFAULT bare
}

@test "programs executed with arguments and environments that lead nowhere" {
	observe "$BATS_FILE_TMPDIR/call_all" wild-execution
	[ "$(wc -l <bare)" -eq 32 ]
	grep -q EFAULT bare
}

@test "with pointers that lead nowhere, in calls that are refused before anybody looks" {
	cc -std=gnu11 -D_GNU_SOURCE -o refused "$BATS_TEST_DIRNAME/../programs/trace/refused.c"
	observe ./refused
	assert_equal "$(cut -d : -f 2 bare | uniq -c | tr -s ' ')" ' 6 EINVAL'
	trace -q ./refused
	assert_equal "$ended" 0
	diff bare "$io/printed"
}

@test "with pointers that lead nowhere, under --trace" {
	files
	"$BATS_FILE_TMPDIR/call_all" wild >bare
	files
	trace -q "$BATS_FILE_TMPDIR/call_all" wild
	assert_equal "$ended" 0
	diff bare "$io/printed"
}
