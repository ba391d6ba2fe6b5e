#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A long day in a minute: scripts/soak lets it last.
load trials

@test "one launcher through 200 saves, mistakes, checkouts, kills and stops: nothing too many is left" {
	try lifetime --actions 200
}
