#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of the other files, and those that bats sets
# Being an ordinary user, when the tests are run by root.

# enter_open_sandbox: a sandbox that others can enter, with a copy of what is tested that they can read.
enter_open_sandbox() {
	enter_sandbox "$(realpath "$(mktemp -d)")"
	chmod 755 "$sandbox"
	mkdir "$sandbox/bin"
	cp -R "$autoreload_run" "$(realpath "${autoreload_run%/*}/preload")" "$sandbox/bin"
	autoreload_run=$sandbox/bin/autoreload-run
}

# become_ordinary [UID]: sets $as_user, words that run a command as somebody else than root, who owns
# the project then.
become_ordinary() {
	local user=${1-$(id -u nobody)}

	as_user=()
	if [ "$(id -u)" -eq 0 ]; then
		as_user=(setpriv --reuid="$user" --regid="$(id -g nobody)" --clear-groups --inh-caps=-all)
		chown -R "$user:$(id -g nobody)" "$HOME" "$project"
	fi
}

leave_open_sandbox() {
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
	rm -rf "$sandbox"
}
