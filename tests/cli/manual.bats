#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash sets
# The manual page says what the program has, and nothing else: options, and the events of --events.
load helper

page=$root/launcher/autoreload-run.1

# heads_of_help: the lines that begin with an option, without the column of words behind them, in which
# other dashes may be.
heads_of_help() {
	"$autoreload_run" --help | sed -nE 's/^ +(-.*)$/\1/p' | sed -E 's/ {2,}.*//'
}

# options_of HEAD: one a line.
options_of() {
	grep -oE -- '(^|[ ,])-(-[a-z][a-z-]+|[a-zA-Z])' <<<"$1" | tr -d ' ,'
}

# options_of_help: one a line, a "+" behind each that must have an argument.
options_of_help() {
	local head argument

	heads_of_help | while IFS= read -r head; do
		argument=
		[[ $head != *' <'* ]] || argument=+
		options_of "$head" | sed "s/\$/$argument/"
	done | sort -u
}

# options_of_page: in the page's source, Fl is for options of ours and for nothing else.
options_of_page() {
	grep '^\.[^\]' "$page" | grep -oE '(^\.| )Fl (-?[A-Za-z][A-Za-z-]*)( \| [A-Za-z]( |$))?' |
		sed -E 's/^[. ]*Fl //; s/ *\| */\n/' | sed -E 's/ +$//; s/^/-/' | sort -u
}

# options_of_examples: what stands between our name and the command, in what is there to be copied.
# A backslash or a dollar sign at the end of a line, as make and ninja have it, goes on with the next.
options_of_examples() {
	local words i

	sed -n '/^\.Bd -literal/,/^\.Ed/p' "$page" | sed -E ':a; /(\\e|\$)$/ { N; s/(\\e|\$)\n/ /; ba }' |
		grep -oE 'autoreload-run .*' | while read -ra words; do
		for ((i = 1; i < ${#words[@]}; i++)); do
			[[ ${words[i]} == -?* ]] || break
			echo "${words[i]%%=*}"
			! grep -qxF -- "${words[i]}+" <(options_of_help) || i=$((i + 1))
		done
	done | sort -u
}

# section NAME: its source.
section() {
	sed -n "/^\.Sh $1\$/,/^\.Sh /p" "$page"
}

# events_of_program: what the journal can write.
events_of_program() {
	cat "$root"/launcher/journal*.c | tr -s '\n\t ' ' ' |
		grep -oE 'journal_(new|write_path)\( ?journal, "[^"]*"' | sed -E 's/.*"(.*)"/\1/' | sort -u
}

events_of_page() {
	section EVENTS | sed -nE 's/^\.It Cm (.*)/\1/p' | sort -u
}

# same WHAT THESE THOSE: two lists, of which neither may be so short that it cannot have been found.
same() {
	[ "$(wc -l <<<"$2")" -gt 15 ] || fail "$1: found hardly any: $2"
	diff <(echo "$2") <(echo "$3") || fail "$1: in one and not in the other"
}

@test "the page has the options of --help, and no other" {
	same options "$(options_of_help | tr -d +)" "$(options_of_page)"
}

@test "every option has an entry of its own, with all its names" {
	local head option

	heads_of_help | while IFS= read -r head; do
		options_of "$head" | while IFS= read -r option; do
			section OPTIONS | grep '^\.It ' | grep -qE "(^\.It| ,) Fl ${option#-}( |\$)" ||
				fail "no entry for $option"
		done
	done
}

@test "examples have no other options, either" {
	local missing

	[ -n "$(options_of_examples)" ]
	missing=$(comm -23 <(options_of_examples) <(options_of_help | tr -d + | sort -u))
	assert_equal "$missing" ''
}

@test "the page has the events that can be written, and no other" {
	same events "$(events_of_program)" "$(events_of_page)"
}

@test "mandoc has nothing to complain of" {
	run mandoc -Tlint -Wstyle "$page"
	assert_equal "$output" ''
	assert_equal "$status" 0
}
