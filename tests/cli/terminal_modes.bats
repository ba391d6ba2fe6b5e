#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # helper.bash's variables
# A program that has changed the terminal and dies without a word to it: what it has changed is as before.
load helper
load terminal

# keys MODE [OPTION...]: keys.py in this mode, under the launcher.
keys() {
	local mode=$1
	shift

	use_program terminal
	echo "$mode" >mode
	type_line "ar $* python3 keys.py"
	expect_started 1
	expect_screen "$mode ready"
	expect_watching "$project/mode"
}

# change_to MODE: the next generation.
change_to() {
	echo "$1" >mode
	expect_started 2
	expect_screen "*$1 ready"
}

@test "the full-screen program of these tests does what they say" {
	open_terminal
	keys full
	modes_are "$FULL_MODES"
	setting -icanon -echo -isig -opost
	paste ab
	expect_screen "key '\\\\x1b'"
	expect_screen "key '['"
	press q
	expect waiting
	modes_are "$PLAIN_MODES"
	settings_are "$settings"
}

@test "full-screen program, restarted: settings as before for the next generation" {
	open_terminal
	keys full
	change_to plain
	settings_are "$settings"
}

@test "full-screen program, restarted: alternate screen, cursor and mouse as before" {
	open_terminal
	keys full
	change_to plain
	modes_are "$PLAIN_MODES"
}

@test "full-screen program, restarted: bracketed paste is off" {
	open_terminal
	keys full
	change_to plain
	paste hello
	press Enter
	expect_screen "line 'hello\\\\n'"
}

@test "full-screen program, restarted with SIGKILL: settings as before" {
	open_terminal
	keys full --stop-timeout 0
	change_to plain
	settings_are "$settings"
}

@test "full-screen program, restarted with SIGKILL: alternate screen, cursor and mouse as before" {
	open_terminal
	keys full --stop-timeout 0
	change_to plain
	modes_are "$PLAIN_MODES"
}

@test "full-screen program that kills itself: settings as before while we wait" {
	open_terminal
	keys full
	press K
	expect waiting
	eventually settings_are "$settings"
}

@test "full-screen program that kills itself: alternate screen, cursor and mouse as before while we wait" {
	open_terminal
	keys full
	press K
	expect waiting
	eventually modes_are "$PLAIN_MODES"
}

@test "full-screen program that kills itself: our message is where it can be read" {
	open_terminal
	keys full
	press K
	expect_screen 'autoreload-run: python3 was killed by SIGKILL*'
}

@test "full-screen program that kills itself: what was on the screen before is there again" {
	open_terminal
	type_line 'echo said before'
	expect_prompt 0
	keys full
	press K
	expect waiting
	expect_screen 'said before'
}

@test "full-screen program that leaves with its settings: as before while we wait" {
	open_terminal
	keys full
	press x
	expect waiting
	eventually settings_are "$settings"
}

@test "full-screen program, kill of the launcher: settings as before" {
	open_terminal
	keys full
	kill -s TERM "$launcher"
	expect_prompt 143
	type_line "stty -g >$io/after"
	expect_prompt 0
	assert_equal "$(<"$io/after")" "$settings"
}

@test "full-screen program, kill of the launcher: alternate screen, cursor and mouse as before" {
	open_terminal
	keys full
	kill -s TERM "$launcher"
	expect_prompt 143
	modes_are "$PLAIN_MODES"
}

@test "full-screen program twice: the second generation has all that it wants" {
	open_terminal
	keys full
	change_to full
	modes_are "$FULL_MODES"
	setting -icanon -echo
	press a
	expect_screen "key 'a'"
}

@test "TERM=dumb: settings as before, but no escape sequence" {
	open_terminal
	type_line 'export TERM=dumb'
	expect_prompt 0
	keys full
	change_to plain
	settings_are "$settings"
	modes_are "$FULL_MODES"
}

# below_line PATTERN: the lines of the screen behind the one that is like this, up to the empty ones.
below_line() {
	screen | sed "1,/^$1/d"
}

