#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# A hostile command, and hostile neighbours: the channel, what is planted beside it, and other people's rights.
load helper
load processes
load ordinary
load faults
load many

# What the launcher may use after the floods below; an idle one has less than 3 MiB. What is kept of paths
# is limited to 256 MiB, to which come the tables and the watches.
readonly PROCESSES_KIB=32768 PATHS_KIB=409600

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -O1 -I"$BATS_TEST_DIRNAME/../.." -o "$BATS_FILE_TMPDIR/forge" \
		"$BATS_TEST_DIRNAME/../programs/security/forge.c" "$BATS_TEST_DIRNAME/../../preload/report.c"
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	forge=$BATS_FILE_TMPDIR/forge
	tested=$autoreload_run
	own_places
	echo 1 | tee one two >/dev/null
}

# forges SCRIPT: a command that does so with "$0" when it is told to, and has read a file before.
forges() {
	start sh -c "cat one; read x; ( $1 ); echo forged; exec cat" "$forge"
	expect_line 1
	expect_watching "$project/one"
	say_go
	expect_line forged
}

# still_works: after all that, a save is a restart. Nothing on the terminal acts on it.
still_works() {
	save one 2
	expect started generation=2
	expect_line 2
	stop
	assert_equal "$ended" 143
	run ! grep -P '[\x00-\x09\x0b-\x1f\x7f]' "$io/terminal"
	[ "$(grep -cv '^autoreload-run: ' "$io/terminal")" -eq 0 ]
	eventually is_nothing_left
}

@test "bytes of no meaning, and frames in pieces: it is said that not all is known" {
	forges '"$0" random 1 20000; "$0" torn 300; "$0" random 2 2000'
	expect incomplete
	still_works
	assert_equal "$(grep -c 'reports were lost' "$io/terminal")" 1
}

@test "a report of a number of losses that cannot be" {
	forges '"$0" lost -1; "$0" lost 9223372036854775807'
	expect incomplete
	still_works
}

@test "names that would act on the terminal or begin a line of their own" {
	local hostile=$'a\e[31m\a\r\nautoreload-run: all is well\u202eb'

	echo 1 >"$hostile"
	forges "\"\$0\" read '$project/$hostile'; \"\$0\" hello \$\$ '/$hostile' '$hostile'
		\"\$0\" rename '$project/$hostile' '/$hostile'; \"\$0\" list '$project/$hostile'
		\"\$0\" load '$project/$hostile'; \"\$0\" exec '$project/$hostile'; \"\$0\" missing '$project/x$hostile'"
	kill -s USR2 "$launcher"
	echo 1 >"$sandbox/x"
	mv "$sandbox/x" "x$hostile"
	expect started generation=2
	expect_line 1 # no forging again: that the file is missing would be a lie now, and a restart
	grep -F '\x1b[31m' "$io/terminal"
	run ! grep -x 'autoreload-run: all is well.*' "$io/terminal"
	stop
	run ! grep -P '[\x00-\x09\x0b-\x1f\x7f]|\x{202e}' "$io/terminal"
	for event in "${seen[@]}"; do
		jq -e . >/dev/null <<<"$event"
	done
}

@test "names that are no names: relative, empty, too long, of our own channel" {
	forges '"$0" read ""; "$0" read relative; "$0" read ../../..; "$0" stat "$(printf "/%065000d" 1)"
		"$0" read "${AUTORELOAD_RUN_CHANNEL#*:}/reports"; "$0" list /proc; "$0" read /proc/self/mem
		"$0" read /dev/zero; "$0" exec /dev/zero; "$0" hello $$ "" x; "$0" rename "" ""; "$0" remove /'
	still_works
}

@test "processes that are not the command's: none of them is signalled" {
	local bystander

	env -u AUTORELOAD_TEST_MARK setsid sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	bystander=$!
	start sh -c 'cat one; read pids; for pid in $pids; do
		"$0" hello $pid /usr/bin/cat cat; "$0" hello -$pid /usr/bin/cat cat
		done; "$0" chain 100; echo forged; exec cat' "$forge"
	expect_line 1
	expect_watching "$project/one"
	echo "$bystander $launcher 1 0 -1 $$" >&"$kept_stdin"
	expect_line forged
	still_works
	kill -0 "$bystander"
	kill "$bystander"
}

