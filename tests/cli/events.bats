#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # helper.bash's variables; scripts for other shells
# --events: the stream that tests and tools read.
load helper

# names: the names of the events seen, without those that come for a file and not for a restart.
names() {
	printf '%s\n' "${seen[@]}" | jq -r .event | grep -vxE 'watching|output' | tr '\n' ' '
}

@test "the order of a restart" {
	echo 1 >word
	start sh -c 'cat word; exec cat'
	expect_line 1
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=2
	expect_line 2
	assert_equal "$(names)" 'started changed stopping exited started '
	stop
}

@test "a file: JSON Lines, compact, with event and time first" {
	local file=$sandbox/events.jsonl before after

	echo 1 >word
	before=$(python3 -c 'import time; print(time.monotonic())')
	open_streams
	launch --events "$file" sh -c 'cat word'
	# No event stream to wait with: what the launcher says is enough here.
	expect_line 1
	kill -s TERM "$launcher"
	expect_end
	after=$(python3 -c 'import time; print(time.monotonic())')

	jq -se 'map(.event) - ["output", "watching"] | .[0] == "started" and any(. == "exited")' "$file"
	jq -se --argjson before "$before" --argjson after "$after" \
		'all(keys_unsorted[:2] == ["event", "time"] and .time >= $before and .time <= $after)' "$file"
	diff <(sed -E 's/"time":[0-9.e+]+,?//; s/,\}$/}/' "$file") <(jq -c 'del(.time)' "$file")
}

@test "a file is added to, not overwritten" {
	echo '{"event":"mine"}' >"$sandbox/log"
	open_streams
	launch --events "$sandbox/log" sh -c 'echo runs; exec cat'
	expect_line runs
	kill -s TERM "$launcher"
	expect_end
	assert_equal "$(jq -r .event "$sandbox/log" | grep -vx output | head -n 2 | tr '\n' ' ')" \
		'mine started '
}

@test "a descriptor, which the command does not get" {
	open_streams
	exec 9>"$io/events"
	passed_on=9
	launch --events 9 sh -c '[ -e /proc/$$/fd/9 ] && echo leaked; echo runs; exec cat'
	exec 9>&-
	expect started generation=1
	expect_line runs
	stop
}

@test "a path that is not UTF-8 arrives as bytes" {
	local name=$'caf\xe9.txt' bytes

	echo 1 >"$name"
	bytes=$(printf %s "$project/$name" | base64 -w 0)
	start cat "$name" /dev/stdin
	expect_line 1
	until [[ $event == *'"event":"watching"'*"\"path\":{\"bytes\":\"$bytes\"},"* ]]; do
		expect watching
	done
	echo 2 >"$name"
	expect changed reason=written
	[[ $event == *"\"path\":{\"bytes\":\"$bytes\"},"* ]]
	expect started generation=2
	expect_line 2
	stop
}

@test "what the command writes is named as its output and restarts nothing" {
	echo 1 >word
	start sh -c 'cat word; while read -r text; do echo "$text" >log; cat log; done'
	expect_line 1
	expect_watching "$project/word"
	for text in one two three; do
		echo "$text" >&"$kept_stdin"
		expect_line "$text"
	done
	expect output path="$project/log"
	echo 2 >word
	expect started generation=2
	stop
	assert_equal "${changed[*]}" "$project/word"
	assert_equal "$generation" 2
}

@test "the process of started is the command's own" {
	start sh -c 'echo $$; exec cat'
	expect started
	expect_line "$pid"
	stop
}
