#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads the first line of each file that is named, tells them all in one line, and waits.

told=$$
for name; do
	if { read -r line <"$name"; } 2>/dev/null; then
		told="$told $line"
	else
		told="$told -"
	fi
done
echo "$told"
read -r line
