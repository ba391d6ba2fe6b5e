#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # what shells do; helper.bash's variables
# Programs with line editing or a screen of their own, used as their users do.
load helper
load terminal

# -- pdb ---------------------------------------------------------------------------------------------

run_pdb() {
	printf '%s\n' 'import sys' "print('word 1')" 'sys.stdin.readline()' >script.py
	type_line 'ar python3 -m pdb script.py'
	expect_started 1
	expect_watching "$project/script.py"
	expect_screen '(Pdb)'
}

save_script() {
	sed -i 's/word 1/word 2/' script.py
	expect_started 2
	eventually has_new_prompt
}

has_new_prompt() {
	screen | sed '1,/restarting$/d' | grep -q '(Pdb)'
}

@test "pdb: what is typed is done" {
	open_terminal
	run_pdb
	type_line 'p 6 * 7'
	expect_screen 42
}

@test "pdb: a save at its prompt restarts it" {
	open_terminal
	run_pdb
	save_script
	type_line 'until 3'
	expect_screen 'word 2'
}

@test "pdb: after a restart what is typed is shown and done" {
	open_terminal
	run_pdb
	save_script
	type_line 'p 6 * 7'
	expect_screen '[(]Pdb[)] p 6 \* 7'
	expect_screen 42
}

@test "pdb: after a restart at its prompt the debugged program finds the settings as before" {
	open_terminal
	run_pdb
	# Its line editor has the terminal.
	eventually setting -icanon
	save_script
	eventually setting -icanon
	type_line c
	expect_screen 'word 2'
	eventually settings_are "$settings"
}

@test "pdb: q ends it, and the settings are as before" {
	open_terminal
	run_pdb
	type_line q
	expect waiting
	settings_are "$settings"
}

@test "pdb: Ctrl-C in the debugged program brings back its prompt" {
	open_terminal
	printf '%s\n' 'import time' "print('ready', flush=True)" \
		'while True:' '    time.sleep(0.01)' >script.py
	type_line 'ar python3 -m pdb -c continue script.py'
	expect_screen ready
	press C-c
	expect_screen '[(]Pdb[)]'
	type_line 'p 6 * 7'
	expect_screen 42
	no_prompt
}

# -- Python's interactive mode -----------------------------------------------------------------------

run_python() {
	type_line 'ar python3 -i'
	expect_started 1
	expect_screen '>>>'
}

@test "Python's prompt: what is typed is done" {
	open_terminal
	run_python
	type_line 'print(6 * 7)'
	expect_screen 42
}

@test "Python's prompt: arrow keys edit the line and bring back the last one" {
	open_terminal
	run_python
	type_text 'print(67)'
	press Left Left
	type_text '*'
	press Enter
	expect_screen 42
	press Up
	type_line ' == 42'
	expect_screen '>>> print(6\*7) == 42'
}

@test "Python's prompt: Ctrl-C is Python's" {
	open_terminal
	run_python
	type_text 'print('
	press C-c
	expect_screen KeyboardInterrupt
	type_line 'print(6 * 7)'
	expect_screen 42
	no_prompt
}

# By the time that we can look, Python may have taken its settings back for a moment.
@test "Python's prompt: Ctrl-C is Python's, twenty times" {
	local i

	open_terminal
	run_python
	for ((i = 1; i <= 20; i++)); do
		type_text "number $i"
		expect_screen ">>> number $i"
		press C-c
		eventually has_interrupts "$i"
	done
	type_line 'print(6 * 7)'
	expect_screen 42
	no_prompt
}

# has_interrupts NUMBER: so often has Python been interrupted.
has_interrupts() {
	[ "$(tmux_do capture-pane -p -S - | grep -c KeyboardInterrupt)" -eq "$1" ]
}

@test "Python's prompt: Ctrl-C in a computation ends that alone" {
	open_terminal
	run_python
	type_line 'import time; print("ready"); time.sleep(100)'
	expect_screen ready
	press C-c
	expect_screen KeyboardInterrupt
	type_line 'print(6 * 7)'
	expect_screen 42
	no_prompt
}

@test "Python's prompt, after a Ctrl-C that Python has survived: Ctrl-C is Python's again" {
	open_terminal
	run_python
	type_line 'import time; print("ready"); time.sleep(100)'
	expect_screen ready
	press C-c
	expect_screen KeyboardInterrupt
	type_line 'print(6 * 7)'
	expect_screen 42
	eventually setting -icanon
	press C-c
	type_line 'print(7 * 9)'
	expect_screen 63
	no_prompt
}

@test "Python's prompt: Ctrl-D ends it, and the settings are as before" {
	open_terminal
	run_python
	eventually setting -icanon
	press C-d
	expect waiting
	settings_are "$settings"
}

# -- less --------------------------------------------------------------------------------------------