@test "raw program on the normal screen, killed: its lines stay, in order, and ours follows" {
	open_terminal
	keys lines
	press K
	expect_screen 'autoreload-run: python3 was killed*'
	assert_equal "$(below_line '\[shell\] ar' | cut -c 1-37)" "line 1
line 2
line 3
lines ready
autoreload-run: python3 was killed by"
}

@test "raw program on the normal screen, restarted: its lines, ours and those of the next, each at the margin" {
	open_terminal
	keys lines
	change_to plain
	assert_equal "$(below_line '\[shell\] ar')" "line 1
line 2
line 3
lines ready
autoreload-run: mode changed, restarting
plain ready"
}

# Leaving the alternate screen, where nobody is in it, would move the cursor to where it was when it
# was last left.
@test "raw program on the normal screen, killed after another has used the alternate one: the cursor stays" {
	open_terminal
	type_line "printf '\\033[?1049h\\033[?1049l'; seq 10"
	expect_prompt 0
	keys lines
	press K
	expect_screen 'autoreload-run: python3 was killed*'
	assert_equal "$(below_line '\[shell\] ar' | cut -c 1-37)" "line 1
line 2
line 3
lines ready
autoreload-run: python3 was killed by"
}

# hear: what is written to the terminal from now on goes to $io/bytes.
hear() {
	tmux_do pipe-pane "cat >$io/bytes"
}

# heard_no_modes: colours apart, no escape sequence was among it.
heard_no_modes() {
	! sed $'s/\033\\[[0-9;]*m//g' "$io/bytes" | grep $'\033'
}

@test "program that leaves by itself, in good order: the terminal hears nothing from us but the message" {
	open_terminal
	keys lines
	hear
	press q
	eventually grep -q 'exited with status 0' "$io/bytes"
	heard_no_modes
}

@test "program that has changed nothing, restarted after another has used the alternate screen: the cursor stays" {
	open_terminal
	type_line "printf '\\033[?1049h\\033[?1049l'; seq 10"
	expect_prompt 0
	keys plain
	echo 'plain' >mode
	expect_started 2
	eventually shows_twice 'plain ready'
	assert_equal "$(below_line '\[shell\] ar')" "plain ready
autoreload-run: mode changed, restarting
plain ready"
}

@test "program that has hidden the cursor and nothing else, killed: it is shown" {
	open_terminal
	echo 1 >word
	type_line "ar sh -c 'printf \"\\033[?25l\"; cat word; exec sleep 100'"
	expect_started 1
	expect_screen 1
	modes_are 'alternate 0, cursor 0, mouse 0'
	kill -s KILL "$pid"
	expect waiting
	eventually modes_are "$PLAIN_MODES"
}

# run_before_less: the command is the first of a pipeline, whose last one has the screen.
run_before_less() {
	echo 1 >word
	type_line "ar sh -c 'cat word; seq 100; exec sleep 100' | less"
	expect_started 1
	expect_screen 20
	eventually modes_are 'alternate 1, cursor 1, mouse 0'
	eventually setting -icanon -echo
	expect_watching "$project/word"
}

@test "a pager behind us in the pipeline keeps its screen at a restart" {
	open_terminal
	run_before_less
	echo 2 >word
	expect_started 2
	modes_are 'alternate 1, cursor 1, mouse 0'
}

@test "a pager behind us in the pipeline keeps its settings at a restart" {
	open_terminal
	run_before_less
	echo 2 >word
	expect_started 2
	setting -icanon -echo
}

@test "a pager behind us in the pipeline is left with q: settings as before" {
	open_terminal
	run_before_less
	press q
	eventually settings_are "$settings"
	kill -s TERM "$launcher"
	expect_prompt 0
	type_line "stty -g >$io/after"
	expect_prompt 0
	assert_equal "$(<"$io/after")" "$settings"
}

@test "a raw program that writes to a pipe, killed: settings as before" {
	open_terminal
	use_program terminal
	echo lines >mode
	type_line 'ar python3 keys.py | tee log'
	expect_started 1
	expect_screen 'lines ready'
	press K
	expect waiting
	eventually settings_are "$settings"
}
