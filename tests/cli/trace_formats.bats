#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace --format: text, JSON Lines and names with a NUL behind, and what may be in a name.
load helper
load processes
load trace

setup_file() {
	compile trace/calls
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir sub
	echo 1 | tee in other sub/deep >/dev/null
}

# Names that are something else in one format or the other.
readonly NAMES=('two words' 'three  spaces ' '"quoted"' "it's" 'back\slash' $'two\nlines' $'\e[31mred' $'a\tb'
	'{"json":1}' 'grüße' '漢字' $'\xff\xfe' $'cut\xc3' $'\xed\xa0\x80' '$HOME' '*' '-n' $'\x01\x7f' '%s')

make_names() {
	local name

	for name in "${NAMES[@]}"; do
		echo 1 >"./$name"
	done
}

# follows_schema: prints the paths of the facts, each with a NUL behind.
follows_schema() {
	/usr/bin/python3 -I "$root/tests/programs/trace/schema.py" <"$io/trace"
}

# -- JSON --------------------------------------------------------------------------------------------

@test "json: every line of a trace of each kind is as the schema has it" {
	printf '#!/bin/sh\nread -r x <in\n' >script
	chmod +x script
	options=(--format json --all)
	do_calls 'read in' 'create out' 'stat no' 'stat in' 'list sub' 'exec ./script word' 'rename out moved' \
		'symlink in soft' 'readlink soft' 'realpath soft' 'link in hard' 'unlink soft' 'mkdir new' 'mkdir sub' \
		'utimes in' 'append in' 'update in' 'exec ./no word' 'read sub/../sub'
	assert_equal "$ended" 0
	follows_schema | tr '\0' '\n' >"$sandbox/paths"
	grep -qx "$project/in" "$sandbox/paths"
	assert_equal "$(jq -r .fact "$io/trace" | sort -u | tr '\n' ' ')" \
		'exec link list load missing mkdir read remove rename stat write '
}

@test "json: the line in the manual" {
	trace --format json perl -e 'open F, ">log"; open F, ">>log"'
	jq -se --arg path "$project/log" 'map(select(.path == $path)) | map(del(.pid, .parent, .time)) ==
		[{schema: 1, fact: "write", path: $path, how: "created", program: "perl"},
		 {schema: 1, fact: "write", path: $path, how: "appended", program: "perl"}]' "$io/trace"
	# In that order, and nothing between.
	grep -xE '\{"schema":1,"fact":"write","path":"[^"]*/log","how":"appended","pid":[0-9]+,"parent":[0-9]+,"program":"perl","time":[0-9.]+\}' \
		"$io/trace"
}

@test "json: any name, and the same bytes come back" {
	make_names
	trace --format json --only read cat -- "${NAMES[@]}"
	assert_equal "$ended" 0
	diff <(printf "$project/%s\0" "${NAMES[@]}") <(follows_schema)
	# Those three have no text.
	assert_equal "$(jq -s 'map(select(.bytes)) | length' "$io/trace")" 3
}

@test "json: any word of a command line" {
	trace --format json --only exec printf '%s' "${NAMES[@]}" ''
	follows_schema >"$sandbox/paths"
	/usr/bin/python3 -I - "${NAMES[@]}" 3<"$io/trace" <<-'END'
		import base64, json, os, sys
		fact = json.loads(os.fdopen(3).readline())
		found = [base64.b64decode(w["bytes"]) if isinstance(w, dict) else w.encode() for w in fact["argv"]]
		wanted = [os.fsencode(w) for w in ["printf", "%s", *sys.argv[1:], ""]]
		assert found == wanted, (found, wanted)
	END
}

@test "json: the other name of a rename and of a link" {
	make_names
	trace --format json --only rename,link /usr/bin/python3 -I -S -B -c '
import os
os.rename("in", b"to \xff\n")
os.symlink(b"text \xfe", "soft")
os.link(b"to \xff\n", "hard")'
	assert_equal "$ended" 0
	follows_schema >"$sandbox/paths"
	/usr/bin/python3 -I - "$project" 3<"$io/trace" <<-'END'
		import base64, json, os, sys
		base = os.fsencode(sys.argv[1]) + b"/"
		to = [base64.b64decode(json.loads(line)["to"]["bytes"]) for line in os.fdopen(3)]
		assert to == [base + b"to \xff\n", b"text \xfe", base + b"to \xff\n"], to
	END
}

@test "json: a program with an odd name" {
	cp "$(command -v cat)" 'odd "name"'
	trace --format json --only read './odd "name"' in
	follows_schema >"$sandbox/paths"
	assert_equal "$(jq -r .program "$io/trace")" 'odd "name"'
}

