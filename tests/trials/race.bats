#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Edits at random moments while programs start; 200 of each program and each way of saving.
load trials

@test "an edit at any moment of a start is not missed: python3 and node, machine idle" {
	try race --machine idle
}

@test "an edit at any moment of a start is not missed: python3 and node, machine loaded" {
	try race --machine loaded
}

@test "an edit at any moment of a start is not missed: python3 and node, launcher stopped meanwhile" {
	try race --machine stopped
}

@test "200 pairs of saves of one size within one second: CPython's byte code is never stale" {
	try byte-code
}
