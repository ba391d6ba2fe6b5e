#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # variables that helper.bash sets; scripts for other shells
# --watch and --ignore, and which of the things that happen to a file count as a change.
#
# What must not restart is done first and what must restart after it: the change that arrives has to
# be the second one.
load helper

# A command that opens nothing of the project's.
readonly READS_NOTHING='echo runs; exec cat'

# put FILE: makes it appear complete.
put() {
	echo content >"$sandbox/new"
	mv "$sandbox/new" "$1"
}

# restarts_by [KEY=VALUE...]: the next change is that, and it leads to the next generation.
restarts_by() {
	local next=$((generation + 1))
	expect changed "$@"
	expect started generation="$next"
	expect_line runs
}

@test "--watch FILE" {
	put conf
	start -w conf sh -c "$READS_NOTHING"
	expect_line runs
	expect watching path="$project/conf" reason=watch
	echo changed >conf
	restarts_by path="$project/conf" reason=written
	expect_watching "$project/conf"
	put conf
	restarts_by path="$project/conf" reason=replaced
	stop
	assert_equal "$generation" 3
}

@test "--watch FILE that is not there yet" {
	start --watch conf sh -c "$READS_NOTHING"
	expect_line runs
	expect_watching "$project/conf"
	put conf
	restarts_by path="$project/conf" reason=appeared
	stop
}

@test "--watch FOLDER: everything below, new files too, but no dot folders" {
	mkdir -p pages/deep pages/.cache
	put pages/old
	put pages/.cache/old
	start --watch pages sh -c "$READS_NOTHING"
	expect_line runs
	expect_watching "$project/pages/old"
	put pages/.cache/old
	put pages/.cache/new
	put pages/old
	restarts_by path="$project/pages/old" reason=replaced
	expect_watching "$project/pages/old"
	put pages/new
	restarts_by path="$project/pages/new" reason=appeared
	expect_watching "$project/pages/new"
	put pages/deep/new
	restarts_by path="$project/pages/deep/new" reason=appeared
	expect_watching "$project/pages/deep/new"
	stop
	assert_equal "$generation" 4
}

@test "--watch GLOB: what matches, new files too" {
	mkdir -p pages
	put pages/a.html
	start --watch 'pages/*.html' sh -c "$READS_NOTHING"
	expect_line runs
	expect_watching "$project/pages/a.html"
	put pages/a.css
	put pages/a.html
	restarts_by path="$project/pages/a.html"
	expect_watching "$project/pages/a.html"
	put pages/b.css
	put pages/b.html
	restarts_by path="$project/pages/b.html" reason=appeared
	stop
	assert_equal "${changed[*]}" "$project/pages/a.html $project/pages/b.html"
}

@test "--ignore GLOB: not what the command read either; the last match wins" {
	put a.txt
	put b.txt
	start -i '*.txt' -i '!b.txt' sh -c 'cat a.txt b.txt >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/b.txt"
	put a.txt
	put b.txt
	restarts_by path="$project/b.txt"
	stop
	assert_equal "${changed[*]}" "$project/b.txt"
	assert_equal "$generation" 2
}

@test "--ignore with a slash is relative to the project" {
	mkdir -p data other/data
	put data/a
	put other/data/a
	start --ignore data/a sh -c 'cat data/a other/data/a >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/other/data/a"
	put data/a
	put other/data/a
	restarts_by path="$project/other/data/a"
	stop
	assert_equal "${changed[*]}" "$project/other/data/a"
}

@test "reading a file, and what editors leave beside it, is no change" {
	put word
	start sh -c 'cat word >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/word"
	cat word
	put .word.swp
	put word~
	put '#word#'
	put 4913
	rm 4913
	put word
	restarts_by path="$project/word"
	stop
	assert_equal "${changed[*]}" "$project/word"
}

@test "a new time stamp is a change" {
	put word
	start sh -c 'cat word >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/word"
	# Not touch, which opens the file.
	perl -e 'utime 1, 1, "word"'
	restarts_by path="$project/word"
	stop
}

@test "a file that was looked for appears" {
	start sh -c '[ -e .env ]; echo runs; exec cat'
	expect_line runs
	expect watching path="$project/.env" reason=missing
	put .env
	restarts_by path="$project/.env" reason=appeared
	expect_watching "$project/.env"
	stop
}

@test "a file that is removed and written anew is one restart" {
	put word
	start --settle 1s sh -c 'cat word >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/word"
	rm word
	expect changed path="$project/word"
	put word
	expect started generation=2
	expect_line runs
	stop
	assert_equal "$generation" 2
}

@test "a symlink on the way is swapped" {
	mkdir release-1 release-2
	put release-1/word
	put release-2/word
	ln -s release-1 current
	start sh -c 'cat current/word >/dev/null; echo runs; exec cat'
	expect_line runs
	expect_watching "$project/current" "$project/release-1/word"
	ln -s release-2 next
	mv -T next current
	restarts_by path="$project/current" reason=replaced
	expect_watching "$project/release-2/word"
	put release-1/word
	put release-2/word
	restarts_by path="$project/release-2/word"
	stop
	assert_equal "$generation" 3
}

@test "a command that has ended is started again by a change" {
	put word
	start sh -c 'cat word >/dev/null; echo runs'
	expect_line runs
	expect waiting
	expect_watching "$project/word"
	put word
	restarts_by path="$project/word" reason=replaced
	expect waiting
	stop
	assert_equal "$ended" 0
}
