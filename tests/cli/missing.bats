#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; variables that helper.bash sets
# What was missing and appears, and what was there and goes away.
load helper
load once

# program NAME LINE...: writes it.
program() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$name"
}

# is_next LINE: the next restart, and the command prints this.
is_next() {
	local next=$((generation + 1))
	expect started generation="$next"
	expect_line "$1"
}

# fails_next: the next restart, which fails.
fails_next() {
	local next=$((generation + 1))
	expect started generation="$next"
	expect waiting
}

# stop_at GENERATION: there have been as many.
stop_at() {
	stop
	assert_equal "$generation" "$1"
}

@test "python: a .env that is looked for appears, is edited, goes and comes again" {
	program app.py 'import os, sys' \
		'print(open(".env").read().strip() if os.path.exists(".env") else "none", flush=True)' \
		'sys.stdin.read()'
	start python3 app.py
	expect_line none
	expect_watching "$project/.env"
	echo other >.envrc
	put .env A=1
	is_next A=1
	expect_watching "$project/.env"
	echo A=2 >.env
	is_next A=2
	expect_watching "$project/.env"
	rm .env
	is_next none
	expect_watching "$project/.env"
	put .env A=3
	is_next A=3
	stop_at 5
}

@test "node: a .env that is opened in vain appears" {
	program app.js 'const fs = require("fs"); let text = "none"' \
		'try { text = fs.readFileSync(".env", "utf8").trim() } catch (error) {}' \
		'console.log(text); process.stdin.resume()'
	start node app.js
	expect_line none
	expect_watching "$project/.env"
	echo A=1 >.env
	is_next A=1
	stop_at 2
}

@test "python: a module that was missing" {
	program app.py 'import sys' 'import plugin' 'print(plugin.WORD, flush=True)' 'sys.stdin.read()'
	start python3 app.py
	expect waiting
	expect_watching "$project/app.py"
	put plugin.py 'WORD = "one"'
	is_next one
	expect_watching "$project/plugin.py"
	put plugin.py 'WORD = "two"'
	is_next two
	stop_at 3
}

# lacks_package: a Python program that fails for want of one.
lacks_package() {
	program app.py 'import sys' 'from plugin import word' 'print(word.WORD, flush=True)' 'sys.stdin.read()'
	start python3 app.py
	expect waiting
	expect_watching "$project/app.py"
}

@test "python: a package that was missing is moved here" {
	mkdir "$sandbox/plugin"
	program "$sandbox/plugin/word.py" 'WORD = "one"'
	lacks_package
	mv "$sandbox/plugin" .
	is_next one
	stop_at 2
}

@test "python: a package that was missing is made here" {
	lacks_package
	mkdir plugin
	put plugin/word.py 'WORD = "one"'
	# The folder alone may have been worth a trial.
	expect_output one
	stop
}

@test "python: a module of a package that is there" {
	program app.py 'import sys' 'from shop import prices' 'print(prices.WORD, flush=True)' 'sys.stdin.read()'
	mkdir shop
	touch shop/__init__.py
	start python3 app.py
	expect waiting
	expect_watching "$project/shop/__init__.py"
	put shop/prices.py 'WORD = "one"'
	is_next one
	stop_at 2
}

@test "node: a module that was missing" {
	program app.js 'console.log(require("./lib/plugin").word); process.stdin.resume()'
	start node app.js
	expect waiting
	expect_watching "$project/lib/plugin.js"
	mkdir lib
	put lib/plugin.js 'exports.word = "one"'
	is_next one
	expect_watching "$project/lib/plugin.js"
	put lib/plugin.js 'exports.word = "two"'
	is_next two
	stop_at 3
}

@test "node: a package that was missing" {
	program app.js 'console.log(require("plugin").word); process.stdin.resume()'
	start node app.js
	expect waiting
	expect_watching "$project/app.js"
	mkdir -p "$sandbox/node_modules/plugin"
	program "$sandbox/node_modules/plugin/index.js" 'exports.word = "one"'
	mv "$sandbox/node_modules" .
	is_next one
	stop_at 2
}

