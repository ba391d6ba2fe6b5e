#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Whose hand it was: what a process of the command has written once, and a person edits later; what the
# command turns itself; and what a program does that nobody can see.
load helper
load once

# save_later FILE LINE: as somebody who saves long after the command has written the file itself.
save_later() {
	printf '%s\n' "$2" >"$io/new"
	touch -d 'now + 2 seconds' "$io/new"
	mv "$io/new" "$1"
}

@test "a formatter in the command: each save counts, whatever it makes of it" {
	local number

	echo 'echo 1' >script
	shown=script
	start sh -c 'grep -q " $" script && sed -i "s/ *$//" script; exec sh -c ". ./script; exec cat"'
	expect_line 1
	expect_shown_watched
	for number in 2 3 4; do
		save_later script "echo $number  "
		expect started generation="$number"
		expect_line "$number"
	done
	stop
	assert_equal "$generation" 4
}

@test "a file that is copied when there is none, and edited later" {
	echo 1 >conf.example
	start sh -c '[ -f conf ] || cp conf.example conf; echo $(cat conf); exec cat'
	expect_line 1
	expect_watching "$project/conf.example"
	save_later conf 2
	expect started generation=2
	expect_line 2
	stop
	assert_equal "$generation" 2
}

@test "a link that the command turns itself, and then reads through" {
	mkdir runs runs/1 runs/2
	echo one >runs/1/word
	echo two >runs/2/word
	ln -s runs/1 current
	echo 1 >other
	start sh -c 'cat current/word other; read -r turn; ln -sfn runs/2 current; cat current/word; exec cat'
	expect_line one
	expect_line 1
	expect_watching "$project/runs/1/word"
	echo turn >&"$kept_stdin"
	expect_line two
	expect_watching "$project/other" "$project/runs/2/word"
	put other 2
	expect changed path="$project/other"
	expect started generation=2
	stop
	assert_equal "$generation" 2
}

@test "what a program that cannot be seen rewrites after each start: slower and slower" {
	echo 1 >word
	# env -i and a static shell: nobody reports what it writes.
	musl-gcc -static -o writer -x c - <<-'C'
		#include <fcntl.h>
		#include <unistd.h>
		int main(void) { int fd = open("word", O_WRONLY | O_TRUNC); return write(fd, "2\n", 2) != 2; }
	C
	start sh -c 'cat word >/dev/null; ./writer; exec cat'
	expect endless path="$project/word"
	[ "$generation" -ge 50 ]
	stop
	grep -q 'word changes soon after each start' "$io/terminal"
}
