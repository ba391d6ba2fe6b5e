#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash and saves.bash set
# A C program that is built by the command itself: its sources restart it, what make and the compiler
# write does not.
load helper
load saves

readonly SERVER=(entry:main.c module:words/words.c header:words/words.h makefile:Makefile
	data:data/menu.txt)

# written_by_make: everything that the build leaves behind.
written_by_make() {
	find . -name '*.[od]' -o -name server
}

@test "make && ./server: built in the first run" {
	use_program make
	start sh -c 'make -s && exec ./server'
	program_is prints "${SERVER[@]}"
	each_save_restarts
	stop_and_count
	assert_equal "$(written_by_make | wc -l)" 5
}

@test "make && ./server: built before, so that make only looks at the sources" {
	use_program make
	git init -q
	make -s
	start sh -c 'make -s && ./server'
	program_is prints "${SERVER[@]}"
	each_save_restarts
	stop_and_count
}

@test "make && ./server: the saves take turns" {
	local how part

	use_program make
	make -s
	start sh -c 'make -s && exec ./server'
	program_is prints "${SERVER[@]}"
	for how in in_place by_rename; do
		for part in "${parts[@]}"; do
			save_restarts "$how" "$part"
		done
	done
	stop_and_count
}
