#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # the variables of helper.bash and for it
# Bootsnap keeps Ruby's byte code, and trusts it by the source's size and second.
load helper
load once

# shows_by_bootsnap: a Ruby program that shows what is in word.rb.
shows_by_bootsnap() {
	printf '%s\n' 'require "bootsnap"' \
		'Bootsnap.setup(cache_dir: "tmp/cache", development_mode: true, load_path_cache: false,' \
		'               compile_cache_iseq: true, compile_cache_yaml: false, compile_cache_json: false)' \
		'require_relative "word"' '$stdout.puts WORD' '$stdout.flush' '$stdin.read' >app.rb
	echo 'WORD = 100' >word.rb
	shown=word.rb
	start ruby app.rb
	expect_line 100
	expect_shown_watched
}

# The premise: without us, the second of two such saves is not run.
@test "Bootsnap's cache hides a save of the same size within a second" {
	printf '%s\n' 'require "bootsnap"' \
		'Bootsnap.setup(cache_dir: "tmp/cache", development_mode: true, load_path_cache: false,' \
		'               compile_cache_iseq: true, compile_cache_yaml: false, compile_cache_json: false)' \
		'require_relative "word"' 'puts WORD' >app.rb
	echo 'WORD = 100' >word.rb
	touch -d '2024-01-01 10:00:00.1' word.rb
	ruby app.rb
	echo 'WORD = 200' >word.rb
	touch -d '2024-01-01 10:00:00.9' word.rb
	assert_equal "$(ruby app.rb)" 100
}

@test "Bootsnap: 30 saves of one size, several within a second: each is run" {
	local number

	shows_by_bootsnap
	for number in {101..130}; do
		edit in_place "WORD = $number"
		is_one_restart "$number"
	done
	stop
	assert_equal "$generation" 31
}

@test "Bootsnap: what it writes restarts nothing" {
	shows_by_bootsnap
	[ -n "$(find tmp/cache -type f)" ]
	edit rename_over 'WORD = 2'
	is_one_restart 2
	stop
	assert_equal "$generation" 2
	[ "$(printf '%s\n' "${changed[@]}")" = "$project/word.rb" ]
}
