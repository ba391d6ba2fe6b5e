#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# Ctrl-C and Ctrl-\ as the user of an interactive shell meets them.
load helper
load terminal

@test "Ctrl-C ends the command and us; the shell sees 130" {
	open_terminal
	type_line 'ar sleep 100'
	expect_started 1
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C, command that handles it and exits with 0: so do we" {
	open_terminal
	type_line "ar sh -c 'trap \"exit 0\" INT; echo ready; while read -r line; do :; done'"
	expect_screen ready
	press C-c
	expect_prompt 0
}

@test "Ctrl-C, command that handles it and exits with 7: so do we" {
	open_terminal
	type_line "ar sh -c 'trap \"exit 7\" INT; echo ready; while read -r line; do :; done'"
	expect_screen ready
	press C-c
	expect_prompt 7
}

@test "Ctrl-C is in the command's hands for as long as it wants to clean up" {
	open_terminal
	mkfifo go
	type_line "ar sh -c 'trap \"echo cleaning; read -r line <go; exit 5\" INT; echo ready; while :; do sleep 100; done'"
	expect_screen ready
	press C-c
	expect_screen '*cleaning'
	expect_screen '*still running; press Ctrl-C again to kill it'
	no_prompt
	echo >go
	expect_prompt 5
}

@test "Ctrl-C that is ignored: said after 2 s, and the second one kills" {
	open_terminal
	type_line "ar sh -c 'trap \"\" INT; echo ready; while read -r line; do :; done'"
	expect_screen ready
	press C-c
	expect_screen '*autoreload-run: still running; press Ctrl-C again to kill it'
	no_prompt
	press C-c
	expect_prompt 137
	expect_only_terminal
}

@test "Ctrl-C, twice in a row: the second one kills, without a word between" {
	open_terminal
	type_line "ar sh -c 'trap \"\" INT; echo ready; while read -r line; do :; done'"
	expect_screen ready
	press C-c
	expect_screen '^C'
	press C-c
	expect_prompt 137
	run -1 shows '*still running*'
}

@test "Ctrl-C leaves a shell's loop" {
	open_terminal
	type_line 'while :; do ar sleep 100; done; echo left'
	expect_started 1
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C, command that handles it: a shell's loop goes on" {
	open_terminal
	type_line "while :; do ar sh -c 'trap \"exit 0\" INT; echo ready; while read -r line; do :; done'; done"
	expect_started 1
	expect_screen ready
	press C-c
	expect_started 1
	no_prompt
}

@test "Ctrl-C, children in sessions of their own: gone" {
	local child

	open_terminal
	mkfifo told
	type_line "ar sh -c 'setsid sh -c \"echo \\\$\\\$ >told; exec sleep infinity\" & exec sleep 100'"
	expect_started 1
	read -r child <told
	[ -e "/proc/$child" ]
	press C-c
	expect_prompt 130
	[ ! -e "/proc/$child" ]
}

@test "Ctrl-C while nothing runs ends us" {
	open_terminal
	type_line "ar sh -c 'exit 3'"
	expect waiting
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C while nothing runs ends what is left of the command" {
	open_terminal
	type_line "ar sh -c 'setsid sleep infinity & exit 3'"
	expect waiting
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C while nothing runs leaves a shell's loop, if the command was killed by one before" {
	open_terminal
	type_line "while :; do ar sh -c 'kill -INT \$\$'; done"
	expect waiting
	press C-c
	expect_prompt 130
}

@test "Ctrl-\\ ends the command and us; the shell sees 131" {
	open_terminal
	type_line 'ar sleep 100'
	expect_started 1
	press C-\\
	expect_prompt 131
	expect_only_terminal
}

@test "Ctrl-\\ to a command that has a use for it, again and again: it goes on" {
	local i

	open_terminal
	type_line "ar python3 -u -c 'import signal, sys
signal.signal(signal.SIGQUIT, lambda *_: print(\"asked\", flush=True))
print(\"ready\")
while True: signal.pause()'"
	expect_started 1
	expect_screen ready
	for i in 1 2 3; do
		press C-\\
		eventually asked_times "$i"
	done
	press C-c
	expect_prompt 130
	run ! grep -q 'still running' <(screen)
}

asked_times() {
	[ "$(screen | grep -c asked)" -ge "$1" ]
}

@test "Ctrl-C that ends a line editor's prompt, and so the command: so do we" {
	open_terminal
	echo 'import readline; input("name? ")' >app.py
	type_line 'ar python3 app.py'
	expect_screen 'name?*'
	eventually setting -icanon
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-\\ while nothing runs ends us" {
	open_terminal
	type_line "ar sh -c 'exit 3'"
	expect waiting
	press C-\\
	expect_prompt 131
	expect_only_terminal
}

@test "Ctrl-C before a restart is through ends us" {
	open_terminal
	echo 1 >word
	type_line "ar sh -c 'trap \"echo asked\" TERM; trap \"\" INT; cat word; while :; do read -r line; done'"
	expect_started 1
	expect_screen 1
	expect_watching "$project/word"
	echo 2 >word
	# The stop signal has been sent, and is not obeyed.
	expect_screen '*asked'
	press C-c
	# Killed after the stop timeout, or by a second Ctrl-C.
	press C-c
	expect_prompt 137
	assert_equal "$generation" 1
	expect_only_terminal
}

@test "Ctrl-C of a whole pipeline: it ends, and so do we" {
	open_terminal
	type_line 'ar sleep 100 | cat'
	expect_started 1
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C in the pause before a restart ends us" {
	open_terminal
	type_line 'ar --on-exit restart false'
	expect pausing
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "--postpone: Ctrl-C before the first start ends us" {
	open_terminal
	type_line 'ar --postpone sleep 100'
	expect_screen 'autoreload-run: waiting*'
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-C, one launcher under another: all are gone, and the shell sees 130" {
	open_terminal
	type_line "$autoreload_run $autoreload_run --events $io/events sleep 100"
	expect_started 1
	press C-c
	expect_prompt 130
	expect_only_terminal
}

@test "Ctrl-S, then Ctrl-C: it ends" {
	open_terminal
	echo 1 >word
	# It may have been told of the restart before the key, or not.
	type_line "ar sh -c 'trap \"exit 5\" INT TERM; cat word; while read -r line; do :; done'"
	expect_started 1
	expect_watching "$project/word"
	press C-s
	echo 2 >word
	# What we say of it cannot be shown.
	press C-c
	expect_prompt 5
}

# keys MODE: keys.py in this mode.
keys() {
	use_program terminal
	echo "$1" >mode
	type_line 'ar python3 keys.py'
	expect_started 1
	expect_screen "$1 ready"
	expect_watching "$project/mode"
}

@test "Ctrl-C in raw mode is the program's key" {
	open_terminal
	keys lines
	press C-c
	expect_screen "key '\\\\x03'"
	press a
	expect_screen "key 'a'"
}

@test "Ctrl-C that is a signal to a program with line editing: it and we live on" {
	open_terminal
	keys signals
	press C-c
	expect_screen interrupted
	press C-c
	eventually shows_twice interrupted
	press a
	expect_screen "key 'a'"
	no_prompt
}

@test "Ctrl-C that is a signal to a program with line editing: a save restarts it" {
	open_terminal
	keys signals
	press C-c
	expect_screen interrupted
	echo plain >mode
	expect_started 2
	expect_screen '*plain ready'
}

@test "Ctrl-C that is a signal to a program with line editing: when it ends later, we wait" {
	open_terminal
	keys signals
	press C-c
	expect_screen interrupted
	press q
	expect waiting
}
