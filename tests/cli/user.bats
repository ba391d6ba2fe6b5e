#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash and saves.bash use and set
# As an ordinary user: root hides missing permissions. (Whoever is not root sees that in every test.)
load helper
load ordinary
load saves

readonly APP=(entry:app.py module:shop/prices.py data:data/menu.txt)

setup() {
	enter_open_sandbox
	use_program python
	become_ordinary
}

teardown() {
	leave_open_sandbox
}

@test "an ordinary user's program: no bytecode, then bytecode" {
	launch_with=("${as_user[@]}")
	start python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
	compgen -G 'shop/__pycache__/prices.*.pyc'
}

@test "a command that gives up root's privileges is observed still" {
	start "${as_user[@]}" python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
}
