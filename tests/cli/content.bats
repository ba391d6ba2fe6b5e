#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # the variables of helper.bash and for it
# --content: what is saved as it was is no change.
load helper
load once

# shows_content FILE: as shows does, with --content.
shows_content() {
	shown=$1
	start --content sh -c 'echo $(cat "$1"); exec cat' sh "$shown"
	expect_line "$(<"$shown")"
	expect_shown_watched
}

@test "--content: every way to save what was there before" {
	echo one >word
	shows_content word
	touch word
	for how in in_place rename_over unlink_and_create jetbrains vscode; do
		edit "$how" one
	done
	cp word "$sandbox/same"
	cp --remove-destination -p "$sandbox/same" word
	sed -i s/one/one/ word
	vim -u NONE -es +wq word
	vim -u NONE -es '+set backup backupcopy=yes backupskip=' +wq word
	chmod 600 word
	# The one that counts.
	put word two
	is_one_restart two
	and_no_other
}

@test "--content: every way to save something else" {
	local number=1 how

	echo 1 >word
	shows_content word
	for how in in_place rename_over unlink_and_create jetbrains vscode; do
		number=$((number + 1))
		edit "$how" "$number"
		is_one_restart "$number"
	done
	and_no_other
}

@test "--content: a file that is removed for good, and comes back" {
	echo one >word
	start --content sh -c 'echo "$(cat word 2>/dev/null || echo none)"; exec cat'
	expect_line one
	expect_watching "$project/word"
	rm word
	expect started generation=2
	expect_line none
	expect_watching "$project/word"
	echo one >word
	expect started generation=3
	expect_line one
	stop
	assert_equal "$generation" 3
}

@test "--content: a link that leads elsewhere, to the same content" {
	mkdir a b
	echo one >a/word
	echo one >b/word
	ln -s a/word link
	shows_content link
	ln -sfn a/word link
	ln -sfn b/word link
	expect changed path="$project/link"
	is_one_restart one
	and_no_other
}

@test "--content: a large file counts by its time" {
	truncate -s 17M large
	start --content sh -c 'wc -c <large; exec cat'
	expect_line 17825792
	expect_watching "$project/large"
	touch large
	expect started generation=2
	expect_line 17825792
	stop
	assert_equal "$generation" 2
}
