#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash and saves.bash use and set
# As an ordinary user: root hides missing permissions. (Whoever is not root sees that in every test.)
load helper
load saves

readonly APP=(entry:app.py module:shop/prices.py data:data/menu.txt)

# A sandbox that others can enter, with a copy of what is tested that they can read.
setup() {
	enter_sandbox "$(realpath "$(mktemp -d)")"
	chmod 755 "$sandbox"
	mkdir "$sandbox/bin"
	cp -R "$autoreload_run" "$(realpath "${autoreload_run%/*}/preload")" "$sandbox/bin"
	autoreload_run=$sandbox/bin/autoreload-run
	use_program python
	drop_privileges=()
	if [ "$(id -u)" -eq 0 ]; then
		drop_privileges=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups
			--inh-caps=-all)
		chown -R nobody: "$HOME" "$project"
	fi
}

teardown() {
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
	rm -rf "$sandbox"
}

@test "an ordinary user's program: no bytecode, then bytecode" {
	launch_with=("${drop_privileges[@]}")
	start python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
	compgen -G 'shop/__pycache__/prices.*.pyc'
}

@test "a command that gives up root's privileges is observed still" {
	start "${drop_privileges[@]}" python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
}