run_less() {
	seq -f 'line %g' 200 >text
	type_line 'ar less text'
	expect_started 1
	expect_screen 'line 1'
	eventually modes_are 'alternate 1, cursor 1, mouse 0'
	expect_watching "$project/text"
}

@test "less: q ends it" {
	open_terminal
	run_less
	press q
	expect exited status=0
	expect waiting
	modes_are "$PLAIN_MODES"
	settings_are "$settings"
}

@test "less: a save of its file restarts it" {
	open_terminal
	run_less
	seq -f 'word %g' 200 >text
	expect_started 2
	expect_screen 'word 1'
}

@test "less: keys work in the second generation" {
	open_terminal
	run_less
	seq -f 'word %g' 200 >text
	expect_started 2
	expect_screen 'word 1'
	press G
	expect_screen 'word 200'
	press q
	expect exited status=0
}

@test "less: a pattern is typed in the second generation" {
	open_terminal
	run_less
	seq -f 'word %g' 200 >text
	expect_started 2
	expect_screen 'word 1'
	type_line '/word 150'
	expect_screen 'word 155'
}

@test "less, killed: the alternate screen is left" {
	open_terminal
	run_less
	kill -s KILL "$pid"
	expect waiting
	eventually modes_are "$PLAIN_MODES"
}

@test "less, killed: settings as before" {
	open_terminal
	run_less
	kill -s KILL "$pid"
	expect waiting
	eventually settings_are "$settings"
}

@test "less at the end of a pipe that is observed: the pipe's files restart it" {
	open_terminal
	seq -f 'line %g' 200 >text
	type_line "ar sh -c 'cat text | less'"
	expect_started 1
	expect_screen 'line 1'
	eventually modes_are 'alternate 1, cursor 1, mouse 0'
	expect_watching "$project/text"
	seq -f 'word %g' 200 >text
	expect_started 2
	expect_screen 'word 1'
	press G
	expect_screen 'word 200'
}

# -- an interactive shell ----------------------------------------------------------------------------

# run_bash OPTION...: a bash under us, with a process group of its own in the foreground.
run_bash() {
	echo 1 >word
	echo "PS1='[inner] '" >inner
	type_line "ar $* --watch word bash --noprofile --rcfile inner -i"
	expect_started 1
	expect_screen '[[]inner]'
	expect_watching "$project/word"
	eventually has_foreground "$pid"
}

restart_bash() {
	echo 2 >word
	expect_started 2
	eventually has_foreground "$pid"
}

@test "interactive bash, restarted by SIGKILL: the next one works in the foreground" {
	open_terminal
	run_bash --stop-timeout 0
	restart_bash
	type_line 'echo typed-$((1 + 1))'
	expect_screen typed-2
}

@test "interactive bash, restarted by SIGHUP: the next one works in the foreground" {
	open_terminal
	run_bash --stop-signal HUP
	restart_bash
	type_line 'echo typed-$((1 + 1))'
	expect_screen typed-2
}

@test "interactive bash, which ignores SIGTERM: the next one works in the foreground" {
	open_terminal
	run_bash --stop-timeout 400ms
	restart_bash
	type_line 'echo typed-$((1 + 1))'
	expect_screen typed-2
}

@test "interactive bash, restarted while a job of its has the terminal: the next one works in the foreground" {
	open_terminal
	run_bash --stop-signal HUP
	type_line 'cat'
	eventually is_foreign "$pid" "$launcher" "$shell"
	restart_bash
	type_line 'echo typed-$((1 + 1))'
	expect_screen typed-2
}

# is_foreign GROUP...: none of them has the terminal.
is_foreign() {
	local group now
	now=$(foreground)

	for group in "$@"; do
		[ "$now" != "$group" ] || return 1
	done
}

@test "interactive bash that is killed: we have the terminal back, and Enter restarts" {
	open_terminal
	run_bash
	kill -s KILL "$pid"
	expect waiting
	eventually has_foreground "$launcher"
	press Enter
	expect_started 2
	eventually has_foreground "$pid"
	type_line 'echo typed-$((1 + 1))'
	expect_screen typed-2
}

@test "interactive bash that is left by exit: Ctrl-C ends us" {
	open_terminal
	run_bash
	type_line 'exit 4'
	expect waiting
	press C-c
	expect_prompt 130
}

@test "interactive bash: its own job control works" {
	open_terminal
	run_bash
	type_line 'sleep 100'
	eventually is_foreign "$pid" "$launcher" "$shell"
	press C-z
	eventually has_foreground "$pid"
	expect_screen '*Stopped*sleep 100*'
	no_prompt
	are_running "$launcher"
}

@test "interactive bash: Ctrl-C is for its job, not for us" {
	open_terminal
	run_bash
	type_line 'sleep 100'
	eventually is_foreign "$pid" "$launcher" "$shell"
	press C-c
	eventually has_foreground "$pid"
	type_line 'echo status $?'
	expect_screen 'status 130'
	no_prompt
}
