#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# Events by the thousand: too many for bash, which reads a FIFO byte by byte.

# start_many [OPTION...] COMMAND [ARGUMENT...]: as start does. All events go to the file $many, which
# is complete after the end; those that tell of a file's being watched or written go nowhere else,
# unless its name begins with "told"; the others are for expect.
start_many() {
	open_streams
	many=$io/many
	mkfifo "$io/all"
	pass_on_few </dev/null >/dev/null 2>&1 &
	launch --events "$io/all" "$@"
}

pass_on_few() {
	close_descriptors
	tee "$many" <"$io/all" {output}>&- {kept_stdin}>&- {launched}>&- |
		grep --line-buffered -P '^\{"event":"(?!watching|output)|"path":"[^"]*/told[^"/]*"' >&"$events"
}

# were_watched PATH...: whether all of them were, as JSON has them; to be asked after the end.
were_watched() {
	local path

	for path in "$@"; do
		grep -F '"event":"watching"' "$many" | grep -qF "\"path\":\"$path\"" ||
			fail "never watched: $path"
	done
}
