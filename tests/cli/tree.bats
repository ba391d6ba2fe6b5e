#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # helper.bash's variables; scripts for other shells
# Nothing is left behind: no process of an old generation, no folder of ours.
load helper

# A command with descendants: a plain one, one in a session of its own, one whose parent has gone,
# one that ignores SIGTERM. Each says its number, the command itself last.
readonly HAS_CHILDREN='
	says="echo \$\$; exec sleep infinity"
	cat word >/dev/null
	sh -c "$says" &
	setsid sh -c "$says" &
	(sh -c "$says" &)
	sh -c "trap \"\" TERM; $says" &
	echo $$
	exec cat'

# expect_processes: reads the five numbers into $family.
expect_processes() {
	local line until
	until=$(deadline)

	family=()
	while [ ${#family[@]} -lt 5 ]; do
		next_line "$until" || fail "only ${#family[@]} processes"
		family+=("$line")
	done
}

@test "the whole tree is gone before the next generation starts" {
	local process

	echo 1 >word
	start --stop-timeout 500ms sh -c "$HAS_CHILDREN"
	expect_processes
	for process in "${family[@]}"; do [ -e "/proc/$process" ]; done
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=2
	for process in "${family[@]}"; do [ ! -e "/proc/$process" ]; done
	expect_processes
	stop
	for process in "${family[@]}"; do [ ! -e "/proc/$process" ]; done
}

@test "what is left when the command has ended by itself goes with the restart" {
	local process

	echo 1 >word
	start sh -c 'cat word >/dev/null; setsid sh -c "echo \$\$; exec sleep infinity" & exit 1'
	expect waiting
	next_line "$(deadline)"
	process=$line
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=2
	[ ! -e "/proc/$process" ]
	expect waiting
	stop
}

# our_folder: sets $folder, where this run of the launcher keeps what it shares with the command.
our_folder() {
	local line
	start sh -c 'echo "${AUTORELOAD_RUN_CHANNEL#*:}"; exec cat'
	next_line "$(deadline)"
	folder=$line
	[ -p "$folder/reports" ]
}

@test "our folder is gone when we are" {
	our_folder
	stop
	[ ! -e "${folder%/*}" ]
}

@test "our folder is gone after Ctrl-C" {
	launch_with=(setsid)
	our_folder
	kill -s INT -- "-$launcher"
	expect_end
	[ ! -e "${folder%/*}" ]
}

