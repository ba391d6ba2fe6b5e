#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# A real terminal: a tmux of the test's own, an interactive bash in it, what is typed there, what it
# shows and how it is set.
#
# In that bash, `ar` is the launcher with --events. Each prompt tells the test the status of what was
# typed before (expect_prompt), so that a test knows when the shell has the terminal again.

# open_terminal: opens it, and waits for the first prompt. Sets $tty and $shell, its process.
open_terminal() {
	prepare_terminal
	tmux_new bash --rcfile "$io/bashrc" -i
	expect_prompt 0
	# What programs find: at its prompt bash has settings of its own.
	type_line "stty -g >$io/settings"
	expect_prompt 0
	settings=$(<"$io/settings")
}

# open_terminal_for COMMAND...: without a shell; the command leads the session.
open_terminal_for() {
	prepare_terminal
	tmux_new "$@"
}

prepare_terminal() {
	mkfifo "$io/events" "$io/prompts"
	# For reading and writing: neither an open waits, nor does a reader meet an end.
	exec {events}<>"$io/events" {prompts}<>"$io/prompts"
	cat >"$io/bashrc" <<-END
		PS1='[shell] '
		PROMPT_COMMAND='echo "\$?" >$io/prompts'
		alias ar='$autoreload_run --events $io/events'
		unset HISTFILE
		ulimit -c 0
	END
}

tmux_new() {
	# Without bats' descriptors, which the server would keep.
	(
		close_all_descriptors
		tmux_do new-session -d -x 100 -y 30 "$@"
	)
	tty=$(tmux_do display -p '#{pane_tty}')
	shell=$(tmux_do display -p '#{pane_pid}')
	server=$(tmux_do display -p '#{pid}')
}

close_all_descriptors() {
	local fd

	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || exec {fd}>&-
	done
}

tmux_do() {
	tmux -S "$io/tmux" -f /dev/null "$@"
}

# -- what is typed -----------------------------------------------------------------------------------

# type_text TEXT: without Enter.
type_text() {
	tmux_do send-keys -l -- "$1"
}

type_line() {
	tmux_do send-keys -l -- "$1" \; send-keys Enter
}

# press KEY...: as tmux names them: Enter, Left, C-c, C-z, C-\\
press() {
	tmux_do send-keys "$@"
}

# paste TEXT: as a terminal does, in brackets if the program has asked for them.
paste() {
	tmux_do set-buffer -- "$1" \; paste-buffer -p
}

# -- what comes of it --------------------------------------------------------------------------------

# eventually COMMAND...: looks until it succeeds.
eventually() {
	local left until
	until=$(deadline)

	until "$@"; do
		seconds_left "$until" || fail "it was never so: $*" || return 1
		# Between two looks.
		sleep 0.02
	done
}

# expect_prompt STATUS: the shell asks for the next command, after one that had this status.
expect_prompt() {
	local left status=
	seconds_left "$(deadline)"

	IFS= read -r -t "$left" -u "$prompts" status || true
	[ "$status" = "$1" ] || fail "wanted a prompt after status $1, got '$status'"
}

# no_prompt: the shell has not got the terminal back.
no_prompt() {
	! read -r -t 0 -u "$prompts" || fail 'a prompt'
}

# expect_started GENERATION: sets $pid, and $launcher, the shell's child or what has been opened.
expect_started() {
	expect started generation="$1"
	launcher=$(pgrep -x -P "$shell" autoreload-run) || launcher=$shell
}

# expect_started_by_parent GENERATION: the same where the shell has not started the launcher itself.
expect_started_by_parent() {
	expect started generation="$1"
	launcher=$(parent_of "$pid")
}

parent_of() {
	awk '/^PPid:/ { print $2 }' "/proc/$1/status"
}

# ends_after GENERATION: Ctrl-C ends us, who wait; that was the last generation.
ends_after() {
	local until

	press C-c
	expect_prompt 130
	until=$(deadline)
	while read -r -t 0 -u "$events"; do
		next_event "$until"
	done
	assert_equal "$generation" "$1"
}

# screen: what the terminal shows now.
screen() {
	tmux_do capture-pane -p -J | sed 's/ *$//'
}

# shows PATTERN: one of its lines is like this.
shows() {
	local line

	while IFS= read -r line; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $1 ]] || return 0
	done < <(screen)
	return 1
}

# shows_twice REGEX
shows_twice() {
	[ "$(screen | grep -c "$1")" -eq 2 ]
}

expect_screen() {
	eventually shows "$1"
}

# modes: what programs turn on and off, in words.
modes() {
	tmux_do display -p \
		'alternate #{alternate_on}, cursor #{cursor_flag}, mouse #{mouse_any_flag}'
}

readonly PLAIN_MODES='alternate 0, cursor 1, mouse 0'
readonly FULL_MODES='alternate 1, cursor 0, mouse 1'

modes_are() {
	[ "$(modes)" = "$1" ]
}

# settings_are SETTINGS: as stty -g has them.
settings_are() {
	[ "$(stty -g -F "$tty")" = "$1" ]
}

# setting WORD...: each is among the terminal's settings, as stty has them: icanon or -icanon.
setting() {
	local now word
	now=" $(stty -a -F "$tty" | tr '\n;' '  ') "

	for word in "$@"; do
		[[ $now == *" $word "* ]] || return 1
	done
}

# state PID: a letter, T for one that is stopped.
state() {
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat"
}

are_stopped() {
	local process

	for process in "$@"; do
		[ "$(state "$process")" = T ] || return 1
	done
}

are_running() {
	local process

	for process in "$@"; do
		[[ $(state "$process") == [RSD] ]] || return 1
	done
}

# foreground: the process group that has the terminal.
foreground() {
	sed 's/.*) //' "/proc/$shell/stat" | cut -d ' ' -f 6
}

# has_foreground PROCESS: its group has the terminal.
has_foreground() {
	[ "$(foreground)" = "$(ps -o pgid= -p "$1" | tr -d ' ')" ]
}

# expect_only_terminal: of all that the test has started, only the terminal and its shell are left.
expect_only_terminal() {
	local process processes

	marked_processes
	for process in "${processes[@]}"; do
		case $process in
		"$server" | "$shell") continue ;;
		esac
		timeout "$LIMIT_S" tail -s 0.02 --pid "$process" -f /dev/null || {
			fail "left behind: $(command_line "$process")"
			return 1
		}
	done
}

# -- in place of helper.bash's -----------------------------------------------------------------------

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] || [ ! -S "$io/tmux" ] || screen | cat -s >"$io/terminal" || true
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}