@test "a data file that was missing" {
	start sh -c 'cat menu.txt || exit 1; exec cat'
	expect waiting
	expect_watching "$project/menu.txt"
	put other.txt other
	put menu.txt one
	is_next one
	stop_at 2
}

@test "a file whose folder does not exist yet, made at one go" {
	start sh -c 'cat config/local/app.conf 2>/dev/null || echo none; exec cat'
	expect_line none
	expect_watching "$project/config/local/app.conf"
	mkdir -p config/local
	put config/local/app.conf one
	is_next one
	expect_watching "$project/config/local/app.conf"
	put config/local/app.conf two
	is_next two
	stop_at 3
}

@test "a file whose folder does not exist yet: the folders alone, and their other files, are no change" {
	start sh -c 'cat config/local/app.conf word 2>/dev/null; echo end; exec cat'
	expect_line end
	expect_watching "$project/config/local/app.conf" "$project/word"
	mkdir config
	put config/other other
	put word first
	is_next first
	expect_line end
	expect_watching "$project/config/local/app.conf" "$project/word"
	mkdir config/local
	put config/local/other other
	put word second
	is_next second
	expect_line end
	expect_watching "$project/config/local/app.conf"
	put config/local/app.conf third
	is_next third
	stop_at 4
}

@test "a file whose folder does not exist yet: the folder is moved here with it" {
	mkdir -p "$sandbox/config/local"
	put "$sandbox/config/local/app.conf" one
	start sh -c 'cat config/local/app.conf 2>/dev/null || echo none; exec cat'
	expect_line none
	expect_watching "$project/config/local/app.conf"
	mv "$sandbox/config" .
	is_next one
	stop_at 2
}

@test "a dependency is deleted: one restart, which fails and waits" {
	echo word >word
	start sh -c 'cat word || exit 1; exec cat'
	expect_line word
	expect_watching "$project/word"
	rm word
	fails_next
	# What would go on restarting would have done so before that.
	put other other
	put word again
	is_next again
	expect_watching "$project/word"
	stop_at 3
}

@test "a dependency is deleted that the command does without: one restart" {
	echo word | tee word other >/dev/null
	start sh -c 'cat word 2>/dev/null || echo none; cat other; exec cat'
	expect_line word
	expect_line word
	expect_watching "$project/word" "$project/other"
	rm word
	is_next none
	expect_line word
	expect_watching "$project/word" "$project/other"
	put other more
	is_next none
	expect_line more
	stop_at 3
}

@test "python: a module is deleted, and comes again" {
	program app.py 'import sys' 'import plugin' 'print(plugin.WORD, flush=True)' 'sys.stdin.read()'
	program plugin.py 'WORD = "one"'
	start python3 app.py
	expect_line one
	expect_watching "$project/plugin.py"
	rm plugin.py
	fails_next
	put plugin.py 'WORD = "two"'
	is_next two
	stop_at 3
}

@test "node: a module is deleted, and comes again" {
	program app.js 'console.log(require("./plugin").word); process.stdin.resume()'
	program plugin.js 'exports.word = "one"'
	start node app.js
	expect_line one
	expect_watching "$project/plugin.js"
	rm plugin.js
	fails_next
	put plugin.js 'exports.word = "two"'
	is_next two
	stop_at 3
}

@test "a folder of dependencies is deleted: one restart, which waits for it to come again" {
	mkdir -p data/deep
	echo one >data/deep/word
	start sh -c 'cat data/deep/word || exit 1; exec cat'
	expect_line one
	expect_watching "$project/data/deep/word"
	rm -r data
	fails_next
	mkdir -p data/deep
	put data/deep/word two
	is_next two
	stop_at 3
}
