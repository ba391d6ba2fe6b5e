#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# Job control: Ctrl-Z, fg, bg and & in an interactive shell.
load helper
load terminal

# run_sleeper: a command that has read the file `word`, and stays.
run_sleeper() {
	echo 1 >word
	type_line "ar sh -c 'cat word; exec sleep 100'$*"
	expect_started 1
	expect_watching "$project/word"
}

stop_by_key() {
	press C-z
	expect_prompt 148
}

@test "Ctrl-Z stops the command and us" {
	open_terminal
	run_sleeper
	stop_by_key
	eventually are_stopped "$launcher" "$pid"
}

@test "Ctrl-Z, fg: both go on" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line fg
	eventually are_running "$launcher" "$pid"
	no_prompt
}

@test "Ctrl-Z, fg: a save restarts" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line fg
	eventually are_running "$launcher" "$pid"
	echo 2 >word
	expect_started 2
	expect_screen 2
}

@test "a save while both are stopped restarts after fg" {
	open_terminal
	run_sleeper
	stop_by_key
	eventually are_stopped "$launcher" "$pid"
	echo 2 >word
	type_line fg
	expect_started 2
	expect_screen 2
}

@test "Ctrl-Z, fg: Ctrl-C ends both" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line fg
	eventually are_running "$launcher" "$pid"
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-Z, bg: both go on, and the shell keeps the terminal" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line bg
	expect_prompt 0
	eventually are_running "$launcher" "$pid"
	assert_equal "$(foreground)" "$shell"
}

@test "Ctrl-Z, bg: a save restarts" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line bg
	expect_prompt 0
	echo 2 >word
	expect_started 2
	expect_screen '*2'
	assert_equal "$(foreground)" "$shell"
}

@test "Ctrl-Z, bg, fg: Ctrl-C ends both" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line bg
	expect_prompt 0
	type_line fg
	eventually has_foreground "$launcher"
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-Z while nothing runs stops us; fg and Ctrl-C end us" {
	open_terminal
	type_line "ar sh -c 'exit 3'"
	expect_started 1
	expect waiting
	stop_by_key
	eventually are_stopped "$launcher"
	type_line fg
	eventually are_running "$launcher"
	eventually has_foreground "$launcher"
	press C-c
	expect_prompt 130
}

@test "Ctrl-Z while nothing runs; what is typed then is the shell's, and after fg Enter restarts" {
	open_terminal
	type_line "ar sh -c 'exit 3'"
	expect_started 1
	expect waiting
	stop_by_key
	type_line ''
	expect_prompt 148
	type_line fg
	eventually has_foreground "$launcher"
	eventually are_running "$launcher"
	press Enter
	expect_started 2
}

@test "Ctrl-Z in the pause before a restart, fg: it goes on" {
	local before

	open_terminal
	type_line 'ar --on-exit restart false'
	expect pausing
	stop_by_key
	eventually are_stopped "$(pgrep -x -P "$shell" autoreload-run)"
	# What it had said until then.
	while read -r -t 0 -u "$events"; do
		next_event "$(deadline)"
	done
	before=$generation
	type_line fg
	expect_started $((before + 1))
}

@test "Ctrl-Z and fg, twenty times" {
	local i

	open_terminal
	run_sleeper
	for ((i = 0; i < 20; i++)); do
		stop_by_key
		type_line fg
		eventually are_running "$launcher" "$pid"
	done
	press C-c
	expect_prompt 130
}

@test "Ctrl-Z and fg at once, twenty times, and a save restarts" {
	local i

	open_terminal
	run_sleeper
	for ((i = 0; i < 20; i++)); do
		stop_by_key
		type_line fg
		# bash has given it the terminal, whether or not it has woken yet.
		eventually has_foreground "$launcher"
	done
	echo 2 >word
	expect_started 2
}

@test "kill of the stopped job: both are gone" {
	open_terminal
	run_sleeper
	stop_by_key
	eventually are_stopped "$launcher" "$pid"
	# bash sends it a SIGCONT, too.
	type_line 'kill %1'
	expect_prompt 0
	expect_only_terminal
}

# run_keys: keys.py in raw mode on the alternate screen.
run_keys() {
	use_program terminal
	echo "$1" >mode
	type_line 'ar python3 keys.py'
	expect_started 1
	expect_screen "$1 ready"
	expect_watching "$project/mode"
}

