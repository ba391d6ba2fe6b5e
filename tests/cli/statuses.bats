#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# The launcher's exit status is the command's; what cannot be executed at all.
load helper
load processes

# ends_with STATUS [WORD...]: the command ends, and we do so with STATUS; what is said goes to $io/said.
ends_with() {
	local wanted=$1 status=0

	shift
	"${launch_with[@]}" timeout "$LIMIT_S" "$autoreload_run" --on-exit stop "$@" </dev/null >"$io/printed" 2>"$io/said" ||
		status=$?
	assert_equal "$status" "$wanted"
}

@test "all exit statuses" {
	seq 0 255 | xargs -P 4 -I '{}' timeout "$LIMIT_S" sh -c \
		'"$1" -q --on-exit stop sh -c "exit $2" </dev/null; [ $? -eq $2 ] || echo "not $2"' \
		sh "$autoreload_run" '{}' >wrong 2>&1
	[ ! -s wrong ] || fail "$(cat wrong)"
}

@test "the status of a command that a signal ends is 128 and the signal's number" {
	local number

	ulimit -c 0
	for number in {1..16} 24 25 26 27 {29..31} 34 35 50 64; do
		ends_with $((128 + number)) perl -e '$SIG{$_} = "DEFAULT" for keys %SIG; kill shift, $$; sleep' \
			"$number"
	done
}

@test "the last generation's status counts" {
	echo 3 >word
	start --on-exit wait sh -c 'read -r word <word; exit "$word"'
	expect waiting
	expect_watching "$project/word"
	echo 4 >word
	expect exited generation=2 status=4
	expect waiting
	stop
	assert_equal "$ended" 4
}

@test "a program that itself ends with 125, 126 or 127: nothing of ours is said" {
	local status

	for status in 125 126 127; do
		ends_with "$status" sh -c "exit $status"
		run ! grep -i 'cannot' "$io/said"
	done
	ends_with 127 sh -c 'no-such-command'
	run ! grep 'autoreload-run: cannot' "$io/said"
}

# cannot_run STATUS WORD...: one line says so, with the last word in it.
cannot_run() {
	ends_with "$@"
	[ ! -s "$io/printed" ]
	assert_equal "$(wc -l <"$io/said")" 1
	[[ $(<"$io/said") == "autoreload-run: cannot run "*"${*: -1}"* ]] || fail "said: $(<"$io/said")"
}

@test "not found: 127" {
	cannot_run 127 no-such-command-anywhere
	cannot_run 127 ./missing/program
	ln -s nowhere link
	cannot_run 127 ./link
}

@test "not executable: 126" {
	echo 'exit 0' >plain
	cannot_run 126 ./plain
	cannot_run 126 "$project"
	mkdir folder
	cannot_run 126 ./folder
}

@test "not in a folder that may be searched: 126" {
	# Root may search any, but for these two.
	[ "$(id -u)" -ne 0 ] || launch_with=(setpriv '--bounding-set=-dac_override,-dac_read_search')
	mkdir closed
	cp /bin/true closed
	chmod 0 closed
	cannot_run 126 ./closed/true
	chmod 755 closed
}

@test "an interpreter that is not there: 127; one that is not executable: 126" {
	printf '#!%s/no-interpreter\n' "$project" >script
	chmod +x script
	cannot_run 127 ./script
	grep -q no-interpreter "$io/said"
	touch not-executable
	printf '#!%s/not-executable\n' "$project" >script
	cannot_run 126 ./script
}

@test "a format that the kernel does not know: 126" {
	printf '\177ELF and nothing else' >binary
	chmod +x binary
	cannot_run 126 ./binary
	head -c 100 /bin/true >binary
	cannot_run 126 ./binary
	# An interpreter in a circle.
	printf '#!%s/circle\n' "$project" >circle
	chmod +x circle
	cannot_run 126 ./circle
}

@test "a script without #! is the shell's, an empty one too" {
	echo 'echo "this is $1"; exit 5' >script
	chmod +x script
	ends_with 5 ./script mine
	assert_equal "$(<"$io/printed")" 'this is mine'
	run ! grep cannot "$io/said"
	: >script
	ends_with 0 ./script
}

# -- a binary that somebody still writes --------------------------------------------------------------

# build TEXT FILE: a program that prints it, and waits.
build() {
	printf '#include <stdio.h>\n#include <unistd.h>\nint main(void)\n{\n\tputs("%s");\n' "$1" >"$project/main.c"
	printf '\tfflush(stdout);\n\tfor (;;)\n\t\tpause();\n}\n' >>"$project/main.c"
	cc -o "$2" "$project/main.c"
}

@test "a binary that is being written is waited for, which is said once" {
	local writer

	build one "$project/program"
	exec {writer}>>"$project/program"
	start ./program
	eventually has_text "$io/terminal"
	exec {writer}>&-
	expect started
	expect_line one
	stop
	assert_equal "$(wc -l <"$io/terminal")" 1
	grep -q '^autoreload-run: .*program' "$io/terminal"
}

@test "a binary that is still being written at a restart is waited for" {
	local writer

	build one "$project/program"
	start -q ./program
	expect_line one
	expect_watching "$project/program"
	build two "$sandbox/program"
	exec {writer}>>"$sandbox/program"
	mv "$sandbox/program" "$project"
	expect exited generation=1
	# So long that it is tried, and not so long that anything is said.
	read -r -t 0.5 <> <(:) || true
	exec {writer}>&-
	expect started generation=2
	expect_line two
	stop
	assert_terminal
}

@test "waiting for a binary that is being written ends with SIGTERM" {
	local writer

	build one "$project/program"
	exec {writer}>>"$project/program"
	start ./program
	eventually has_text "$io/terminal"
	run ! grep cannot "$io/terminal"
	stop
	exec {writer}>&-
	[[ ${seen[*]} != *'"event":"started"'* ]]
}

@test "a binary that becomes executable a moment after it has been written" {
	build one "$project/program"
	start ./program
	expect_line one
	expect_watching "$project/program"
	# As ld does it, whose two calls may well have some time between them.
	build two "$sandbox/program"
	chmod a-x "$sandbox/program"
	mv "$sandbox/program" "$project"
	expect exited generation=1
	# So long that it is tried.
	read -r -t 0.3 <> <(:) || true
	chmod a+x "$project/program"
	expect started generation=2
	expect_line two
	stop
	assert_terminal 'autoreload-run: program changed, restarting'
}

@test "a binary that the compiler makes anew while it runs" {
	local i

	build 1 "$project/program"
	start ./program
	expect_line 1
	for i in 2 3 4; do
		expect_watching "$project/program"
		build "$i" "$project/program"
		expect started
		expect_line "$i"
	done
	stop
}
