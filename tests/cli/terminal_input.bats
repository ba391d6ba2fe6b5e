#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# What is typed goes to the command while it runs, to us when nothing runs, to the shell when we are in
# the background. The window's size is the command's.
load helper
load terminal

# run_failing [WORDS]: a command that has read `word` and has failed.
run_failing() {
	echo 1 >word
	type_line "ar sh -c 'cat word; exit 3'$*"
	expect_started 1
	expect_watching "$project/word"
}

@test "Enter while nothing runs restarts" {
	open_terminal
	run_failing
	expect waiting
	press Enter
	expect_started 2
	expect waiting
	ends_after 2
}

@test "Enter while nothing runs restarts, again and again" {
	local i

	open_terminal
	run_failing
	for i in 2 3 4; do
		expect waiting
		press Enter
		expect_started "$i"
	done
}

@test "Enter is offered" {
	open_terminal
	run_failing
	expect_screen 'autoreload-run: sh exited with status 3, waiting for a change or Enter'
}

@test "other keys than Enter do not restart" {
	open_terminal
	run_failing
	expect waiting
	type_text abc
	expect_screen 'abc'
	kill -s USR1 "$launcher"
	expect_started 2
	expect waiting
	press Enter
	expect_started 3
	expect waiting
	ends_after 3
}

@test "Ctrl-D while nothing runs does not restart, and Enter still does" {
	open_terminal
	run_failing
	expect waiting
	press C-d
	# When it has obeyed, it has seen the key.
	kill -s USR2 "$launcher"
	expect_screen 'autoreload-run: * watched*'
	press Enter
	expect_started 2
	expect waiting
	ends_after 2
}

@test "Enter restarts at once, however soon the command has failed" {
	open_terminal
	run_failing
	expect waiting
	press Enter
	expect_started 2
	[[ ${seen[*]} != *'"event":"pausing"'* ]]
}

@test "what is typed while it runs is read by the program" {
	open_terminal
	type_line "ar sh -c 'echo ready; read -r line; echo \"<\$line>\"; exit 3'"
	expect_started 1
	expect_screen ready
	type_line hello
	expect_screen '<hello>'
}

@test "what is typed while it runs stays for the program until it reads" {
	open_terminal
	mkfifo go
	type_line "ar sh -c 'echo ready; read -r line <go; read -r line; echo \"<\$line>\"; exit 3'"
	expect_started 1
	expect_screen ready
	type_line hello
	expect_screen hello
	# When it has obeyed, it has seen that there is something to read.
	kill -s USR2 "$launcher"
	expect_screen 'autoreload-run: * watched*'
	echo >go
	expect_screen '<hello>'
}

@test "what is typed while it runs does not restart it later" {
	open_terminal
	type_line "ar sh -c 'echo ready; read -r line; echo \"<\$line>\"; exit 3'"
	expect_started 1
	expect_screen ready
	type_line hello
	expect waiting
	# One Enter, one restart.
	press Enter
	expect_started 2
	type_line again
	expect_screen '<again>'
	expect waiting
	ends_after 2
}

@test "a large paste is read by the program to its last line, across a restart" {
	local i text=''

	open_terminal
	use_program terminal
	echo plain >mode
	type_line 'ar python3 keys.py'
	expect_screen 'plain ready'
	expect_watching "$project/mode"
	printf 'plain\n' >mode
	expect_started 2
	eventually shows_twice 'plain ready'
	for ((i = 0; i < 20; i++)); do text+="word $i"$'\n'; done
	paste "$text"
	expect_screen "line 'word 19\\\\n'"
	# With what has scrolled away: the terminal's echo may come before all of it, or in between.
	assert_equal "$(tmux_do capture-pane -p -J -S -100 | grep -c "^line 'word")" 20
}

@test "stdin is /dev/null: what is typed while nothing runs is left to the shell" {
	open_terminal
	run_failing ' </dev/null'
	expect waiting
	type_line 'echo shell-$((1 + 1))'
	# It is in the terminal's hands.
	expect_screen 'echo shell*'
	kill -s USR1 "$launcher"
	expect_started 2
	expect waiting
	kill -s TERM "$launcher"
	expect_prompt 3
	expect_prompt 0
	expect_screen shell-2
}

