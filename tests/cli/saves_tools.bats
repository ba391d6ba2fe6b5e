#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash sets
# Files saved by tools: each is one restart, with the new content, whatever the time stamps are.
load helper
load once

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	echo 1 >word
	# Outside the project, where nothing of it is a change.
	incoming=$sandbox/incoming
	echo 2 >"$incoming"
}

# arrives_by COMMAND...: what it does is one restart.
arrives_by() {
	shows word
	"$@"
	is_one_restart 2
	and_no_other
}

# of_equal_time: the file that comes has the size and the time stamp, to the nanosecond, of that which
# it replaces.
of_equal_time() {
	touch -r word "$incoming"
	assert_equal "$(stat -c '%s %y' "$incoming")" "$(stat -c '%s %y' word)"
}

of_older_time() {
	touch -d 2001-02-03 "$incoming"
}

@test "sed -i" {
	arrives_by sed -i s/1/2/ word
}

@test "sed -i with a backup" {
	arrives_by sed -i.bak s/1/2/ word
}

@test "perl -i" {
	arrives_by perl -pi -e s/1/2/ word
}

@test "mv" {
	arrives_by mv "$incoming" word
}

@test "mv of a file with an older time" {
	of_older_time
	arrives_by mv "$incoming" word
}

@test "mv of a file with an equal time" {
	of_equal_time
	arrives_by mv "$incoming" word
}

@test "cp" {
	arrives_by cp "$incoming" word
}

@test "cp -p, older" {
	of_older_time
	arrives_by cp -p "$incoming" word
}

@test "cp -p, of equal time and size" {
	of_equal_time
	arrives_by cp -p "$incoming" word
}

@test "cp --remove-destination -p, of equal time and size" {
	of_equal_time
	arrives_by cp --remove-destination -p "$incoming" word
}

@test "rsync -t, older" {
	of_older_time
	arrives_by rsync -t "$incoming" word
}

@test "rsync -t, of equal time and size" {
	of_equal_time
	arrives_by rsync -t --checksum "$incoming" word
}

@test "rsync -t --inplace, of equal time and size" {
	of_equal_time
	arrives_by rsync -t --checksum --inplace "$incoming" word
}

@test "install" {
	arrives_by install -m 644 "$incoming" word
}

@test "touch" {
	shows word
	touch word
	is_one_restart 1
	and_no_other
}

@test "touch to an older time" {
	shows word
	touch -d 2001-02-03 word
	is_one_restart 1
	and_no_other
}

# make_repository: two branches, which differ in the word.
make_repository() {
	git config --global user.name tests
	git config --global user.email tests@example.org
	git init -qb one
	echo same >other
	git add .
	git commit -qm 1
	git checkout -qb two
	echo 2 >word
	git commit -qam 2
	git checkout -q one
}

@test "git checkout of a branch" {
	make_repository
	shows word
	git checkout -q two
	is_one_restart 2
	git checkout -q one
	is_one_restart 1
	and_no_other
}

@test "git checkout of a file" {
	make_repository
	arrives_by git checkout -q two -- word
}

@test "git stash, and stash pop" {
	make_repository
	echo 2 >word
	shows word
	git stash -q
	is_one_restart 1
	git stash pop -q
	is_one_restart 2
	and_no_other
}

@test "git reset --hard" {
	make_repository
	arrives_by git reset -q --hard two
}

@test "git rebase" {
	make_repository
	git checkout -qb three
	echo 3 >other
	git commit -qam 3
	arrives_by git rebase -q two
}