# floods SCRIPT: forges as above, where no event is told for each.
floods() {
	# A sanitized launcher keeps what has been freed for a while: a little of it only.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:thread_local_quarantine_size_kb=64
	launch_with=() # on a disk, a FIFO is slower by far
	mkdir -p "$sandbox/shm"
	echo 1 | tee told-one told-two >/dev/null
	start_many sh -c "cat told-one; read x; ( $1; \"\$0\" read \"\$PWD/told-two\" ); echo forged; exec cat" "$forge"
	expect_line 1
	expect_watching "$project/told-one"
	say_go
	expect_line forged
}

# memory_is_below KIB: the launcher's; and a save is a restart still.
memory_is_below() {
	local kib most=$1

	# And around each allocation it has as much again, and more.
	! is_sanitized || most=$((2 * most))
	kib=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$launcher/status")
	[ "$kib" -lt "$most" ] || fail "the launcher takes $kib KiB"
	save told-one 2
	expect started generation=2
	expect_line 2
	stop
}

@test "a hundred thousand processes: memory is bounded" {
	floods '"$0" pids 100000'
	expect_watching "$project/told-two"
	memory_is_below "$PROCESSES_KIB"
}

@test "a hundred thousand processes, each the child of the one before: memory is bounded" {
	floods '"$0" chain 100000'
	expect_watching "$project/told-two"
	memory_is_below "$PROCESSES_KIB"
}

@test "very many files with long names: memory is bounded, and it is said that not all are watched" {
	needs_plain_launcher # it would take a sanitized one too long
	floods '"$0" paths 80000 "/nowhere/$(printf "%0240d/" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)"'
	expect incomplete
	memory_is_below "$PATHS_KIB"
	grep -q 'more than [0-9]* files: until the next restart, changes of further ones are not noticed' "$io/terminal"
}

