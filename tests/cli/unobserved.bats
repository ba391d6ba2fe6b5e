#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # helper.bash's variables; run's in several tests
# What cannot be observed, or not even be executed: it is named, and what can run does run.
load helper
load saves

use_static_program() {
	cc -static -o show "$root/tests/programs/static/show.c"
	echo data-1 >word
}

@test "a statically linked command runs, is named, and --watch restarts it" {
	use_static_program
	start --watch word ./show word
	program_is prints data:word
	expect unobserved exe="$project/show"
	[[ $event == *',"reason":"'*'statically linked"'* ]]
	each_save_restarts
	stop_and_count
	grep -xF 'autoreload-run: show is statically linked: the files that it opens cannot be seen;'\
' name them with --watch PATH' "$io/terminal"
	assert_equal "$(grep -c 'statically linked' "$io/terminal")" 1
}

@test "a statically linked program that the command starts is named too, and the rest is seen" {
	use_static_program
	echo 1 >seen
	start sh -c 'cat seen; ./show word'
	expect_line 1
	expect_line data-1
	expect unobserved exe="$project/show"
	expect_watching "$project/seen" "$project/show"
	echo 2 >seen
	expect started generation=2
	expect_line 2
	stop
}

@test "a statically linked program that is built anew is restarted" {
	use_static_program
	start ./show word
	expect_line data-1
	expect_watching "$project/show"
	cp show other
	mv other show
	expect changed path="$project/show" reason=replaced
	expect started generation=2
	expect_line data-1
	stop
}

# cannot_execute PROGRAM: says so, and does not feed it to a shell as execvp(3) does.
cannot_execute() {
	run -126 --separate-stderr timeout "$LIMIT_S" "$autoreload_run" "$1" </dev/null
	assert_equal "$output" ''
	assert_equal "$status" 126
	[[ $stderr == 'autoreload-run: '*"${1#./}"* ]]
	[[ $stderr != *'not found'* ]]
}

@test "executables for other machines" {
	# The header of a 32-bit ELF program for i386, of which there is nothing more.
	{
		printf '\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0\x01\0\0\0\0\x80\x04\x08'
		printf '\x34\0\0\0\0\0\0\0\0\0\0\0\x34\0\x20\0\0\0\0\0\0\0\0\0'
	} >i386
	# A 64-bit one for a machine that nobody has built.
	{
		printf '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xee\xee\x01\0\0\0'
		printf '\0\0\x40\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		printf '\x40\0\x38\0\0\0\x40\0\0\0\0\0'
	} >other
	chmod +x i386 other
	cannot_execute ./i386
	cannot_execute ./other
	[[ $stderr == *processor* ]]
}

@test "a script whose interpreter is missing" {
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	run -127 --separate-stderr timeout "$LIMIT_S" "$autoreload_run" ./script </dev/null
	assert_equal "$output" ''
	assert_equal "${#stderr_lines[@]}" 1
	[[ $stderr == 'autoreload-run: '*script*/no/such/interpreter* ]]
	[ "$status" -eq 126 ] || [ "$status" -eq 127 ]
}
