#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# What we write to a terminal and to no other file: colour, a screen that is cleared. Without a
# terminal: no difference, no escape sequence.
load helper
load terminal

# run_cleared OPTION...: on a screen with `said before` on it.
run_cleared() {
	echo 1 >word
	type_line 'echo said before'
	expect_prompt 0
	type_line "ar $* sh -c 'echo run-\$(cat word); exit 3'"
	expect_started 1
	expect_screen '*run-1'
	expect_watching "$project/word"
}

# history_lines: how many have been scrolled out of the screen, and can be scrolled back to.
history_lines() {
	tmux_do display -p '#{history_size}'
}

@test "without --clear the screen stays" {
	open_terminal
	run_cleared
	expect waiting
	shows 'said before'
}

@test "--clear clears the screen before the first start" {
	open_terminal
	run_cleared --clear
	run -1 shows 'said before'
	assert_equal "$(screen | head -n 1)" run-1
}

@test "--clear clears the screen before a restart" {
	open_terminal
	run_cleared -c
	expect waiting
	echo 2 >word
	expect_started 2
	expect_screen '*run-2'
	run -1 shows '*run-1'
	# What has changed is said again, as that was wiped away.
	assert_equal "$(screen | head -n 2)" $'autoreload-run: word changed, restarting\nrun-2'
}

@test "--clear leaves what the terminal can be scrolled back to" {
	open_terminal
	type_line 'seq 50'
	expect_prompt 0
	run_cleared -c
	[ "$(history_lines)" -ge 50 ]
}

@test "-cc clears that, too" {
	open_terminal
	type_line 'seq 50'
	expect_prompt 0
	run_cleared -cc
	assert_equal "$(history_lines)" 0
	run -1 shows 'said before'
}

@test "--clear, TERM=dumb: nothing is cleared" {
	open_terminal
	type_line 'export TERM=dumb'
	expect_prompt 0
	run_cleared -c
	shows 'said before'
}

@test "--clear, stdout is a file: nothing is written to it" {
	open_terminal
	echo 1 >word
	type_line "ar -c sh -c 'cat word' >out"
	expect_started 1
	expect waiting
	press Enter
	expect_started 2
	expect waiting
	press C-c
	expect_prompt 130
	assert_equal "$(od -c out | head -n 1)" '0000000   1  \n   1  \n'
}

@test "--clear, stdout is a pipe: the terminal is not cleared" {
	open_terminal
	type_line 'echo said before'
	expect_prompt 0
	type_line "ar -c sh -c 'exit 3' | cat -v"
	expect_started 1
	expect waiting
	expect_screen '*exited with status 3*'
	shows 'said before'
	run -1 shows '*^[[[]*'
}

# colour_of_us: whether our name has a colour on the screen.
colour_of_us() {
	tmux_do capture-pane -p -e | grep -q $'\033\\[[0-9;]*m.*autoreload-run: \\|autoreload-run:.*\033\\['
}

run_for_a_message() {
	type_line "$*"
	expect_started 1
	expect waiting
	expect_screen 'autoreload-run: sh exited with status 3*'
}

@test "our name has a colour on a terminal" {
	open_terminal
	run_for_a_message "ar sh -c 'exit 3'"
	colour_of_us
}

@test "an empty NO_COLOR is none" {
	open_terminal
	run_for_a_message "NO_COLOR= $autoreload_run --events $io/events sh -c 'exit 3'"
	colour_of_us
}

@test "NO_COLOR: no colour" {
	open_terminal
	run_for_a_message "NO_COLOR=1 $autoreload_run --events $io/events sh -c 'exit 3'"
	run -1 colour_of_us
}

@test "TERM=dumb: no colour" {
	open_terminal
	run_for_a_message "TERM=dumb $autoreload_run --events $io/events sh -c 'exit 3'"
	run -1 colour_of_us
}

@test "TERM is not set: no colour" {
	open_terminal
	run_for_a_message "env -u TERM $autoreload_run --events $io/events sh -c 'exit 3'"
	run -1 colour_of_us
}

@test "stderr is a file: no escape sequence in it" {
	open_terminal
	type_line "ar sh -c 'exit 3' 2>said"
	expect_started 1
	expect waiting
	press C-c
	expect_prompt 130
	assert_equal "$(head -n 1 said | cut -c 1-40)" 'autoreload-run: sh exited with status 3,'
	run -1 grep $'\033' said
}

@test "what the command prints is not touched on its way" {
	open_terminal
	type_line "ar sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all three; exit 3'"
	expect_screen 'all three'
}

# -- no terminal -------------------------------------------------------------------------------------

# run_without_terminal OPTION...: in a session of its own, with stdin, stdout and stderr as start has
# them, which are no terminals.
run_without_terminal() {
	echo 1 >word
	launch_with=(setsid env "TERM=xterm-256color")
	start "$@" sh -c 'cat word; exit 3'
	expect_watching "$project/word"
	expect waiting
	echo 2 >word
	expect started generation=2
	expect waiting
	stop
}

@test "no terminal: no escape sequence in what we say" {
	run_without_terminal
	assert_terminal 'autoreload-run: sh exited with status 3, waiting for a change' \
		'autoreload-run: word changed, restarting' \
		'autoreload-run: sh exited with status 3, waiting for a change'
}

@test "no terminal, --clear: nothing but the command's own output" {
	run_without_terminal -cc
	expect_line 1
	expect_line 2
	next_line "$(deadline)" || true
	assert_equal "$line" '(ended)'
}

@test "no terminal: status as ever" {
	run_without_terminal
	assert_equal "$ended" 3
}

@test "no terminal, stdin, stdout and stderr /dev/null: it works" {
	open_terminal
	echo 1 >word
	type_line "setsid --fork $autoreload_run --events $io/events sh -c 'cat word; exit 3' </dev/null >/dev/null 2>&1"
	expect_prompt 0
	expect started generation=1
	expect_watching "$project/word"
	expect waiting
	echo 2 >word
	expect started generation=2
	expect waiting
}

@test "no terminal: SIGINT ends us with the command's status" {
	launch_with=(setsid)
	start sleep 100
	expect started
	stop INT
	assert_equal "$ended" 130
}
