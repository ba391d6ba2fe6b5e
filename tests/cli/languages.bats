#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash and saves.bash use and set
# Ruby, Perl, PHP, Lua and shell scripts.
load helper
load saves

@test "ruby: require_relative" {
	use_program ruby
	start ruby app.rb
	program_is prints entry:app.rb module:lib/prices.rb data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "perl: use lib" {
	use_program perl
	git init -q
	start perl app.pl
	program_is prints entry:app.pl module:lib/Shop/Prices.pm data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "php: include" {
	use_program php
	start php app.php
	program_is prints entry:app.php module:lib/prices.php data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "php -S: what a request has read, asked by a client before and after each save" {
	use_program php-server
	free_port
	ready='*Development Server*started'
	# shellcheck disable=SC2016 # expanded by that shell
	start sh -c 'exec php -S "127.0.0.1:$0" 2>&1' "$port"
	program_is serves entry:index.php module:lib/prices.php data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "lua: require" {
	use_program lua
	git init -q
	start lua5.4 app.lua
	program_is prints entry:app.lua module:lib/prices.lua data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "bash: source" {
	use_program bash
	start bash app.sh
	program_is prints entry:app.sh module:lib/prices.sh data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "a script that is run by its name" {
	use_program bash
	git init -q
	start ./app.sh
	program_is prints entry:app.sh module:lib/prices.sh data:data/menu.txt
	each_save_restarts
	stop_and_count
}