# stop_itself: as an editor does after Ctrl-Z, which in raw mode it alone hears.
stop_itself() {
	press Z
	expect_prompt 148
}

@test "raw program that stops itself: the shell has its prompt" {
	open_terminal
	run_keys lines
	stop_itself
	eventually are_stopped "$launcher" "$pid"
	assert_equal "$(foreground)" "$shell"
}

@test "raw program that stops itself: told by events" {
	open_terminal
	run_keys lines
	press Z
	expect stopped signal=SIGTSTP
	expect_prompt 148
	type_line fg
	expect continued
}

@test "raw program that stops itself: the shell finds the settings as before" {
	open_terminal
	run_keys lines
	stop_itself
	type_line "stty -g >$io/after"
	expect_prompt 0
	assert_equal "$(<"$io/after")" "$settings"
}

@test "raw program that stops itself: fg, and it has its terminal again" {
	open_terminal
	run_keys lines
	stop_itself
	tmux_do send-keys -R \; clear-history
	type_line fg
	expect_screen '*lines ready'
	press a
	expect_screen "key 'a'"
	setting -icanon -echo
}

@test "raw program that stops itself, fg: a save restarts" {
	open_terminal
	run_keys lines
	stop_itself
	type_line fg
	eventually are_running "$launcher" "$pid"
	echo plain >mode
	expect_started 2
	expect_screen '*plain ready'
}

@test "raw program that stops itself, then killed: settings are the shell's" {
	open_terminal
	run_keys lines
	stop_itself
	type_line 'kill %1'
	expect_prompt 0
	expect_only_terminal
	eventually setting -icanon
	type_line "stty -g >$io/after"
	expect_prompt 0
	assert_equal "$(<"$io/after")" "$settings"
}

@test "raw program that stops itself, and fg, ten times" {
	local i

	open_terminal
	run_keys lines
	for ((i = 0; i < 10; i++)); do
		stop_itself
		tmux_do send-keys -R \; clear-history
		type_line fg
		expect_screen '*lines ready'
	done
	press a
	expect_screen "key 'a'"
}

@test "vim is stopped with Ctrl-Z and goes on with fg" {
	open_terminal
	echo 'first line' >text
	type_line 'ar vim -u NONE -N text'
	expect_started 1
	expect_screen 'first line'
	eventually modes_are 'alternate 1, cursor 1, mouse 0'
	press C-z
	expect_prompt 148
	type_line fg
	eventually modes_are 'alternate 1, cursor 1, mouse 0'
	expect_screen 'first line'
	type_line ':q!'
	expect waiting
}

@test "background job: a save restarts it, and its output is shown" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	echo 2 >word
	expect_started 2
	expect_screen '*2'
}

@test "background job: kill %1 ends it" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	type_line 'kill %1'
	expect_prompt 0
	expect_only_terminal
}

@test "background job: fg and Ctrl-C end it" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	type_line fg
	eventually has_foreground "$launcher"
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "background job: at the end of a generation the shell's own settings stay" {
	local before

	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	# bash's line editor has the terminal.
	eventually setting -icanon
	before=$(stty -g -F "$tty")
	echo 2 >word
	expect_started 2
	settings_are "$before"
}

@test "background job: what the user has set meanwhile stays" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	type_line 'stty -ixon susp undef'
	expect_prompt 0
	echo 2 >word
	expect_started 2
	type_line 'cat'
	eventually setting icanon
	setting -ixon
}

@test "background job: what the user has set meanwhile stays after its end" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	type_line 'stty -ixon'
	expect_prompt 0
	kill -s TERM "$launcher"
	expect_only_terminal
	type_line 'cat'
	eventually setting icanon
	setting -ixon
}

@test "foreground job: what the user has set in another one meanwhile holds after fg" {
	open_terminal
	run_sleeper
	stop_by_key
	type_line 'stty -ixon'
	expect_prompt 0
	type_line fg
	eventually are_running "$launcher" "$pid"
	echo 2 >word
	expect_started 2
	setting -ixon
}

@test "background job that ends by SIGKILL does not take the terminal from the shell" {
	open_terminal
	run_sleeper ' &'
	expect_prompt 0
	kill -s KILL "$pid"
	expect waiting
	assert_equal "$(foreground)" "$shell"
	are_running "$launcher"
}
