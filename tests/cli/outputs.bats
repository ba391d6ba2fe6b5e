#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# What the command writes is no change, even if it has read it before or reads it afterwards.
#
# Each command tells by a line, its last, that it has written. Then `word`, which it has read first, is
# saved: this must be the first change, and again in the generation that follows.
load helper

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	echo 1 >word
}

# never_restarts_itself LINE: two saves of `word`, and no other change.
never_restarts_itself() {
	local next

	expect_output "$1"
	for next in 2 3; do
		expect_watching "$project/word"
		echo "$next" >word.new
		mv word.new word
		expect started generation="$next"
		expect_output "$1"
	done
	expect_watching "$project/word"
	stop
	assert_equal "${changed[*]}" "$project/word $project/word"
	assert_equal "$generation" 3
}

# python_app LINE...: with what every program here does; after these lines it says that it has written.
python_app() {
	printf '%s\n' 'import json, os, sys' 'open("word").read()' "$@" 'print("written", flush=True)' \
		'sys.stdin.read()' >app.py
}

@test "python: its own JSON state is read, and then rewritten in place" {
	echo '{"runs": 0}' >state.json
	python_app 'state = json.load(open("state.json"))' 'state["runs"] += 1' \
		'with open("state.json", "w") as file: json.dump(state, file)'
	start python3 app.py
	never_restarts_itself written
	assert_equal "$(<state.json)" '{"runs": 3}'
}

@test "python: its own JSON state is read, and then replaced" {
	echo '{"runs": 0}' >state.json
	python_app 'state = json.load(open("state.json"))' 'state["runs"] += 1' \
		'with open("state.json.tmp", "w") as file: json.dump(state, file)' \
		'os.replace("state.json.tmp", "state.json")'
	start python3 app.py
	never_restarts_itself written
	assert_equal "$(<state.json)" '{"runs": 3}'
}

@test "python: its own JSON state is opened for both, cut and written" {
	echo '{"runs": 0}' >state.json
	python_app 'with open("state.json", "r+") as file:' '    state = json.load(file)' \
		'    state["runs"] += 1' '    file.seek(0)' '    json.dump(state, file)' '    file.truncate()'
	start python3 app.py
	never_restarts_itself written
	assert_equal "$(<state.json)" '{"runs": 3}'
}

@test "python: a state that is looked for, and written only if it is missing" {
	python_app 'if os.path.exists("state"): os.unlink("state")' 'open("state", "w").write("1")' \
		'open("state").read()'
	start python3 app.py
	never_restarts_itself written
}

@test "node: its own JSON state is read, and then rewritten" {
	echo '{"runs": 0}' >state.json
	printf '%s\n' 'const fs = require("fs")' 'fs.readFileSync("word")' \
		'const state = require("./state.json")' 'state.runs++' \
		'fs.writeFileSync("state.json", JSON.stringify(state))' \
		'console.log("written"); process.stdin.resume()' >app.js
	start node app.js
	never_restarts_itself written
	assert_equal "$(<state.json)" '{"runs":3}'
}

@test "sh: its own state, read by cat and written by echo" {
	echo 0 >state
	start sh -c 'cat word >/dev/null; n=$(cat state); echo $((n + 1)) >state; echo written; exec cat'
	never_restarts_itself written
	assert_equal "$(<state)" 3
}

# database_app JOURNAL: writes to a database, which it has read before, time and again.
database_app() {
	python_app 'import sqlite3' 'for i in range(5):' '    db = sqlite3.connect("db")' \
		"    db.execute('pragma journal_mode = $1')" '    db.execute("create table if not exists t(x)")' \
		'    db.execute("select count(*) from t").fetchone()' '    db.execute("insert into t values(1)")' \
		'    db.commit()' '    db.close()'
}

@test "an sqlite database with a journal" {
	database_app delete
	start python3 app.py
	never_restarts_itself written
	assert_equal "$(sqlite3 db 'select count(*) from t')" 15
}

@test "an sqlite database with a journal that is kept" {
	database_app persist
	start python3 app.py
	never_restarts_itself written
}

@test "an sqlite database with a write-ahead log" {
	database_app wal
	start python3 app.py
	never_restarts_itself written
}

@test "an sqlite database that stays open" {
	python_app 'import sqlite3' 'db = sqlite3.connect("db")' 'db.execute("create table if not exists t(x)")' \
		'for i in range(5):' '    db.execute("insert into t values(1)")' '    db.commit()' \
		'    db.execute("select * from t").fetchall()'
	start python3 app.py
	never_restarts_itself written
}

