#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: the command is what it would be without, and how it all ends: statuses, signals, what is
# left running.
load helper
load processes
load trace

setup_file() {
	compile contract/shows signals/records
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	echo 1 | tee in other >/dev/null
}

# -- statuses ----------------------------------------------------------------------------------------

@test "the command's status" {
	local status

	for status in 0 1 2 3 42 64 100 124 125 126 127 128 129 130 137 143 200 254 255; do
		ends_with "$status" sh -c "exit $status"
		said_is
	done
}

@test "128 and the number of the signal that ended it" {
	local number

	ulimit -c 0
	for number in 1 2 3 4 6 8 9 10 11 12 13 14 15 24 34 64; do
		ends_with $((128 + number)) perl -e '$SIG{$_} = "DEFAULT" for keys %SIG; kill shift, $$; sleep' \
			"$number"
		said_is
	done
}

@test "what cannot be run: 127 and 126, and what is said without --trace is said" {
	echo 'exit 0' >plain
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	ends_with 127 no-such-command
	grep '^autoreload-run: cannot run .*no-such-command' "$io/said"
	ends_with 127 ./no-such-program
	ends_with 126 ./plain
	ends_with 126 "$project"
	ends_with 127 ./script
	grep '/no/such/interpreter' "$io/said"
}

@test "it is run once, whatever becomes of its files" {
	ends_with 0 sh -c 'echo run; cat in; echo 2 >in; mv other in; cat in; exec cat "$0"' in
	assert_equal "$(tr '\n' ' ' <"$io/printed")" 'run 1 1 1 '
}

# -- the command itself ------------------------------------------------------------------------------

@test "stdin, stdout and stderr are the command's" {
	head -c 1000000 /dev/urandom >"$io/data"
	input=$io/data
	ends_with 0 cat
	cmp "$io/data" "$io/printed"
	said_is
	ends_with 0 sh -c 'echo out; echo err >&2'
	assert_equal "$(<"$io/printed")" out
	said_is err
}

@test "without -o the trace goes to stderr, and stdout stays the command's" {
	run_traced --trace --only read sh -c 'cat in; echo err >&2'
	assert_equal "$ended" 0
	assert_equal "$(<"$io/printed")" 1
	assert_equal "$(sed "s|$project|@|; s/\[[0-9]*\]//" "$io/said" | sort)" 'err
read    @/in  cat'
}

# alike [WORD...]: started by these words, a program finds what it finds without us.
alike() {
	run_shows bare "$@"
	run_shows traced "$@" "$autoreload_run" --trace -o "$io/trace"
	diff bare traced
}

# run_shows FILE [WORD...]: with the same file for both, as its name is among what is compared.
run_shows() {
	local file=$1 status=0

	shift
	(close_descriptors && exec timeout --foreground "$LIMIT_S" env -u _ "$@" "$BATS_FILE_TMPDIR/shows" \
		"$project/found" word 'two words' '' </dev/null >"$io/said" 2>&1) || status=$?
	assert_equal "$status" 7
	mv "$project/found" "$project/$file"
}

@test "words, environment, folder, descriptors, signals and limits" {
	alike
	alike nohup
	# Not those of a fault: in a sanitized launcher, its sanitizer has them.
	alike env --ignore-signal={HUP,INT,QUIT,TERM,USR1,USR2,PIPE,ALRM,CHLD,TSTP,TTIN,TTOU,WINCH,XFSZ}
	alike env --block-signal
	alike sh -c 'ulimit -Sn 64; ulimit -c 0; umask 027; exec 5>second "$@"' sh
	alike sh -c 'exec "$@" <&- >&- 2>&-' sh
	alike env -i PATH="$PATH" A= 'B=with a space'
}

@test "AUTORELOAD_GENERATION and AUTORELOAD_CHANGED are not in the environment" {
	ends_with 0 env
	run ! grep -E '^AUTORELOAD_(GENERATION|CHANGED)=' "$io/printed"
	grep -q '^AUTORELOAD_TEST_MARK=' "$io/printed"
}

# -- what is left running ----------------------------------------------------------------------------

@test "a background process is left running, and is not waited for" {
	mkfifo "$io/go" "$io/answer"
	# Held open, so that nobody waits for the other side.
	exec {answer}<>"$io/answer"
	ends_with 3 sh -c '(read -r word <"$1"; cat in >copy && echo "copied $word" >"$2") </dev/null >/dev/null 2>&1 &
		exit 3' sh "$io/go" "$io/answer"
	# It goes on as if nothing had been: it opens, starts and writes.
	timeout "$LIMIT_S" sh -c 'echo word >"$1"' sh "$io/go"
	IFS= read -r -t "$LIMIT_S" -u "$answer" line
	assert_equal "$line" 'copied word'
	cmp in copy
	expect_no_process
}

