#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash uses and sets
# scripts/run and scripts/install-dependencies. That all dependencies are there, and all is built, is
# what these tests start from.
load helper

@test "scripts/run works through a symlink with a space in its path, in the caller's folder" {
	mkdir "$sandbox/my scripts"
	ln -s "$root/scripts/run" "$sandbox/my scripts/run it"
	autoreload_run="$sandbox/my scripts/run it"
	start pwd
	expect_line "$project"
	expect waiting
	stop
	assert_terminal 'autoreload-run: pwd exited with status 0, waiting for a change'
}

@test "scripts/install-dependencies has nothing to say when all is there" {
	run -0 "$root/scripts/install-dependencies" build
	assert_equal "$output" ''
	run -0 "$root/scripts/install-dependencies" test
	assert_equal "$output" ''
}

@test "scripts/install-dependencies names the packages where there is no apt-get" {
	mkdir bin
	ln -s "$(command -v sh)" bin/sh
	PATH=$project/bin run -1 "$root/scripts/install-dependencies" build
	[[ $output == *libelf-dev* ]]
	[[ $output != *libcriterion-dev* ]]
	PATH=$project/bin run -1 "$root/scripts/install-dependencies" test
	[[ $output == *libelf-dev*libcriterion-dev* ]]
}
