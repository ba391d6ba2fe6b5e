#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# What is opened for writing, too, but is not written: a script that locks itself, a database that is
# only read, a file that --watch names. All of these are dependencies.
load helper
load once

# locks_itself LINE...: a script that begins so, and then shows what is in it.
locks_itself() {
	printf '%s\n' '#!/bin/bash' "$@" 'echo 1; exec cat' >script
	chmod +x script
}

# each_save_counts HOW...: one restart each; the lock has been given back each time.
each_save_counts() {
	local how number=1

	shown=script
	start ./script
	expect_line 1
	expect_shown_watched
	for how in "$@"; do
		edit "$how" "$(sed "s/echo $number/echo $((number + 1))/" script)"
		number=$((number + 1))
		is_one_restart "$number"
	done
	stop
	assert_equal "$generation" "$number"
}

@test "a script that locks itself: opened for reading" {
	locks_itself 'exec 9<"$0"' 'flock -n 9 || exit 1'
	each_save_counts rename_over in_place jetbrains vscode
}

@test "a script that locks itself: flock(1)'s own boilerplate" {
	locks_itself '[ "${FLOCKER}" != "$0" ] && exec env FLOCKER="$0" flock -en "$0" "$0" "$@" || :'
	each_save_counts rename_over in_place jetbrains vscode
}

@test "a script that locks itself: a subshell" {
	locks_itself '(' 'flock -n 9 || exit 1' ') 9<"$0"'
	each_save_counts rename_over in_place jetbrains vscode
}

@test "a script that locks itself: opened for both, and replaced" {
	locks_itself 'exec 9<>"$0"' 'flock -n 9 || exit 1'
	each_save_counts rename_over jetbrains
}

@test "a script that locks itself: opened for both, and edited in place" {
	locks_itself 'exec 9<>"$0"' 'flock -n 9 || exit 1'
	each_save_counts in_place vscode
}

@test "a script that locks itself: opened to append, and replaced" {
	locks_itself 'exec 9>>"$0"' 'flock -n 9 || exit 1'
	each_save_counts rename_over jetbrains
}

@test "a script that locks itself: opened to append, and edited in place" {
	locks_itself 'exec 9>>"$0"' 'flock -n 9 || exit 1'
	each_save_counts in_place vscode
}

python_locks_itself() {
	printf '%s\n' '#!/usr/bin/env python3' 'import fcntl, sys' 'lock = open(__file__, "r+")' \
		'fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)' '# echo 1' \
		'print(open(__file__).read().split("echo ")[1].split()[0], flush=True)' \
		'sys.stdin.read()' >script
	chmod +x script
}

@test "a script that locks itself: Python, replaced" {
	python_locks_itself
	each_save_counts rename_over jetbrains
}

@test "a script that locks itself: Python, edited in place" {
	python_locks_itself
	each_save_counts in_place vscode
}

# make_database FILE WORD
make_database() {
	sqlite3 "$1" "create table t(word); insert into t values('$2')"
}

# reads_database COMMAND...: a command that shows it: replaced by another, and written by somebody else.
reads_database() {
	make_database db one
	shown=db
	start "$@"
	expect_line one
	expect_shown_watched
	make_database "$sandbox/db" two
	mv "$sandbox/db" db
	is_one_restart two
	sqlite3 db "update t set word = 'three'"
	is_one_restart three
	sqlite3 db "update t set word = 'four'"
	is_one_restart four
	stop
	assert_equal "$generation" 4
}

@test "a database that is only read, and opened for that" {
	printf '%s\n' 'import sqlite3, sys' 'db = sqlite3.connect("file:db?mode=ro", uri=True)' \
		'print(db.execute("select word from t").fetchone()[0], flush=True)' 'sys.stdin.read()' >app.py
	reads_database python3 app.py
}

@test "a database that is only read, by a connection that could write, and is closed" {
	reads_database sh -c 'sqlite3 db "select word from t"; exec cat'
}

@test "a database that is only read, by a connection that could write, and stays open" {
	printf '%s\n' 'import sqlite3, sys' 'db = sqlite3.connect("db")' \
		'print(db.execute("select word from t").fetchone()[0], flush=True)' 'sys.stdin.read()' >app.py
	reads_database python3 app.py
}

# Without the journal that a reader has looked for in vain.
@test "a database that is only read, by a connection that could write, is written without a journal" {
	make_database db one
	shown=db
	start sh -c 'sqlite3 db "select word from t"; exec cat'
	expect_line one
	expect_shown_watched
	sqlite3 db "pragma journal_mode = off; update t set word = 'two'"
	is_one_restart two
	stop
	assert_equal "$generation" 2
}

# A command that reads a state and writes it, unless it is as the command would write it.
readonly KEEPS_STATE='state=$(cat state); echo "$state"; [ "$state" = kept ] ||
	{ echo kept >state.new; mv state.new state; }; cat word; exec cat'

@test "a file that is read and written: not a dependency, unless --watch names it" {
	echo new >state
	echo 1 >word
	start -v sh -c "$KEEPS_STATE"
	expect_line new
	expect_line 1
	expect_watching "$project/word"
	echo edited >state
	put word 2
	expect started generation=2
	expect_line edited
	expect_line 2
	expect_watching "$project/word"
	put word 3
	expect started generation=3
	expect_line kept
	expect_line 3
	stop
	assert_equal "${changed[*]}" "$project/word $project/word"
	# Once for each run that has written.
	assert_equal "$(grep -c 'state: used and also written by the command' "$io/terminal")" 2
}

@test "a file that is read and written many times is named once by -v" {
	echo new >state
	echo 1 >word
	start -v sh -c 'for i in 1 2 3; do cat state >/dev/null; echo "$i" >state; done; cat word; exec cat'
	expect_line 1
	expect_watching "$project/word"
	stop
	assert_equal "$(grep -c 'state: used and also written by the command' "$io/terminal")" 1
}

@test "--watch: a file that is read and written is a dependency" {
	echo kept >state
	echo 1 >word
	start --watch state sh -c "$KEEPS_STATE"
	expect_line kept
	expect_line 1
	expect_watching "$project/state"
	put state edited
	expect started generation=2
	expect_line edited
	# The command's own writing of it is a change as well, as the user has wished.
	expect started generation=3
	expect_output kept
	expect_line 1
	expect_watching "$project/state" "$project/word"
	put word 2
	expect started generation=4
	expect_line kept
	expect_line 2
	stop
	assert_equal "$generation" 4
}

@test "--watch: a file that is opened for update, and edited in place" {
	echo one >state
	shown=state
	start --watch state sh -c 'exec 9<>state; cat state; exec cat'
	expect_line one
	expect_shown_watched
	edit in_place two
	is_one_restart two
	edit rename_over three
	is_one_restart three
	stop
	assert_equal "$generation" 3
}