@test "the channel: entered by those who know it, listed and changed by us alone" {
	local folder

	start sh -c 'echo "${AUTORELOAD_RUN_CHANNEL#*:}"; exec cat'
	next_line "$(deadline)"
	folder=$sandbox/shm/${line#/dev/shm/}
	[[ $line =~ ^/dev/shm/autoreload-run-[0-9a-f]{12}/[0-9a-f]{32}$ ]]
	assert_equal "$(stat -c '%a %u' "$folder" "${folder%/*}")" "711 $(id -u)"$'\n'"711 $(id -u)"
	assert_equal "$(stat -c '%a %F' "$folder/reports" "$folder/alarm")" $'666 fifo\n666 fifo'
	stop
	eventually is_nothing_left
}

# plant OUTER: a folder like one that we have left behind, and old; sets $fifo in it.
plant() {
	local inner=$1/0123456789abcdef0123456789abcdef

	mkdir -p "$inner"
	mkfifo "$inner/reports" "$inner/alarm"
	ln -s / "$inner/preload"
	touch -h -d '2 hours ago' "$inner"/* "$inner" "$1"
}

@test "what is left behind is swept, and nothing that looks like it" {
	local place=$sandbox/shm before

	plant "$sandbox/victim"
	plant "$place/autoreload-run-000000000001"
	# Ours, with a link in it to somebody else's.
	mkdir "$place/autoreload-run-000000000002"
	ln -s "$sandbox/victim/0123456789abcdef0123456789abcdef" \
		"$place/autoreload-run-000000000002/0123456789abcdef0123456789abcdef"
	touch -d '2 hours ago' "$place/autoreload-run-000000000002"
	ln -s "$sandbox/victim" "$place/autoreload-run-000000000003"
	echo file >"$place/autoreload-run-000000000004"
	mkfifo "$place/autoreload-run-000000000005"
	if [ "$(id -u)" -eq 0 ]; then
		plant "$place/autoreload-run-000000000006"
		chown -hR nobody "$place/autoreload-run-000000000006"
		touch -h -d '2 hours ago' "$place/autoreload-run-000000000006"
	fi
	mkdir "$place/autoreload-run-000000000007"
	touch -d '2 hours ago' "$place/autoreload-run-000000000007"
	before=$(find "$place" "$sandbox/victim" | grep -v '00000000000[17]' | sort)
	reads_both
	expect_line '1 1'
	stop
	assert_equal "$(find "$place" "$sandbox/victim" | sort)" "$before"
}

# leaves_nothing STATUS OPTION-OR-COMMAND...: however it ends.
leaves_nothing() {
	local ended=0

	timeout "$LIMIT_S" "${launch_with[@]}" "$autoreload_run" "${@:2}" </dev/null >/dev/null 2>&1 || ended=$?
	assert_equal "$ended" "$1"
	eventually is_nothing_left
	expect_no_process
}

@test "nothing is left behind, however it ends" {
	local signal

	leaves_nothing 0 --on-exit stop true
	leaves_nothing 3 --on-exit stop sh -c 'exit 3'
	leaves_nothing 125 --no-such-option true
	leaves_nothing 127 no-such-command
	leaves_nothing 126 ./one
	leaves_nothing 125 --events /nowhere/events true
	leaves_nothing 125 --trace -o /nowhere/trace true
	leaves_nothing 0 --trace -o trace cat one
	leave_faults_alone
	for signal in TERM INT HUP QUIT KILL SEGV; do
		reads_both
		expect_line '1 1'
		stop "$signal"
		eventually is_nothing_left
		anew
	done
}

@test "killed together with its guardian: the next start sweeps" {
	reads_both
	expect_line '1 1'
	marked_processes
	kill -s KILL "${processes[@]}"
	expect ended
	expect_no_process
	anew
	[ "$(ls -A "$sandbox/shm")" != '' ]
	touch -d '2 hours ago' "$sandbox/shm"/*
	leaves_nothing 0 --on-exit stop true
}

@test "a signal at each moment of the start: an end, and nothing is left" {
	local k=1 ended=0 signal

	for signal in TERM INT; do
		for ((k = 1; k < 700; k += 9)); do
			ended=0
			timeout "$LIMIT_S" "${launch_with[@]}" env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" \
				strace -o /dev/null -e "inject=all:signal=SIG$signal:when=$k" \
				"$autoreload_run" --on-exit stop cat one </dev/null >/dev/null 2>&1 || ended=$?
			case $signal:$ended in
			*:0 | TERM:143 | INT:130) ;;
			*) fail "$signal at $k: $ended" ;;
			esac
			eventually is_nothing_left
			expect_no_process
		done
	done
}

# as_ordinary: a launcher that others can read, and nobody to run it; root's rights are to be made.
as_ordinary() {
	[ "$(id -u)" -eq 0 ] || skip 'needs root, to make a program root'\''s'
	rm -rf "${sandbox:?}"/*
	enter_open_sandbox
	become_ordinary
	launch_with=("${as_user[@]}")
}

@test "a set-user-ID program: it is named, runs without our library, and does nothing by our variables" {
	as_ordinary
	cp "$(command -v cat)" "$sandbox/bin/privileged"
	chmod 4755 "$sandbox/bin/privileged"
	echo 1 >one
	start sh -c '"$0" one; grep -c autoreload-run /proc/self/maps; "$0" /proc/self/maps | grep -c autoreload-run; exec cat' \
		"$sandbox/bin/privileged"
	expect unobserved exe="$sandbox/bin/privileged"
	expect_line 1
	next_line "$(deadline)"
	[ "$line" -gt 0 ]
	expect_line 0
	stop
	assert_equal "$(grep -c 'privileged .*set-user-ID' "$io/terminal")" 1
	cd /
	rm -rf "$sandbox"
}

@test "a launcher with rights that are not its caller's does nothing" {
	as_ordinary
	chmod 4755 "$autoreload_run"
	start id -u
	expect_end
	assert_equal "$ended" 125
	grep -F 'it must not be installed set-user-ID' "$io/terminal"
	[ ! -s "$io/output" ]
	cd /
	rm -rf "$sandbox"
}
