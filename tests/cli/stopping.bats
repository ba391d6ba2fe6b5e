#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# How an old generation is stopped: by which signal, in which order, for how long.
load helper
load processes

setup_file() {
	compile signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	records=$BATS_FILE_TMPDIR/records
	echo 1 >word
}

# save: what each of the commands reads is changed.
save() {
	expect_watching "$project/word"
	echo 2 >word
}

@test "the main process first, the rest when it is gone" {
	start sh -c 'cat word; "$0" ends "rest " & setsid "$0" ends "daemon " & exec "$0" waits "main "' \
		"$records"
	expect_output 'rest ready'
	save
	expect_output 'main TERM'
	# If the others had been told at the same time, they would have said so by now.
	expect stopping generation=1
	say_go
	expect_line 'main ends'
	next_line "$(deadline)"
	[[ $line =~ ^(rest|daemon)\ TERM$ ]]
	[[ $line == rest* ]] && expect_line 'daemon TERM' || expect_line 'rest TERM'
	expect started generation=2
	say_go
	stop
}

# A parent that hands the signal on to its worker, when it is let, and waits for it.
readonly FORWARDS='
	cat word
	exec 3<&0
	"$0" waits "worker " <&3 &
	worker=$!
	trap "read -r word <forward; kill -s TERM $worker" TERM
	wait "$worker"
	wait "$worker"
	echo "status $?"
	exit 3'

# let_forward: as two signals that come at the same time may be one.
let_forward() {
	timeout "$LIMIT_S" sh -c 'echo go >forward'
}

@test "a worker whose parent hands the signal on gets it once" {
	mkfifo forward
	start sh -c "$FORWARDS" "$records"
	expect_line 1
	expect_line 'worker ready'
	save
	expect stopping generation=1
	let_forward
	expect_line 'worker TERM'
	say_go
	expect_line 'worker ends'
	expect_line 'status 7'
	expect exited generation=1 status=3
	expect started generation=2
	expect_output 'worker ready'
	kill -s TERM "$launcher"
	let_forward
	say_go
	expect_end
}

@test "a worker whose parent hands the signal on, at the end" {
	mkfifo forward
	start sh -c "$FORWARDS" "$records"
	expect_output 'worker ready'
	kill -s TERM "$launcher"
	expect stopping
	let_forward
	expect_line 'worker TERM'
	say_go
	expect_end
	expect_last_lines 'worker ends' 'status 7'
	assert_equal "$ended" 3
}

@test "--stop-signal by name, in any case, with and without SIG, and by number" {
	local pair

	for pair in USR1:USR1 SIGUSR1:USR1 usr1:USR1 sigusr2:USR2 SigInt:INT Hup:HUP 2:INT 10:USR1 15:TERM \
		QUIT:QUIT SIGPOLL:POLL io:POLL RTMIN:RTMIN+0 SIGRTMIN+3:RTMIN+3 rtmin+1:RTMIN+1 \
		RTMAX:RTMIN+30 SIGRTMAX-2:RTMIN+28 34:RTMIN+0 64:RTMIN+30; do
		start --stop-signal "${pair%%:*}" --stop-timeout 50ms "$records" keeps
		expect_line ready
		stop
		expect_last_lines "${pair#*:}"
		again
	done
}

@test "what is no signal: status 125" {
	local name

	for name in SIGNOSUCH 0 65 32 -9 +9 9x '' SIG SIGSIGTERM RTMIN+31 RTMIN-1 RTMAX+1 'TERM '; do
		run -125 timeout "$LIMIT_S" "$autoreload_run" --stop-signal "$name" true </dev/null
	done
}

@test "--stop-timeout 0: killed at once, without another signal" {
	local zero

	for zero in 0 0s 0ms; do
		start --stop-timeout "$zero" sh -c 'cat word; "$0" keeps "rest " & exec "$0" keeps "main "' \
			"$records"
		expect_line 1
		expect_output '* ready'
		expect_output '* ready'
		save
		expect stopping generation=1 signal=SIGKILL
		expect exited generation=1 signal=SIGKILL
		expect started generation=2
		expect_line 2
		expect_output '* ready'
		expect_output '* ready'
		stop
		expect_last_lines
		assert_equal "$ended" 137
		echo 1 >word
		again
	done
}

@test "a change in the grace time neither prolongs it nor shortens it" {
	local stopping

	echo 1 >other
	# Half of the time is the main process's, so that the other one is told in the middle of it.
	start --stop-timeout 2s sh -c 'cat word other; "$0" keeps "rest " & exec "$0" keeps "main "' "$records"
	expect_output '* ready'
	expect_output '* ready'
	expect_watching "$project/other"
	save
	expect_at stopping generation=1
	stopping=$ms
	expect_line 'main TERM'
	echo 2 >other
	expect changed path="$project/other"
	expect_line 'rest TERM'
	echo 3 >word
	echo 3 >other
	expect_at exited generation=1 signal=SIGKILL
	[ $((ms - stopping)) -ge 1990 ] || fail "shortened: $((ms - stopping)) ms"
	[ $((ms - stopping)) -lt 2900 ] || fail "prolonged: $((ms - stopping)) ms"
	expect started generation=2
	expect_line 3
	expect_line 3
	kill -s KILL "$(pgrep -x records -P "$pid")" "$pid"
	stop
}

@test "SIGUSR1 in the grace time is no second restart" {
	start "$records" waits
	expect_line ready
	kill -s USR1 "$launcher"
	expect_line TERM
	expect stopping generation=1
	kill -s USR1 "$launcher"
	kill -s WINCH "$launcher"
	say_go
	expect started generation=2
	say_go
	stop
	assert_equal "$generation" 2
}

@test "processes that are stopped by SIGSTOP get the signal and end" {
	local child told=0 line

	start sh -c 'cat word; "$0" ends "rest " & echo $!; exec "$0" ends "main "' "$records"
	expect started
	expect_line 1
	while [ "$told" -lt 3 ] && next_line "$(deadline)"; do
		[[ ! $line =~ ^[0-9]+$ ]] || child=$line
		told=$((told + 1))
	done
	kill -s STOP "$child" "$pid"
	save
	expect exited generation=1 status=7
	expect started generation=2
	expect_output 'rest TERM'
	stop
}

@test "a process that ignores the signal is killed, and others end in peace" {
	start --stop-timeout 600ms sh -c 'cat word
		perl -e "\$| = 1; \$SIG{TERM} = q(IGNORE); print qq(deaf\n); sleep while 1" &
		"$0" ends "rest " & exec "$0" ends "main "' "$records"
	expect_output '*[dr]ea[dfy]*'
	expect_output '*[dr]ea[dfy]*'
	expect_output '*[dr]ea[dfy]*'
	save
	expect exited generation=1 status=7
	expect_output 'rest TERM'
	expect started generation=2
	stop
	assert_equal "$ended" 7
}
