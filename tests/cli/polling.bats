#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Where the kernel tells of nothing: asked for, on FUSE, and when the user's watches are used up.
load helper
load once

readonly SHOWS_WORD='echo $(cat word); exec cat'

teardown() {
	# A lazy end: whoever has failed may still be in there.
	[ ! -d "$sandbox/fuse" ] || fusermount -uz "$project" 2>/dev/null || true
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

# each_save_shows: in all ways, whoever tells of it.
each_save_shows() {
	local number=1 how

	for how in in_place rename_over unlink_and_create jetbrains vscode; do
		number=$((number + 1))
		edit "$how" "$number"
		is_one_restart "$number"
	done
}

# watches_nothing: inotify has not been asked for anything.
watches_nothing() {
	! grep -q '^inotify wd' "/proc/$launcher/fdinfo/"*
}

@test "--poll: every way to save" {
	echo 1 >word
	shown=word
	start --poll=20ms sh -c "$SHOWS_WORD"
	expect_line 1
	expect_shown_watched
	watches_nothing
	each_save_shows
	and_no_other
}

@test "--poll: what was missing, and what is new in a folder that --watch names" {
	mkdir folder
	echo 1 >folder/old
	start --poll=20ms -w folder sh -c 'cat absent 2>/dev/null || echo none; ls folder; exec cat'
	expect_line none
	expect_line old
	expect_watching "$project/absent" "$project/folder/old"
	put absent here
	expect changed path="$project/absent" reason=appeared
	expect started generation=2
	expect_line here
	expect_line old
	expect_watching "$project/folder/old"
	put folder/new 2
	expect changed path="$project/folder/new" reason=appeared
	expect started generation=3
	stop
	watches_nothing
}

@test "--poll: after a crash, a new file beside it" {
	printf '%s\n' 'import sys' 'import lacking' 'print("runs", flush=True)' 'sys.stdin.read()' >app.py
	start --poll=20ms python3 app.py
	expect waiting
	put lacking.py ''
	expect started generation=2
	expect_line runs
	stop
}

@test "FUSE: what is changed behind its back" {
	mkdir "$sandbox/fuse" "$sandbox/behind"
	echo 1 >"$sandbox/behind/word"
	cd "$sandbox"
	bindfs --no-allow-other "$sandbox/behind" "$project"
	cd "$project"
	shown=word
	start sh -c "$SHOWS_WORD"
	expect_line 1
	expect_shown_watched
	# By way of it, which inotify hears of at once, and from behind.
	echo 2 >word
	is_one_restart 2
	echo 3 >"$sandbox/behind/word"
	is_one_restart 3
	put "$sandbox/behind/word" 4
	is_one_restart 4
	assert_equal "$generation" 4
	# bindfs ends with its mount, and before the launcher is looked for.
	cd "$sandbox"
	fusermount -uz "$project"
	stop
}

# in_user_namespace LIMIT VALUE: with a limit of its own, which the machine does not notice.
in_user_namespace() {
	launch_with=(unshare --user --map-root-user sh -c
		'echo "$1" >"/proc/sys/user/$0" && shift && exec "$@"' "$@")
}

@test "no more watches: the rest is looked at, and the limit is named" {
	mkdir -p far/away/from/here
	echo 1 >far/away/from/here/word
	shown=far/away/from/here/word
	in_user_namespace max_inotify_watches 3
	start sh -c 'echo $(cat "$1"); exec cat' sh "$shown"
	expect limited
	expect_line 1
	expect_watching "$project/$shown"
	each_save_shows
	stop
	assert_equal "$(grep -c 'fs.inotify.max_user_watches (3) is used up' "$io/terminal")" 1
}

@test "no inotify at all: all is looked at, and the limit is named" {
	echo 1 >word
	shown=word
	in_user_namespace max_inotify_instances 0
	start sh -c "$SHOWS_WORD"
	expect limited
	expect_line 1
	expect_shown_watched
	each_save_shows
	stop
	assert_equal "$(grep -c 'fs.inotify.max_user_instances (0) is used up' "$io/terminal")" 1
}
