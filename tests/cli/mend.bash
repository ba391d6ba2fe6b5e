#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the tests, and those that helper.bash sets
# A program of four files, in Python or Node, that is broken and mended: the entry, three imports (of
# which each imports the next), and one that is not yet used.

# use_language python|node: sets what is run, what its files are called, and what breaks them.
use_language() {
	local name

	language=$1
	case $language in
	python)
		command=(python3 app.py) suffix=py
		broken='def broken(:' ends='import sys; sys.exit(3)'
		printf '%s\n' 'import first, sys' 'print("entry-1", first.WORD, flush=True)' \
			'sys.stdin.read()' >app.py
		for name in first:second second:third; do
			printf '%s\n' "import ${name#*:}" "WORD = \"${name%:*}-1 \" + ${name#*:}.WORD" \
				>"${name%:*}.py"
		done
		echo 'WORD = "third-1"' >third.py
		;;
	node)
		command=(node app.js) suffix=js
		broken='function broken( {' ends='process.exit(3)'
		printf '%s\n' 'const first = require("./first")' 'console.log("entry-1", first.WORD)' \
			'process.stdin.resume()' >app.js
		for name in first:second second:third; do
			printf '%s\n' "exports.WORD = '${name%:*}-1 ' + require('./${name#*:}').WORD" \
				>"${name%:*}.js"
		done
		echo 'exports.WORD = "third-1"' >third.js
		;;
	esac
	all=(app first second third)
	all=("${all[@]/#/$project/}")
	all=("${all[@]/%/.$suffix}")
}

# begin [LINE]: it runs, with what has been written so far.
begin() {
	start "${command[@]}"
	expect_line "${1-entry-1 first-1 second-1 third-1}"
	expect_watching "${all[@]}"
}

# use_also NAME FILE: a line that imports NAME first of all.
use_also() {
	case $language in
	python) sed -i "1i import $1" "$2.py" ;;
	node) sed -i "1i require('./$1')" "$2.js" ;;
	esac
}

# spoil NAME LINE: puts LINE before the rest. mend NAME: takes it away again.
spoil() {
	sed -i "1i $2" "$1.$suffix"
}

mend() {
	sed -i 1d "$1.$suffix"
}

# fails [STATUS]: the next restart, which fails.
fails() {
	local next=$((generation + 1))

	expect started generation="$next"
	expect exited generation="$next" status="${1-1}"
	expect waiting
}

# runs [LINE]: the next restart, which is healthy again.
runs() {
	local next=$((generation + 1))

	expect started generation="$next"
	expect_line "${1-entry-1 first-1 second-1 third-1}"
	expect_watching "${all[@]}"
}

# stop_at GENERATION: there have been as many.
stop_at() {
	stop
	assert_equal "$generation" "$1"
}
