#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Random file operations beside a model of the tree. What fails is shown with its seed.
load trials

@test "600 random sequences of file operations: the launcher's verdict is the model's" {
	try fuzz --sequences 600
}