@test "json: a long path and a long command line" {
	local deep=sub i

	for i in {1..17}; do
		deep+=/$(printf '%0200d' "$i")
	done
	mkdir -p "$deep"
	echo 1 >"$deep/file"
	trace --format json cat "$deep/file" "$deep/file" "$deep/file"
	assert_equal "$ended" 0
	follows_schema | tr '\0' '\n' >"$sandbox/paths"
	grep -qxF "$project/$deep/file" "$sandbox/paths"
}

# -- text --------------------------------------------------------------------------------------------

@test "text: a line is a fact, whatever is in the names" {
	make_names
	trace --only read cat -- "${NAMES[@]}"
	assert_equal "$(wc -l <"$io/trace")" "${#NAMES[@]}"
	trace_has 'read    @/two words  cat[N]' 'read    @/"quoted"  cat[N]' 'read    @/back\\slash  cat[N]' \
		'read    @/two\nlines  cat[N]' 'read    @/\x1b[31mred  cat[N]' 'read    @/grüße  cat[N]' \
		'read    @/漢字  cat[N]' 'read    @/\xff\xfe  cat[N]' 'read    @/cut\xc3  cat[N]' \
		'read    @/$HOME  cat[N]' 'read    @/*  cat[N]'
	# No terminal is told to do anything.
	LC_ALL=C run ! grep -P '[^\x20-\x7e\x80-\xff]' "$io/trace"
	iconv -f UTF-8 -t UTF-8 "$io/trace" >/dev/null
}

@test "text: words of a command, the other name and the program are escaped, too" {
	cp "$(command -v sh)" $'sh\e'
	trace $'./sh\e' -c ': "$1"; mv in "$1"; ln -s "$1" soft; :' sh $'two\nlines'
	assert_equal "$ended" 0
	LC_ALL=C run ! grep -P '[^\x20-\x7e]' "$io/trace"
	trace_has 'rename  @/in -> @/two\nlines  mv[N]' 'link    @/soft -> two\nlines  ln[N]' \
		'exec    /usr/bin/ln: ln -s two\nlines soft  sh\x1b[N]'
	run ! grep -vE '^(read|write|missing|stat|list|exec|load|rename|link|remove|mkdir) +[^ ]' "$io/trace"
}

@test "text is what is written without --format" {
	trace --format text --only read cat in
	plain >"$sandbox/text"
	trace --only read cat in
	trace_is <"$sandbox/text"
}

@test "text is written while the command runs" {
	mkfifo "$io/go" "$io/lines"
	# Held open, so that nobody waits for the other side.
	exec {lines}<>"$io/lines" {go}<>"$io/go"
	input=$io/go
	run_traced --trace --only read -o "$io/lines" sh -c 'read -r x <in; read -r x; read -r x <other' </dev/null &
	IFS= read -r -t "$LIMIT_S" -u "$lines" line
	[[ $line == "read    $project/in  "* ]]
	# What is told next has not even been done yet.
	echo go >&"$go"
	IFS= read -r -t "$LIMIT_S" -u "$lines" line
	[[ $line == "read    $project/other  "* ]]
	wait
}

# -- nul ---------------------------------------------------------------------------------------------

@test "nul: each path once, for xargs -0" {
	make_names
	trace --format nul --only read sh -c 'cat -- "$@"; cat -- "$@"; :' sh "${NAMES[@]}"
	diff <(printf "$project/%s\0" "${NAMES[@]}") "$io/trace"
	assert_equal "$(xargs -0 -a "$io/trace" cat | wc -l)" "${#NAMES[@]}"
}

@test "nul: one path of many facts and processes, and both names of a rename" {
	trace --format nul --only read,write,stat,rename,remove sh -c 'cat in; : >>in; : >in; cat in; [ -e in ]; mv in new; rm new'
	assert_equal "$ended" 0
	assert_equal "$(tr '\0' '\n' <"$io/trace" | sort)" "$project/in
$project/new"
}

@test "nul: programs and what is missing" {
	trace --format nul sh -c 'cat no; :'
	assert_equal "$(tr '\0' '\n' <"$io/trace" | sort)" "$project/no
/usr/bin/cat
/usr/bin/sh"
}

@test "nul and json on stderr, where no file is named" {
	run_traced --trace --format nul --only read cat in
	assert_equal "$(tr '\0' '\n' <"$io/said")" "$project/in"
	run_traced --trace --format json --only read cat in
	assert_equal "$(jq -r .path "$io/said")" "$project/in"
}
