#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # what helper.bash sets
# Saving the files of a program, one after the other and in both ways in which editors save, and
# looking at what each save leads to.
#
# The programs in tests/programs/ show one line with a word from each of their files, as in
# "entry-1 module-1 data-1". A save puts another number behind a file's word, so the line tells which
# content of each file is running.

# save in_place|by_rename FILE TEXT
save() {
	local file=$2

	case $1 in
	in_place) printf '%s\n' "$3" >"$file" ;;
	by_rename)
		cp -p "$file" "$file.new"
		printf '%s\n' "$3" >"$file.new"
		mv -f "$file.new" "$file"
		;;
	esac
}

# program_is SHOWS WORD:FILE...: the running program has these files. SHOWS LINE is a command that
# succeeds if the program of the generation that has just started shows LINE.
program_is() {
	local part

	shows=$1
	shift
	parts=("$@")
	declare -gA number=()
	for part in "$@"; do
		number[${part%%:*}]=1
	done
	saved=()
	before_save=:
	"$shows" "$(line_now)"
}

# The line that the program shows with the files as they are.
line_now() {
	local part line=

	for part in "${parts[@]}"; do
		line+="${part%%:*}-${number[${part%%:*}]} "
	done
	echo "${line% }"
}

# save_restarts in_place|by_rename WORD:FILE: one save, one restart, and the new content runs.
save_restarts() {
	local how=$1 word=${2%%:*} file=$project/${2#*:} next reason=written text
	[ "$how" = in_place ] || reason=replaced

	expect_watching "$file"
	next=$((generation + 1))
	"$before_save"
	number[$word]=$next
	saved+=("$file")
	text=$(sed -E "s/$word-[0-9]+/$word-$next/" "$file")
	save "$how" "$file" "$text"
	expect changed path="$file" reason="$reason"
	expect started generation="$next"
	"$shows" "$(line_now)"
}

# each_save_restarts: every file of the program, in both ways.
each_save_restarts() {
	local part how

	for part in "${parts[@]}"; do
		for how in in_place by_rename; do
			save_restarts "$how" "$part"
		done
	done
}

# stop_and_count: ends it all; there was exactly one restart for each save and none for anything else.
stop_and_count() {
	stop
	assert_equal "${changed[*]}" "${saved[*]}"
	assert_equal "$generation" $((1 + ${#saved[@]}))
}

# -- what SHOWS can be -------------------------------------------------------------------------------

# prints LINE: the program prints it, as the first that it prints.
prints() {
	expect_line "$1"
}

# serves LINE: asked by a real client. The program has to say first, by a line like $ready, that it
# can be asked.
serves() {
	expect_output "$ready"
	assert_equal "$(curl -sS --max-time "$LIMIT_S" "http://127.0.0.1:$port/")" "$1"
}

# free_port: sets $port to one on which nobody listens.
free_port() {
	port=$(python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
}
