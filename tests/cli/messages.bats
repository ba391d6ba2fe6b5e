#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # variables that helper.bash sets; scripts for other shells
# What the user sees on the terminal: one line per thing that is worth knowing, and nothing else.
load helper
load saves

readonly BASH_PROGRAM=(entry:app.sh module:lib/prices.sh data:data/menu.txt)

@test "nothing at the start and the end, one line per restart" {
	use_program bash
	start bash app.sh
	program_is prints "${BASH_PROGRAM[@]}"
	save_restarts in_place module:lib/prices.sh
	save_restarts by_rename entry:app.sh
	stop_and_count
	assert_terminal 'autoreload-run: lib/prices.sh changed, restarting' \
		'autoreload-run: app.sh changed, restarting'
}

@test "a file outside of the working directory is named in full" {
	mkdir here
	echo data-1 >word
	cd here
	start sh -c 'cat ../word; exec cat'
	program_is prints data:word
	save_restarts in_place data:word
	stop
	assert_terminal "autoreload-run: $project/word changed, restarting"
}

@test "several files at once are one restart and one line" {
	local name names=(one two three four)

	for name in "${names[@]}"; do echo 1 >"$name"; done
	start --settle 2s sh -c 'cat one two three four; exec cat'
	expect_watching "${names[@]/#/$project/}"
	for name in "${names[@]}"; do echo 2 >"$name"; done
	expect started generation=2
	stop
	assert_equal "$generation" 2
	assert_equal "$(wc -l <"$io/terminal")" 1
	[[ $(<"$io/terminal") =~ ^'autoreload-run: one '(and 3 more files )?'changed, restarting'$ ]]
}

@test "how the command ended, when it did so by itself" {
	echo 1 >word
	start sh -c 'read -r word <word; exit "$word"'
	expect exited generation=1 status=1
	expect waiting
	expect_watching "$project/word"
	echo 0 >word
	expect exited generation=2 status=0
	expect waiting
	stop
	assert_terminal 'autoreload-run: sh exited with status 1, waiting for a change' \
		'autoreload-run: word changed, restarting' \
		'autoreload-run: sh exited with status 0, waiting for a change'
}

@test "how the command ended, when it crashed" {
	start sh -c 'kill -s SEGV $$'
	expect exited signal=SIGSEGV
	expect waiting
	stop
	assert_terminal 'autoreload-run: sh was killed by SIGSEGV, waiting for a change'
}

@test "control characters in a path do not get to the terminal" {
	local name=$'bell\a esc\e[31m line\nfeed csi\xc2\x9b31m'

	echo data-1 >"$name"
	start -v cat "$name" /dev/stdin
	expect_line data-1
	expect watching reason=read
	echo data-2 >"$name"
	expect started generation=2
	expect_line data-2
	stop
	# One line each: all begin with our name, and none has anything but printable characters.
	run ! grep -vP '^autoreload-run: ' "$io/terminal"
	run ! grep -P '[\x00-\x1f\x7f-\x9f]' "$io/terminal"
	grep -q ' changed, restarting$' "$io/terminal"
}

@test "--quiet says nothing of all that" {
	echo 1 >word
	start -q sh -c 'read -r word <word; exit "$word"'
	expect waiting
	expect_watching "$project/word"
	echo 0 >word
	expect exited generation=2 status=0
	expect waiting
	stop
	assert_terminal
}

@test "--verbose says why a file is watched" {
	use_program bash
	start -v bash app.sh
	program_is prints "${BASH_PROGRAM[@]}"
	expect_watching "$project"/{app.sh,lib/prices.sh,data/menu.txt}
	stop
	for name in app.sh lib/prices.sh data/menu.txt; do
		grep -xP "autoreload-run: \Q$name\E: (read|looked at) by bash \(pid $pid\), \d+ ms after start" \
			"$io/terminal"
	done
}
