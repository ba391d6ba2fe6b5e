#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# What the command does to files by itself restarts nothing; and what it cannot run now, it runs later.
load helper

# restarts_only_for_word: everything has happened; then a save of `word`, which must be the one change.
restarts_only_for_word() {
	expect_watching "$project/word"
	echo 2 >word.new
	mv word.new word
	expect started generation=2
	expect_watching "$project/word"
	stop
	assert_equal "${changed[*]}" "$project/word"
	assert_equal "$generation" 2
}

@test "a database and a file that are opened for update" {
	echo 1 | tee word state >/dev/null
	printf '%s\n' 'import sqlite3' 'for i in range(3):' \
		'    c = sqlite3.connect("db"); c.execute("create table if not exists t(x)")' \
		'    c.execute("insert into t values(1)"); c.commit(); c.close()' \
		'    with open("state", "r+") as f: n = f.read(); f.seek(0); f.write(n + "1")' \
		'open("word").read()' >app.py
	python3 app.py
	start sh -c 'python3 app.py; exec sleep infinity'
	restarts_only_for_word
}

@test "sockets, FIFOs and temporary files that are made" {
	echo 1 >word
	echo 'int l;' >l.c
	printf '%s\n' 'import os, socket' 'if os.path.exists("s"): os.unlink("s")' \
		'socket.socket(socket.AF_UNIX).bind("s")' >app.py
	start sh -c 'python3 app.py; [ -p f ] || mkfifo f; cc -c l.c && ar rcs lib.a l.o
		cat word; exec sleep infinity'
	expect_line 1
	restarts_only_for_word
}

@test "files that are touched, and a folder that is renamed" {
	mkdir folder
	echo 1 | tee word m folder/x >/dev/null
	start sh -c 'cat m folder/x; touch m; mv folder away; mv away folder; cat word; exec sleep infinity'
	expect_line 1
	expect_line 1
	expect_line 1
	restarts_only_for_word
}

# expect_said TEXT: on the terminal.
expect_said() {
	timeout "$LIMIT_S" grep -qm1 "$1" <(tail -s 0.02 -n +1 -f "$io/terminal") || fail "not said: $1"
}

@test "a command that is away for long is run when it is there again, and executable" {
	printf '#!/bin/sh\necho %s\nexec sleep infinity\n' 1 >server
	chmod +x server
	start ./server
	expect_line 1
	expect_watching "$project/server"
	rm server
	expect_said 'cannot run ./server: No such file or directory, waiting for a change'
	printf '#!/bin/sh\necho %s\nexec sleep infinity\n' 2 >server
	expect_said 'cannot run ./server: not an executable file (chmod +x makes it one), waiting for a change'
	chmod +x server
	expect_line 2
	stop
}

@test "a byte code cache that hides a change is found out when it is read" {
	local second

	printf '%s\n' 'open("go").read()' 'import mod' 'print(mod.x, flush=True)' 'open("go").read()' >app.py
	echo 'x = 1' >mod.py
	mkfifo go
	start python3 app.py
	echo >go
	expect_line 1
	expect_watching "$project/mod.py"
	cp app.py app.new
	mv app.new app.py
	expect started generation=2
	# As when the save comes while the new generation has not yet imported: the same second and
	# size as in the cache, and after it was written.
	second=$(stat -c %Y mod.py)
	echo 'x = 2' >mod.py
	touch -d "@$second.8" __pycache__/mod.*.pyc
	touch -d "@$second.9" mod.py
	echo >go
	expect changed path="$project/mod.py"
	expect started generation=3
	echo >go
	expect_output 2
	stop
}
