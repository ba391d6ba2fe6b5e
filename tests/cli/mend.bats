#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; variables that helper.bash and mend.bash set
# A mistake ends the command, which waits then; mending it restarts, whichever file it is in.
load helper
load once
load mend

# breaks_and_mends NAME LINE [STATUS]: with this line in it, it fails.
breaks_and_mends() {
	begin
	spoil "$1" "$2"
	fails "${3-1}"
	mend "$1"
	runs
	# And anything else still counts.
	spoil third 0
	runs
	stop_at 4
}

for_entry() {
	use_language "$1"
	breaks_and_mends app "$broken"
}

for_third_import() {
	use_language "$1"
	breaks_and_mends third "$broken"
}

for_exit() {
	use_language "$1"
	breaks_and_mends second "$ends" 3
}

for_exit_zero() {
	use_language "$1"
	breaks_and_mends second "${ends/3/0}" 0
}

# The first run fails already: there is no healthy one before it.
for_first_run() {
	use_language "$1"
	spoil third "$broken"
	start "${command[@]}"
	expect waiting
	expect_watching "${all[@]}"
	spoil second "$ends"
	fails 3
	mend second
	fails
	mend third
	runs
	stop_at 4
}

# The file with the mistake is new; and so is the line that uses it.
for_new_file() {
	use_language "$1"
	begin
	echo "$broken" >"extra.$suffix"
	use_also extra third
	fails
	echo >"extra.$suffix"
	runs
	stop_at 3
}

# The failed run has not come as far as the file that is edited, but the last healthy one has.
for_not_reached() {
	use_language "$1"
	begin
	lives_a_second
	spoil app "$broken"
	fails
	spoil third "$ends"
	fails
	mend third
	fails
	mend app
	runs
	stop_at 5
}

for_two_mistakes() {
	use_language "$1"
	begin
	lives_a_second
	spoil third "$broken"
	fails
	spoil first "$broken"
	fails
	# Not reached by this run.
	mend third
	fails
	mend first
	runs
	stop_at 5
}

# What fails for want of something is mended by making it, and by no longer wanting it.
for_wanted() {
	use_language "$1"
	begin
	use_also extra second
	fails
	mend second
	runs
	use_also extra second
	fails
	echo >"extra.$suffix"
	runs
	stop_at 5
}

@test "python: a syntax error in the entry" {
	for_entry python
}

@test "node: a syntax error in the entry" {
	for_entry node
}

@test "python: a syntax error in the third import" {
	for_third_import python
}

@test "node: a syntax error in the third import" {
	for_third_import node
}

@test "python: a syntax error in a file never reached before" {
	for_new_file python
}

@test "node: a syntax error in a file never reached before" {
	for_new_file node
}

@test "python: an exit during an import" {
	for_exit python
}

@test "node: an exit during an import" {
	for_exit node
}

@test "python: an exit with status 0 during an import" {
	for_exit_zero python
}

@test "node: an exit with status 0 during an import" {
	for_exit_zero node
}

@test "python: a syntax error in the first run" {
	for_first_run python
}

@test "node: a syntax error in the first run" {
	for_first_run node
}

@test "python: a file that the failed run has not reached" {
	for_not_reached python
}

@test "node: a file that the failed run has not reached" {
	for_not_reached node
}

@test "python: two mistakes, of which the failed run reaches one" {
	for_two_mistakes python
}

@test "node: two mistakes, of which the failed run reaches one" {
	for_two_mistakes node
}

@test "python: an import that is missing" {
	for_wanted python
}

@test "node: an import that is missing" {
	for_wanted node
}