@test "stdin is /dev/null: Enter is not offered" {
	open_terminal
	run_failing ' </dev/null'
	expect_screen 'autoreload-run: sh exited with status 3, waiting for a change'
}

@test "stdin is a pipe: it is the command's alone" {
	open_terminal
	mkfifo lines
	exec {lines}<>lines
	type_line "ar sh -c 'read -r line; echo \"<\$line>\"; exit 3' <lines"
	expect_started 1
	printf 'one\ntwo\n' >&"$lines"
	expect waiting
	expect_screen '<one>'
	kill -s USR1 "$launcher"
	expect_started 2
	expect_screen '<two>'
	expect waiting
}

@test "background job while nothing runs: what is typed is the shell's" {
	open_terminal
	run_failing ' &'
	expect_prompt 0
	expect waiting
	type_line 'echo shell-$((1 + 1))'
	expect_prompt 0
	expect_screen '*shell-2'
	type_line ''
	expect_prompt 0
	kill -s USR1 "$launcher"
	# The first since.
	expect_started 2
}

@test "background job while nothing runs: what is typed is another program's" {
	open_terminal
	run_failing ' &'
	expect_prompt 0
	expect waiting
	type_line cat
	eventually setting icanon
	type_line 'hello'
	eventually shows_twice '^hello$'
	press C-d
	expect_prompt 0
	kill -s USR1 "$launcher"
	# The first since.
	expect_started 2
}

@test "background job while nothing runs, then fg: Enter restarts" {
	open_terminal
	run_failing ' &'
	expect_prompt 0
	expect waiting
	type_line fg
	eventually has_foreground "$launcher"
	press Enter
	expect_started 2
}

@test "--postpone: Enter starts it" {
	open_terminal
	echo 1 >word
	type_line "ar --postpone sh -c 'cat word; exec sleep 100'"
	eventually setting icanon
	eventually has_launcher_foreground
	press Enter
	expect_started 1
	expect_screen 1
}

# has_launcher_foreground: bash has given the terminal away.
has_launcher_foreground() {
	[ "$(foreground)" != "$shell" ]
}

run_size() {
	use_program terminal
	echo 1 >word
	type_line 'ar python3 size.py'
	expect_started 1
	expect_screen ready
	expect_watching "$project/word"
}

@test "a window that gets another size: the program hears of it, and sees it" {
	open_terminal
	run_size
	tmux_do resize-window -x 90 -y 20
	eventually grep -qx 'kernel 90 20' sizes
}

@test "a window that gets another size: the program hears of it once" {
	use_program terminal
	echo 1 >word
	# A shell that does not mind that its child is stopped.
	open_terminal_for sh -c "$autoreload_run --events $io/events python3 size.py; :"
	expect_started 1
	expect_screen ready
	expect_watching "$project/word"
	# Two that come at once would be one.
	kill -s STOP "$launcher"
	eventually are_stopped "$launcher"
	tmux_do resize-window -x 90 -y 20
	eventually grep -qx 'kernel 90 20' sizes
	kill -s CONT "$launcher"
	# When this has been done, the launcher has dealt with its own SIGWINCH.
	echo 2 >word
	expect_started 2
	eventually grep -qx 'start 90 20' sizes
	assert_equal "$(tr '\n' ' ' <sizes)" 'start 100 30 kernel 90 20 start 90 20 '
}

@test "a window that gets another size while nothing runs: the next generation has it" {
	open_terminal
	echo 1 >word
	type_line "ar sh -c 'cat word; stty size; exit 3'"
	expect_screen '30 100'
	expect waiting
	tmux_do resize-window -x 90 -y 20
	press Enter
	expect_screen '20 90'
}

@test "a window that gets another size while both are stopped: after fg the program has it" {
	open_terminal
	run_size
	press C-z
	expect_prompt 148
	tmux_do resize-window -x 90 -y 20
	eventually shows '*[[]shell]*'
	type_line fg
	eventually are_running "$launcher" "$pid"
	echo 2 >word
	expect_started 2
	eventually grep -qx 'start 90 20' sizes
}
