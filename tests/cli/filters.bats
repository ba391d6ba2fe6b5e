#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --ext, --ignore, --watch and --all: which of the files that are used count, and what goes before what.
load helper
load once

teardown() {
	[ -z "${elsewhere-}" ] || rm -rf "$elsewhere"
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

# counts FILE...: of what the command reads, saving these restarts it, each once.
counts() {
	local file

	for file in "$@"; do
		put "$file" more
		expect changed path="$(realpath "$file")"
		expect started generation=$((generation + 1))
		expect_line ready
	done
}

# counts_not FILE...
counts_not() {
	local file

	for file in "$@"; do
		put "$file" more
		echo more >"$file"
	done
}

# reads OPTION... -- FILE...: a command that reads these and nothing else of the project's.
reads() {
	local options=() file

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	for file in "$@"; do
		mkdir -p "$(dirname "$file")"
		echo "$file" >"$file"
	done
	start "${options[@]}" sh -c 'cat "$@" >/dev/null; echo ready; exec cat' sh "$@"
	expect_line ready
}

# restarts COUNT: that was all.
restarts() {
	stop
	assert_equal "$generation" $((1 + $1))
}

@test "--ext: one, and in any spelling" {
	local spelling

	for spelling in py .py '*.py' 'html,py' 'html, .py' 'py;'; do
		reads -e "$spelling" -- a.py b.js c a.py.bak .py
		expect_watching "$project/a.py"
		counts_not b.js c a.py.bak .py
		counts a.py
		restarts 1
		exec {events}>&- {output}>&- {kept_stdin}>&- {launched}>&-
		rm -rf "$io"
		mkdir "$io"
	done
}

@test "--ext: several, given twice, and double ones" {
	reads -e py,html --ext=erb -e tar.gz -- a.py b.html c.html.erb d.tar.gz e.gz f.PY
	expect_watching "$project/a.py" "$project/b.html" "$project/c.html.erb" "$project/d.tar.gz"
	counts_not e.gz f.PY
	counts a.py b.html c.html.erb d.tar.gz
	restarts 4
}

@test "--ext narrows what is observed, not what --watch names" {
	mkdir folder
	echo 1 >folder/a.txt
	reads -e py -w conf -w folder -w '*.ini' -- a.py conf b.ini c.txt
	expect_watching "$project/a.py" "$project/conf" "$project/b.ini" "$project/folder/a.txt"
	counts_not c.txt
	counts conf b.ini folder/a.txt folder/new.txt a.py
	restarts 5
}

@test "--ext: what is missing, what a cache stands for, and links on the way" {
	mkdir release-1 release-2
	echo 'print("ready", flush=True)' >release-1/app.py
	cp release-1/app.py release-2
	ln -s release-1 current
	echo 1 >data.txt
	start -e py sh -c 'cat lacking.py lacking.txt data.txt >/dev/null 2>&1; cd current &&
		python3 -c "import app"; exec cat'
	expect_line ready
	expect_watching "$project/release-1/app.py" "$project/current" "$project/lacking.py"
	counts_not data.txt lacking.txt
	ln -sfn release-2 current
	expect changed path="$project/current"
	expect started generation=2
	expect_line ready
	expect_watching "$project/release-2/app.py"
	counts lacking.py
	restarts 2
}

@test "--ignore goes before what is observed, folders and globs of --watch; not before a file that it names" {
	reads -i '*.log' -i 'tmp/' -w . -w named.log -w '*.log' -- a.txt b.log tmp/c named.log
	expect_watching "$project/a.txt" "$project/named.log"
	counts_not b.log tmp/c tmp/new new.log
	counts named.log a.txt new.txt
	restarts 3
}

@test "--all: the system's files, too" {
	elsewhere=$(mktemp -d /var/tmp/elsewhere.XXXXXX)
	echo 1 >"$elsewhere/file"
	reads --all -- a.txt "$elsewhere/file"
	expect_watching "$project/a.txt" "$elsewhere/file" "$(realpath "$(command -v cat)")"
	put a.txt 2
	expect started generation=2
	expect_line ready
	mv a.txt "$elsewhere/file"
	expect changed path="$elsewhere/file"
	expect started generation=3
	stop
	# Not those that change whenever they are looked at.
	run ! grep -q '"path":"/\(proc\|sys\|dev\)/' <(printf '%s\n' "${seen[@]}")
}

@test "without --all: the system's files do not count" {
	elsewhere=$(mktemp -d /var/tmp/elsewhere.XXXXXX)
	reads -- a.txt "$elsewhere/file"
	expect_watching "$project/a.txt"
	counts_not "$elsewhere/file"
	counts a.txt
	restarts 1
}
