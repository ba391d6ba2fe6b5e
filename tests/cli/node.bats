#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables that helper.bash sets
# Node: both kinds of modules, and JSON that is required.
load helper
load saves

@test "node: CommonJS and a JSON file" {
	use_program node
	start node app.js
	program_is prints entry:app.js module:lib/prices.js data:data/menu.json
	each_save_restarts
	stop_and_count
}

@test "node: ES modules, in a checkout" {
	use_program node-esm
	git init -q
	start node app.mjs
	program_is prints entry:app.mjs module:lib/prices.mjs data:data/menu.txt
	each_save_restarts
	stop_and_count
}
