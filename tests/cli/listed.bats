#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# New files in a folder that the command has listed: after a failure they may be what was missing; while
# it is healthy, they count only where it had read every file of that kind.
load helper
load saves
load once

# restarts_for FILE: the change that arrives has to be that of this file, and no other.
restarts_for() {
	local next=$((generation + 1))
	changed=()
	expect started generation="$next"
	assert_equal "${changed[*]}" "$project/$1"
}

@test "a scratch file beside a healthy Python server: no restart" {
	use_program python-server
	free_port
	ready=listening
	start python3 server.py "$port"
	program_is serves entry:server.py module:pages/greeting.py data:templates/page.txt
	expect_watching "$project/server.py"
	put scratch.py 'print("scratch")'
	echo 'print("scratch")' >pages/scratch.py
	put notes.txt notes
	put templates/other.txt other
	each_save_restarts
	stop_and_count
}

@test "a Python server that has crashed for want of a module: the new module" {
	use_program python-server
	free_port
	ready=listening
	start python3 server.py "$port"
	program_is serves entry:server.py module:pages/greeting.py data:templates/page.txt
	expect_watching "$project/server.py"
	sed -i '1a import extra' server.py
	expect started generation=2
	expect waiting
	put scratch.txt scratch
	put extra.py ''
	expect started generation=3
	serves "$(line_now)"
	# Healthy again.
	expect_watching "$project/server.py"
	put scratch.py ''
	sed -i '1a # more' server.py
	restarts_for server.py
	serves "$(line_now)"
	stop
	assert_equal "$generation" 4
}

# write_pages: two pages and what is none.
write_pages() {
	mkdir pages
	echo a >pages/a.md
	echo b >pages/b.md
	echo c >pages/c.txt
}

# new_pages_count FIRST SECOND: the command shows all pages, and has done so.
new_pages_count() {
	expect_line "$1"
	expect_watching "$project/pages/a.md" "$project/pages/b.md"
	# Neither of the kind nor complete, nor what an editor leaves.
	put pages/d.txt d
	put pages/.d.md d
	put pages/d.md~ d
	put pages/d.md d
	restarts_for pages/d.md
	expect_line "$2"
	expect_watching "$project/pages/a.md" "$project/pages/d.md"
	echo e >pages/e.md
	restarts_for pages/e.md
	expect_line "$2 e"
	stop
	assert_equal "$generation" 3
}

@test "sh: a new page, where all pages were read" {
	write_pages
	start sh -c 'echo $(cat pages/*.md); exec cat'
	new_pages_count 'a b' 'a b d'
}

@test "bash: a new page, where all pages were read by the shell itself" {
	write_pages
	start bash -c 'for page in pages/*.md; do read -r word <"$page"; echo -n "$word "; done |
		sed "s/ \$/\n/"; exec cat'
	new_pages_count 'a b' 'a b d'
}

@test "python: a new page, where all pages were read" {
	write_pages
	printf '%s\n' 'import glob, sys' \
		'print(*(open(page).read().strip() for page in sorted(glob.glob("pages/*.md"))), flush=True)' \
		'sys.stdin.read()' >app.py
	start python3 app.py
	new_pages_count 'a b' 'a b d'
}

@test "node: a new page, where all pages were read" {
	write_pages
	printf '%s\n' 'const fs = require("fs")' \
		'const pages = fs.readdirSync("pages").filter((name) => /^[^.].*\.md$/.test(name)).sort()' \
		'console.log(pages.map((name) => fs.readFileSync("pages/" + name, "utf8").trim()).join(" "))' \
		'process.stdin.resume()' >app.js
	start node app.js
	new_pages_count 'a b' 'a b d'
}

@test "python: a new plug-in, where all plug-ins were imported" {
	mkdir plugins
	echo 'WORD = "a"' >plugins/a.py
	echo 'WORD = "b"' >plugins/b.py
	printf '%s\n' 'import importlib, pkgutil, sys' \
		'names = sorted(plugin.name for plugin in pkgutil.iter_modules(["plugins"]))' \
		'print(*(importlib.import_module("plugins." + name).WORD for name in names), flush=True)' \
		'sys.stdin.read()' >app.py
	start python3 app.py
	expect_line 'a b'
	expect_watching "$project/plugins/a.py" "$project/plugins/b.py"
	put plugins/notes.txt notes
	put plugins/c.py 'WORD = "c"'
	restarts_for plugins/c.py
	expect_line 'a b c'
	stop
	assert_equal "$generation" 2
}

@test "a new page, where not all pages were read: no restart" {
	write_pages
	start sh -c 'for page in pages/*; do :; done; cat pages/a.md; exec cat'
	expect_line a
	expect_watching "$project/pages/a.md"
	put pages/d.md d
	put pages/d d
	put pages/a.md e
	restarts_for pages/a.md
	expect_line e
	stop
	assert_equal "$generation" 2
}