@test "a daemon is left running, and what it did before the end is told" {
	mkfifo "$io/ready"
	cat >daemon.py <<-'END'
		import os, signal, sys
		if os.fork() == 0:
		    os.setsid()
		    if os.fork() == 0:
		        null = os.open("/dev/null", os.O_RDWR)
		        for fd in 0, 1, 2:
		            os.dup2(null, fd)
		        open("in").close()
		        with open("pid", "w") as file:
		            file.write(str(os.getpid()))
		        with open(sys.argv[1], "w"):
		            pass
		        signal.pause()
		    os._exit(0)
		os.wait()
		open(sys.argv[1]).read()
		sys.exit(4)
	END
	ends_with 4 /usr/bin/python3 -I -S -B daemon.py "$io/ready"
	left=$(<pid)
	[[ $(command_line "$left") == *daemon.py* ]]
	grep -xE "read    $project/in  python3.*\[$left\]" "$io/trace"
	kill -s TERM "$left"
	expect_no_process
}

@test "a background process gets no signal from us" {
	mkfifo heard
	exec {heard}<>heard
	ends_with 0 sh -c '"$1" keeps </dev/null >heard 2>&1 & echo $! >pid; read -r word <heard; echo "$word"' sh \
		"$BATS_FILE_TMPDIR/records"
	assert_equal "$(<"$io/printed")" ready
	left=$(<pid)
	kill -s WINCH "$left"
	# The first since then, and so the only one.
	IFS= read -r -t "$LIMIT_S" -u "$heard" line
	assert_equal "$line" WINCH
	kill -s KILL "$left"
	expect_no_process
}

# -- signals -----------------------------------------------------------------------------------------

# start_traced WORD...: in the background, with the events; stdin is kept open.
start_traced() {
	start --trace -o "$io/trace" "$@"
	expect started
}

@test "SIGTERM, SIGINT and SIGHUP end the command, then us" {
	local pair

	for pair in TERM:143 INT:130 HUP:129; do
		start_traced sh -c 'cat in; exec cat'
		expect_line 1
		stop "${pair%:*}"
		assert_equal "$ended" "${pair#*:}"
		grep -q "^read    $project/in  cat" "$io/trace"
		again
	done
}

@test "SIGTERM ends the whole command, children, too" {
	start_traced sh -c 'cat in; tail -f /dev/null & cat; :'
	expect_line 1
	# expect_no_process is in it.
	stop
}

@test "a command that ends by itself after SIGTERM has its status" {
	start_traced "$BATS_FILE_TMPDIR/records" ends
	expect_line ready
	stop
	assert_equal "$ended" 7
}

@test "--stop-signal and --stop-timeout" {
	start_traced --stop-signal INT --stop-timeout 10s "$BATS_FILE_TMPDIR/records" ends
	expect_line ready
	stop TERM
	assert_equal "$ended" 7
	expect_last_lines INT
	again
	start_traced --stop-timeout 0 "$BATS_FILE_TMPDIR/records" keeps
	expect_line ready
	stop TERM
	assert_equal "$ended" 137
}

@test "SIGUSR1 and SIGUSR2 are handed on, and nothing else comes of them" {
	start_traced "$BATS_FILE_TMPDIR/records" ends
	expect_line ready
	kill -s USR1 "$launcher"
	expect_line USR1
	kill -s USR2 "$launcher"
	expect_line USR2
	kill -s WINCH "$launcher"
	expect_line WINCH
	stop
	assert_equal "$ended" 7
	assert_equal "$generation" 1
	assert_terminal
}

@test "SIGUSR1 that ends the command" {
	start_traced cat
	kill -s USR1 "$launcher"
	expect_end
	assert_equal "$ended" $((128 + 10))
}

@test "--events: what happens, in trace mode" {
	start_traced sh -c 'cat in; exit 5'
	expect exited status=5
	expect_end
	assert_equal "$ended" 5
	[[ ${seen[*]} != *'"event":"watching"'* ]]
}

@test "files that change while the command runs are nobody's business" {
	start_traced sh -c 'cat in; exec cat'
	expect_line 1
	echo 2 >in
	mv other in
	kill -s USR1 "$launcher"
	expect_end
	assert_equal "$generation ${#changed[@]}" '1 0'
	assert_terminal
}
