#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash and saves.bash use and set
# The launcher finds its library wherever both are: installed, behind a symlink, in odd folders. And
# the manual page is installed with it.
load helper
load saves

readonly PREFIX='/opt/all my: tools'

# observes PROGRAM: it runs a command and sees what that opens.
observes() {
	echo data-1 >word
	autoreload_run=$1
	start sh -c 'cat word; exec cat'
	program_is prints data:word
	each_save_restarts
	stop_and_count
	assert_terminal 'autoreload-run: word changed, restarting' \
		'autoreload-run: word changed, restarting'
	rm "$io"/*
}

make_it() {
	make --no-print-directory -C "$root" "$@" PREFIX="$PREFIX" DESTDIR="$sandbox/stage: 1"
}

@test "installed below a folder with spaces and colons, run there and through symlinks" {
	local installed="$sandbox/stage: 1$PREFIX/bin/autoreload-run"

	make_it install
	observes "$installed"

	mkdir links
	ln -s "$installed" 'links/auto: reload'
	ln -s 'auto: reload' links/again
	observes "$project/links/again"

	PATH=$project/links:$PATH
	observes again

	make_it uninstall
	assert_equal "$(find "$sandbox/stage: 1" ! -type d)" ''
	assert_equal "$(find "$sandbox/stage: 1" -name '*autoreload*')" ''
}

@test "the manual page is installed, renders, and goes" {
	local page="$sandbox/stage: 1$PREFIX/share/man/man1/autoreload-run.1"

	umask 077
	make_it install
	# Everybody may read it, whoever has installed it.
	assert_equal "$(stat -c %a "$page")" 644
	run --separate-stderr -0 mandoc -Tutf8 -Wwarning,stop "$page"
	assert_equal "$stderr" ''
	[[ $output == *'General Commands Manual'* ]]
	[[ $output == *'restart a command when a file that it opened changes'* ]]

	make_it uninstall
	[ ! -e "$page" ]
}

@test "the build folder, through a symlink" {
	ln -s "$autoreload_run" link
	observes "$project/link"
}
