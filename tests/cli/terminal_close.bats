#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# A terminal that goes, and a launcher that is killed: nothing is left, and nothing stays as a program
# has set it.
load helper
load terminal

# A command with a child in a session of its own and one that does not care for a hangup.
readonly FAMILY='
	setsid sh -c "echo own >children; exec sleep infinity" &
	sh -c "trap \"\" HUP; echo deaf >children; exec sleep infinity" &
	echo main >children
	exec sleep 100'

run_family() {
	mkfifo children
	exec {children}<>children
	printf '%s\n' "$FAMILY" >family.sh
	type_line "ar --stop-timeout 1s sh family.sh$*"
	expect_family
}

expect_family() {
	local REPLY _

	for _ in 1 2 3; do
		read -r -t "$LIMIT_S" -u "$children"
	done
	expect_started 1
	expect_watching "$project/family.sh"
}

# expect_nothing: not even the shell.
expect_nothing() {
	server='' shell=''
	expect_only_terminal
}

# our_folder: sets $folder, where the launcher of the process $pid has its pipes.
our_folder() {
	folder=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^AUTORELOAD_RUN_CHANNEL=[a-z]*://p')
	folder=${folder%/*}
	[ -d "$folder" ]
}

@test "the terminal is closed: nothing is left" {
	open_terminal
	run_family
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed: our folder is gone" {
	open_terminal
	run_family
	our_folder
	tmux_do kill-session
	expect_nothing
	[ ! -e "$folder" ]
}

@test "the terminal is closed, a job in the background: nothing is left" {
	open_terminal
	run_family ' &'
	expect_prompt 0
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed, a stopped job: nothing is left" {
	open_terminal
	run_family
	press C-z
	expect_prompt 148
	eventually are_stopped "$launcher" "$pid"
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed, no shell between: nothing is left" {
	mkfifo children
	exec {children}<>children
	printf '%s\n' "$FAMILY" >family.sh
	open_terminal_for "$autoreload_run" --events "$io/events" --stop-timeout 1s sh family.sh
	expect_family
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is killed: nothing is left" {
	open_terminal
	run_family
	kill -s KILL "$server"
	expect_nothing
}

@test "the terminal is closed while nothing runs: nothing is left" {
	open_terminal
	type_line "ar sh -c 'setsid sleep infinity & exit 3'"
	expect_started 1
	expect waiting
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed while nothing runs, no shell between: nothing is left" {
	open_terminal_for "$autoreload_run" --events "$io/events" sh -c 'setsid sleep infinity & exit 3'
	expect_started 1
	expect waiting
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed under a full-screen program: nothing is left" {
	open_terminal
	use_program terminal
	echo full >mode
	type_line 'ar python3 keys.py'
	expect_screen 'full ready'
	tmux_do kill-session
	expect_nothing
}

@test "the terminal is closed, no shell between: the command hears of it once" {
	open_terminal_for "$autoreload_run" --events "$io/events" sh -c \
		'trap "echo heard >>heard" HUP; echo ready; while :; do [ ! -s heard ] || exit 0; sleep 0.1; done'
	expect_screen ready
	tmux_do kill-session
	# The kernel tells the session's leader alone, who is us: so it is passed on, and it ends in peace.
	expect exited status=0
	assert_equal "$(<heard)" heard
	expect_nothing
}

@test "the terminal is closed: the command hears of it as it would without us" {
	open_terminal
	type_line "ar sh -c 'trap \"echo heard >heard; exit\" HUP; echo ready; while :; do sleep 0.1; done'"
	expect_screen ready
	tmux_do kill-session
	expect_nothing
	assert_equal "$(<heard)" heard
}

@test "nohup: the terminal is closed, and both go on" {
	open_terminal
	echo 1 >word
	type_line "nohup $autoreload_run --events $io/events sh -c 'cat word; exec sleep infinity' >said 2>&1 &"
	expect_prompt 0
	expect_started_by_parent 1
	expect_watching "$project/word"
	tmux_do kill-session
	# bash is gone, and has told its jobs.
	timeout "$LIMIT_S" tail -s 0.02 --pid "$shell" -f /dev/null
	echo 2 >word
	expect started generation=2
	kill -s TERM "$launcher"
	expect_nothing
}

@test "launcher killed: the family is gone" {
	open_terminal
	run_family
	kill -s KILL "$launcher"
	expect_prompt 137
	expect_only_terminal
}

@test "launcher killed: its folder is gone" {
	open_terminal
	run_family
	our_folder
	kill -s KILL "$launcher"
	expect_prompt 137
	expect_only_terminal
	[ ! -e "$folder" ]
}

@test "launcher killed with --keep-running: the command stays" {
	open_terminal
	type_line 'ar --keep-running sleep 100'
	expect_started 1
	our_folder
	kill -s KILL "$launcher"
	expect_prompt 137
	eventually test ! -e "$folder"
	are_running "$pid"
	kill -s KILL "$pid"
	expect_only_terminal
}

# run_script: a shell script that is not interactive, and so leaves the terminal as it finds it, runs
# keys.py in raw mode under the launcher. It goes on when it hears from us.
run_script() {
	use_program terminal
	echo full >mode
	mkfifo go
	printf '%s\n' "$autoreload_run --events $io/events python3 keys.py" 'read -r line <go' \
		"stty -g >$io/after" 'read -r line <go' >script.sh
	type_line 'sh script.sh'
	expect_started_by_parent 1
	expect_screen 'full ready'
}

@test "launcher of a raw program killed in a script: the script finds the settings as before" {
	local script

	open_terminal
	run_script
	script=$(parent_of "$launcher")
	kill -s KILL "$launcher"
	eventually has_no_other_child "$script"
	echo >go
	eventually test -s "$io/after"
	assert_equal "$(<"$io/after")" "$settings"
}

# has_no_other_child PROCESS: of all that the test has started, only the terminal, its shell and this
# are left.
has_no_other_child() {
	local processes

	marked_processes
	[ "${#processes[@]}" -eq 3 ] && [ -e "/proc/$1" ]
}

@test "launcher of a raw program killed in a script: alternate screen, cursor and mouse as before" {
	open_terminal
	run_script
	kill -s KILL "$launcher"
	eventually modes_are "$PLAIN_MODES"
}

@test "launcher of a raw program killed: the program is gone" {
	open_terminal
	run_script
	kill -s KILL "$launcher"
	timeout "$LIMIT_S" tail -s 0.02 --pid "$pid" -f /dev/null
}

@test "launcher in the background killed: the shell keeps the terminal and its settings" {
	local before

	open_terminal
	type_line 'ar sleep 100 &'
	expect_prompt 0
	expect_started 1
	eventually setting -icanon
	before=$(stty -g -F "$tty")
	kill -s KILL "$launcher"
	expect_only_terminal
	settings_are "$before"
	assert_equal "$(foreground)" "$shell"
}

@test "launcher of a stopped raw program killed: all are gone, and the shell keeps its settings" {
	local before

	open_terminal
	use_program terminal
	echo lines >mode
	type_line 'ar python3 keys.py'
	expect_started 1
	expect_screen 'lines ready'
	press Z
	expect_prompt 148
	eventually setting -icanon
	before=$(stty -g -F "$tty")
	kill -s KILL "$launcher"
	expect_only_terminal
	settings_are "$before"
}
