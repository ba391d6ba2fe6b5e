#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# Programs that meet a limit: it is where it is without us.
load helper
load many

setup_file() {
	local flags=(-std=gnu11 -D_GNU_SOURCE -pthread) programs=$BATS_TEST_DIRNAME/../programs

	cd "$BATS_FILE_TMPDIR" || return
	cc "${flags[@]}" -o limits "$programs/limits/limits.c"
	cc "${flags[@]}" -o open_many "$programs/open-many/open_many.c"
}

# same SCRIPT [ARGUMENT...]: a shell's script, in which "$0" is the program, prints and says the same
# with us as without, and ends with the same status.
same() {
	(
		close_descriptors
		sh -c "$1" "$BATS_FILE_TMPDIR/limits" "${@:2}" </dev/null >bare 2>bare-errors
		echo "status $?" >>bare
	)
	start sh -c "($1) </dev/null >observed 2>observed-errors; "'echo "status $?" >>observed
		echo ended; cat' "$BATS_FILE_TMPDIR/limits" "${@:2}"
	expect_line ended
	diff bare observed
	diff bare-errors observed-errors
}

@test "ten descriptors: the program gets as many of them as without us" {
	echo 1 >first
	same 'ulimit -n 10; exec "$0" descriptors'
	expect_watching "$project/first"
	stop
	grep -x '7 files, then EMFILE' bare
}

# calls_with LIMIT: sets $calls, how many system calls a program makes from its start to its end.
calls_with() {
	start sh -c 'ulimit -n "$1"; strace -f -o calls cat first; echo ended; cat' sh "$1"
	expect_line 1
	expect_line ended
	expect_watching "$project/first"
	stop
	rm -r "$io"
	mkdir "$io"
	calls=$(wc -l <calls)
}

@test "a million descriptors: none is looked at one by one" {
	local few
	echo 1 >first

	calls_with 256
	few=$calls
	calls_with "$(ulimit -H -n)"
	[ "$few" -gt 10 ]
	[ "$calls" -lt $((few + 50)) ]
}

@test "a million descriptors: the launcher does not look at them one by one" {
	local limit calls=()

	for limit in 256 "$(ulimit -H -n)"; do
		# Leaks are not looked for under strace: that is done by tracing, too.
		launch_with=(env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0"
			sh -c 'ulimit -n "$1"; shift; exec "$@"' sh "$limit"
			strace -f -o "$sandbox/calls")
		start true
		expect waiting
		launcher=$(pgrep -P "$launcher")
		stop
		calls+=("$(wc -l <"$sandbox/calls")")
		rm -r "$io"
		mkdir "$io"
	done
	[ "${calls[0]}" -gt 100 ]
	[ "${calls[1]}" -lt $((calls[0] + $(ulimit -H -n) / 2)) ]
}

@test "a full disk: the program fills it as it does without us" {
	local in_a_namespace=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || in_a_namespace=(unshare --mount --map-root-user)

	mkdir full
	# The command would be a stranger in a namespace of its own: the launcher is in it, too.
	launch_with=("${in_a_namespace[@]}" sh -c
		'mount -t tmpfs -o size=64k tmpfs full || exit; exec "$@"' sh)
	(
		close_descriptors
		"${launch_with[@]}" "$BATS_FILE_TMPDIR/limits" disk full/file
	) >bare </dev/null
	start sh -c '"$0" disk full/file >observed; echo ended; cat' "$BATS_FILE_TMPDIR/limits"
	expect_line ended
	stop
	diff bare observed
	grep -x '65536 bytes, then ENOSPC' bare
}

@test "file, with its sandbox and without" {
	printf 'some words\n' | tee sample >another
	same 'file sample && exec file -S another'
	expect_watching "$project/sample" "$project/another"
	stop
	grep -x 'sample: *ASCII text' bare
}

# filtered HOW: shows its file under such a filter.
filtered() {
	echo 'one word' >word
	echo 1 >first
	same "exec \"\$0\" $1 word"
	stop
	assert_equal "$(<bare)" $'one word\nstatus 0'
}

@test "a seccomp filter that kills, installed by prctl" {
	filtered filter-prctl
}

@test "a seccomp filter that kills, installed by syscall" {
	filtered filter-syscall
}

@test "a seccomp filter that kills, installed before anything is opened" {
	filtered filter-early
}

@test "a seccomp filter that kills, which a program executed under it inherits" {
	filtered filter-program
}

@test "a question whether the kernel has seccomp filters shuts nobody in" {
	echo 1 >asked
	start python3 -c 'import ctypes
print(ctypes.CDLL(None).prctl(22, 2, None), flush=True)
print(open("asked").read(), flush=True)'
	expect_line -1
	expect_line 1
	expect_watching "$project/asked"
	stop
	run ! grep -F seccomp "$io/terminal"
}

@test "seccomp's strict mode" {
	filtered strict
}

@test "memory: less than 300 KiB more, after 20,000 files" {
	local bare observed

	mkdir files
	"$BATS_FILE_TMPDIR/open_many" make 20000
	read -r _ bare < <("$BATS_FILE_TMPDIR/limits" memory 20000)
	start_many "$BATS_FILE_TMPDIR/limits" memory 20000
	next_line "$(deadline)"
	stop
	assert_equal "${line% *}" 20000
	observed=${line#* }
	[ "$bare" -gt 10 ]
	[ $((observed - bare)) -lt 300 ] || fail "$observed KiB, and $bare without us"
}
