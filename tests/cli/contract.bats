#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# What the command finds of what it is started with: what it would find without us.
load helper
load processes

setup_file() {
	compile contract/shows signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	shows=$BATS_FILE_TMPDIR/shows
	leave_faults_alone
}

teardown() {
	[ -z "${kept-}" ] || kill -s KILL "$kept"
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

# alike [WORD...]: started by these words, a program finds under us what it finds without.
alike() {
	run_shows bare "$@"
	run_shows observed "$@" "$autoreload_run" --quiet --on-exit stop
	diff bare observed
}

# run_shows FILE [WORD...]: with the same file for both, as its name is among what is compared.
run_shows() {
	local file=$1 status=0

	shift
	(close_descriptors && exec timeout --foreground "$LIMIT_S" env -u _ "$@" "$shows" "$project/found" \
		word 'two words' '' </dev/null >"$io/said" 2>&1) || status=$?
	assert_equal "$status" 7
	mv "$project/found" "$project/$file"
}

@test "words, environment, folder, descriptors, limits and all other attributes" {
	alike
	grep -qx 'word two words' observed
	grep -q '^environment HOME=' observed
	grep -qx 'descriptor 0 /dev/null' observed
	grep -qx 'subreaper 0' observed
	grep -qx 'signal at the parent.s death 0' observed
}

@test "signals that are ignored, one by one" {
	local signal

	for signal in HUP INT QUIT PIPE CHLD TERM USR1 USR2 ALRM WINCH TSTP TTIN TTOU IO RTMIN; do
		alike env --ignore-signal="$signal"
		run ! grep -x 'SigIgn:.*0000000000000000' observed
	done
}

@test "nohup" {
	alike nohup
	grep -qx 'SigIgn:.*[13579bdf]' observed
}

@test "a background job of a script" {
	alike sh -c '"$@" & wait $!' sh
	grep -qx 'SigIgn:.*[67ef]' observed
}

@test "all signals ignored" {
	alike env --ignore-signal
}

@test "signals that are blocked, one by one" {
	local signal

	for signal in HUP INT QUIT PIPE CHLD TERM USR1 USR2 ALRM WINCH TSTP CONT IO RTMIN; do
		alike env --block-signal="$signal"
		run ! grep -x 'SigBlk:.*0000000000000000' observed
	done
}

@test "all signals blocked" {
	alike env --block-signal
}

@test "resource limits" {
	alike sh -c 'ulimit -Sn 64; ulimit -Hn 128; ulimit -c 0; ulimit -Ss 1024; ulimit -Sf 4000000; exec "$@"' sh
	grep -q '^/proc/self/limits: Max open files  *64  *128 ' observed
	alike prlimit --nofile=1024:4096 --core=0:unlimited --memlock=65536 --sigpending=1000 --nproc=5000 \
		--rttime=100000000
}

@test "umask, nice value, timer slack" {
	alike sh -c 'umask 027; exec "$@"' sh
	grep -qx 'Umask:.*0027' observed
	alike nice -n 7
	grep -qx 'nice 7' observed
	alike perl -e 'syscall 157, 29, 70000 if `uname -m` =~ /x86_64/; exec @ARGV' --
}

@test "priorities of other kinds, and the processors" {
	alike choom -n 300 --
	grep -qx '/proc/self/oom_score_adj: 300' observed
	alike chrt --batch 0
	grep -qx 'scheduling 3 0' observed
	alike ionice -c 3
	alike taskset -c 0
	grep -qx 'Cpus_allowed_list:.*0' observed
}

@test "scheduling that root alone may ask for" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may'
	alike chrt --fifo 1
	grep -qx 'scheduling 1 1' observed
	alike nice -n -5
	grep -qx 'nice -5' observed
}

@test "no new privileges, fewer capabilities" {
	alike setpriv --no-new-privs
	grep -qx 'NoNewPrivs:.*1' observed
	[ "$(id -u)" -eq 0 ] || return 0
	alike setpriv --bounding-set=-sys_admin --securebits=+keep_caps_locked
}

@test "descriptors that are handed on" {
	echo 1 | tee first >second
	alike bash -c 'exec 3<first 5>>second 7<&0 250<first; exec "$@"' bash
	assert_equal "$(grep -c '^descriptor ' observed)" 7
}

@test "closed standard descriptors" {
	alike sh -c 'exec "$@" <&-' sh
	run ! grep '^descriptor 0 ' observed
	alike sh -c 'exec "$@" >&- 2>&-' sh
	alike sh -c 'exec "$@" <&- >&- 2>&-' sh
	run ! grep '^descriptor ' observed
}

@test "an environment with entries twice, empty, and hardly any" {
	alike env -i PATH="$PATH" A= B=2 'C=with a space' D=$'two\nlines'
	alike perl -e 'delete @ENV{qw(HOME LC_ALL)}; exec @ARGV' --
}

@test "a folder behind a link" {
	mkdir real
	ln -s real link
	alike sh -c 'cd link && exec "$@"' sh
	grep -q '^folder .*/real$' observed
	grep -q '^environment PWD=.*/link$' observed
}

@test "its parent is the launcher, in the launcher's group and session" {
	local word

	for word in env setsid; do
		launch_with=("$word")
		start sh -c 'echo $PPID; exec cat'
		expect_line "$launcher"
		expect started
		assert_equal "$(ps -o ppid=,pgid=,sid= -p "$pid" | tr -s ' ')" \
			"$(ps -o pid=,pgid=,sid= -p "$launcher" | tr -s ' ')"
		stop
		again
	done
}

@test "a later generation finds what the first one found" {
	start "$shows" found
	expect exited generation=1 status=7
	expect waiting
	mv found first
	kill -s USR1 "$launcher"
	expect exited generation=2 status=7
	expect waiting
	diff first found
	stop
}

@test "a child from before is neither ended nor told of anything" {
	launch_with=(sh -c 'env -u AUTORELOAD_TEST_MARK "$1" keeps "kept " & echo $! >kept; shift
		read -r word <go; exec "$@"' sh "$BATS_FILE_TMPDIR/records")
	mkfifo go
	echo 1 >word
	start sh -c 'cat word; exec cat'
	expect_line 'kept ready'
	timeout "$LIMIT_S" sh -c 'echo >go'
	kept=$(<kept)
	expect_line 1
	expect_watching "$project/word"
	echo 2 >word
	expect_line 2
	kill -s USR1 "$launcher"
	expect_line 2
	expect started generation=3
	stop
	[ -e "/proc/$kept" ]
	# Nothing else has been said up to the end.
	expect_last_lines
	kill -s WINCH "$kept"
	expect_line 'kept WINCH'
}
