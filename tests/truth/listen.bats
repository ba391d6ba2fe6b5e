#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables of truth.bash
# The instruments themselves: what listen shows, and how compare reads it and strace's log.

load truth

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
}

# kinds_of PATH: what was reported of it, in the order of the alphabet.
kinds_of() {
	jq -r --arg path "$1" 'select(.first == $path).kind' "$sandbox/reports" | sort -u | xargs
}

@test "compare and strace_log" {
	/usr/bin/python3 -B "$BATS_TEST_DIRNAME/test_compare.py"
}

@test "listen: each kind by its name, paths absolute, words of the command" {
	echo 1 >one
	"$listen" "$sandbox/reports" sh -c 'cat one none >two; mv two three; ls; rm three' >/dev/null 2>&1
	[ "$(kinds_of "$PWD/one")" = read ]
	[ "$(kinds_of "$PWD/none")" = missing ]
	[ "$(kinds_of "$PWD/two")" = 'rename write' ]
	[ "$(kinds_of "$PWD/.")" = list ]
	[ "$(kinds_of "$PWD/three")" = remove ]
	jq -es 'map(select(.text == ["cat", "one", "none"])) | length == 1' "$sandbox/reports"
	jq -es "map(select(.kind == \"rename\"))[0].second == \"$PWD/three\"" "$sandbox/reports"
	jq -es 'map(select(.kind == "write"))[0].flags == ["truncated", "created"]' "$sandbox/reports"
}

@test "listen: names that are hard to write" {
	printf 1 >$'new\nline "\\'
	printf 1 >$'\xff'
	"$listen" "$sandbox/reports" cat $'new\nline "\\' $'\xff'
	[ "$(kinds_of "$PWD/"$'new\nline "\\')" = read ]
	jq -es --arg bytes "$(printf '%s/\xff' "$PWD" | base64 -w 0)" \
		'map(select(.first == {bytes: $bytes})) | length == 1' "$sandbox/reports"
}

@test "listen: system paths, unless only what matters to a reload is asked for" {
	"$listen" "$sandbox/reports" cat /etc/hostname
	[ "$(kinds_of /etc/hostname)" = read ]
	"$listen" --reload "$sandbox/reports" cat /usr/share/common-licenses/GPL-3 >/dev/null
	[ "$(kinds_of /usr/share/common-licenses/GPL-3)" = '' ]
}

@test "listen: exits as the command does" {
	run -3 "$listen" "$sandbox/reports" sh -c 'exit 3'
	run -143 "$listen" "$sandbox/reports" sh -c 'kill $$'
	run -127 "$listen" "$sandbox/reports" ./nothing
	run -126 "$listen" "$sandbox/reports" /etc
	run -125 "$listen" "$sandbox/reports"
}

@test "listen: waits for those that the command has left behind, and leaves no folder" {
	local folder go where

	mkfifo go where
	exec {go}<>go {where}<>where
	echo 1 >late
	# shellcheck disable=SC2016 # the command's variable
	timeout "$LIMIT_S" "$listen" "$sandbox/reports" sh -c \
		'echo "${AUTORELOAD_RUN_CHANNEL#all:}" >where; (setsid sh -c "read line <go; cat late") &' \
		{go}>&- {where}>&- &
	read -r -t "$LIMIT_S" -u "$where" folder
	[ -p "$folder/reports" ]
	echo >&"$go"
	wait "$!"
	[ "$(kinds_of "$PWD/late")" = read ]
	[ ! -e "$folder" ]
	[ ! -e "${folder%/*}" ]
}