@test "an sqlite database, by sqlite3(1)" {
	start sh -c 'cat word >/dev/null; sqlite3 db "create table if not exists t(x); insert into t values(1)
		" && sqlite3 db "insert into t select 2 from t limit 1; select \"written\""; exec cat'
	never_restarts_itself written
}

@test "CPython's byte code, in its folders and in one of its own" {
	mkdir shop
	echo 'WORD = 1' >shop/prices.py
	python_app 'import shop.prices' 'print(shop.prices.__cached__)'
	start sh -c 'python3 app.py </dev/null; PYTHONPYCACHEPREFIX=$PWD/cache exec python3 app.py'
	expect_output written
	[ -n "$(find shop/__pycache__ cache -name 'prices.*.pyc')" ]
	never_restarts_itself written
}

@test "byte code that is compiled for all, and read" {
	python_app 'import compileall' 'compileall.compile_dir(".", quiet=1, force=True)'
	mkdir shop
	echo 'WORD = 1' >shop/prices.py
	start sh -c 'python3 app.py </dev/null; exec python3 app.py'
	expect_output written
	never_restarts_itself written
}

@test "a cache that is looked for, read if it is there, and else made and read" {
	python_app 'os.makedirs("cache", exist_ok=True)' 'for name in ("a", "b"):' \
		'    path = f"cache/{name}.html"' \
		'    if not os.path.exists(path):' \
		'        with open(path + ".new", "w") as file: file.write(name)' \
		'        os.rename(path + ".new", path)' \
		'    open(path).read()'
	start python3 app.py
	never_restarts_itself written
}

@test "a log that it also tails" {
	start sh -c 'cat word >/dev/null; echo begun >>log; tail -n 1 -f log & echo more >>log
		for i in 1 2 3; do echo "$i" >>log; done; grep -c . log >/dev/null; echo written >>log; wait'
	never_restarts_itself written
}

@test "a log that one process of it appends to all the time, and another one has read whole" {
	python_app 'open("log", "a").write("begun\n")' 'open("log").read()' 'log = open("log", "a")' \
		'for i in range(5):' '    log.write("more\n")' '    log.flush()' '    open("log").read()' \
		'log.close()'
	start python3 app.py
	never_restarts_itself written
}

@test "stdout and stderr redirected into a watched folder, and read" {
	mkdir logs
	launch_with=(sh -c 'out=$1; shift; exec "$@" >logs/out 2>>logs/err' sh -)
	start --watch logs sh -c 'cat word; echo wrong >&2; cat logs/out logs/err >/dev/null
		echo written >'"$io/output"'; exec cat'
	never_restarts_itself written
	[ -s logs/err ]
}

@test "a build that reads what an earlier step has written" {
	echo '#include <stdio.h>' >main.c
	echo 'int main(void) { puts("built"); return 0; }' >>main.c
	start sh -c 'cat word >/dev/null; cc -c main.c -o main.o && ar rcs libmain.a main.o &&
		cc main.o -o main.new && mv main.new main && ./main && cat main.o libmain.a >/dev/null &&
		echo written; exec cat'
	never_restarts_itself written
}

@test "a build by make, whose targets were looked at" {
	printf '%s\n' 'all: main' '	./main' 'main: main.o words.o' '	$(CC) -o $@ $^' \
		'main.o words.o: words.h' 'words.h: word' '	sed "s/.*/const char *word(void);/" word >$@' >Makefile
	printf '%s\n' '#include <stdio.h>' '#include "words.h"' 'int main(void) { puts(word()); return 0; }' >main.c
	printf '%s\n' '#include "words.h"' 'const char *word(void) { return "written"; }' >words.c
	start sh -c 'make -s && exec cat'
	never_restarts_itself written
}

@test "tar, which unpacks what is read then" {
	mkdir -p "$sandbox/packed/data"
	echo data | tee "$sandbox/packed/data/a" >"$sandbox/packed/data/b"
	tar -C "$sandbox/packed" -cf data.tar data
	start sh -c 'cat word >/dev/null; tar -xf data.tar && cat data/* >/dev/null && touch data/a &&
		echo written; exec cat'
	never_restarts_itself written
}

@test "sed -i and mv, by the command itself" {
	echo a >config
	start sh -c 'cat word config >/dev/null; sed -i s/a/aa/ config; cat config >copy; mv copy config
		cat config >/dev/null; echo written; exec cat'
	never_restarts_itself written
}
