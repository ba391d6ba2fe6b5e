#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; variables of each test
# Trees as they are met: package managers, servers with workers, daemons, and what multiplies.
load helper
load ordinary
load processes

setup_file() {
	compile signals/records trees/bomb trees/orphans trees/privileged
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	records=$BATS_FILE_TMPDIR/records
}

@test "a daemon that has forked twice and has a session and descriptors of its own" {
	local daemon

	echo 1 >word
	start perl -MPOSIX -e '$| = 1;
		open my $file, "<", "word"; print <$file>;
		pipe my $in, my $out;
		unless (fork) { setsid; unless (fork) { chdir "/"; print $out "$$\n"; close $out; close $in;
			POSIX::close($_) for 0 .. 2; sleep while 1 } POSIX::_exit(0) }
		wait; close $out; print "daemon ", scalar <$in>; sleep while 1'
	expect_line 1
	next_line "$(deadline)"
	daemon=${line#daemon }
	[ -e "/proc/$daemon" ]
	expect_watching "$project/word"
	echo 2 >word
	expect started generation=2
	[ ! -e "/proc/$daemon" ]
	expect_line 2
	next_line "$(deadline)"
	stop
	[ ! -e "/proc/${line#daemon }" ]
}

@test "npm run, a shell and node" {
	local line='' old

	export npm_config_update_notifier=false NO_UPDATE_NOTIFIER=1
	printf '{"name": "app", "version": "1.0.0", "scripts": {"start": "true && node app.js"}}\n' >package.json
	echo 'console.log("word-1", process.pid);
		process.on("SIGTERM", () => { console.log("told"); setImmediate(() => process.exit(0)); });
		setInterval(() => {}, 1000)' >app.js
	start npm run --silent start
	until [[ $line == word-1\ * ]]; do next_line "$(deadline)"; done
	old=${line#* }
	expect_watching "$project/app.js"
	sed -i 's/word-1/word-2/' app.js
	expect_output 'told'
	expect started generation=2
	[ ! -e "/proc/$old" ]
	stop
	assert_equal "$generation" 2
}

# log_has COUNT PATTERN: so many lines of the log.
log_has() {
	[ "$(grep -c "$2" log)" -eq "$1" ]
}

@test "gunicorn and its workers: each ends once, in peace" {
	cat >app.py <<-'END'
		def application(environ, start_response):
		    start_response("200 OK", [])
		    return [b"word-1\n"]
	END
	cat >settings.py <<-'END'
		import os, signal

		bind = "unix:socket"
		workers = 3

		def log(text):
		    with open("log", "a") as file:
		        file.write(text + "\n")

		def post_worker_init(worker):
		    theirs = signal.getsignal(signal.SIGTERM)
		    def told(number, frame):
		        log(f"told {os.getpid()}")
		        theirs(number, frame)
		    signal.signal(signal.SIGTERM, told)
		    log(f"up {os.getpid()}")

		def worker_exit(server, worker):
		    log(f"ends {os.getpid()}")
	END
	: >log
	start python3 -m gunicorn.app.wsgiapp -c settings.py app
	eventually log_has 3 '^up'
	assert_equal "$(curl -s --unix-socket socket http://app/)" word-1
	expect_watching "$project/app.py"
	sed -i 's/word-1/word-2/' app.py
	expect started generation=2
	assert_equal "$(grep '^ends' log | sort -u | wc -l)" 3
	assert_equal "$(grep -c '^told' log)" 3
	assert_equal "$(grep -c '^ends' log)" 3
	eventually log_has 6 '^up'
	assert_equal "$(curl -s --unix-socket socket http://app/)" word-2
	stop
	assert_equal "$ended" 0
	assert_equal "$(grep -c '^told' log)" 6
	assert_equal "$(grep -c '^ends' log)" 6
	assert_equal "$generation" 2
}

@test "orphans that end are no zombies for long" {
	start "$BATS_FILE_TMPDIR/orphans" 300
	expect_line 'all have ended'
	eventually has_no_zombie "$launcher"
	kill -s USR1 "$launcher"
	expect started generation=2
	expect_line 'all have ended'
	eventually has_no_zombie "$launcher"
	stop
}

@test "orphans that end while the launcher is busy with another thing" {
	# More than are taken at once, with their parent gone, too.
	start sh -c '"$0" 300 </dev/null; "$0" 300 </dev/null & exit 3' "$BATS_FILE_TMPDIR/orphans"
	expect exited status=3
	expect waiting
	expect_line 'all have ended'
	expect_line 'all have ended'
	eventually has_no_zombie "$launcher"
	stop
}

@test "a hundred restarts leave no process, no zombie and no open descriptor" {
	local before i

	start sh -c '(setsid sleep infinity &) ; sleep infinity & echo up; exec cat'
	for i in {1..102}; do
		expect started generation="$i"
		expect_line up
		[ "$i" -ne 2 ] || before=$(ls "/proc/$launcher/fd")
		[ "$i" -eq 102 ] || kill -s USR1 "$launcher"
	done
	assert_equal "$(ls "/proc/$launcher/fd")" "$before"
	has_no_zombie "$launcher"
	marked_processes
	# The shell that waits, the launcher and its guardian, and the three of this generation.
	[ "${#processes[@]}" -le 6 ] || fail "${#processes[@]} processes"
	stop
}

# runs_many UID: all that there is room for, nearly.
runs_many() {
	[ "$(pgrep -c -U "$1" -x bomb)" -ge 12 ]
}

@test "processes that put each other back end" {
	local i user

	rm -rf "${sandbox:?}"/*
	enter_open_sandbox
	# A user who has no other process, so that the limit is theirs alone.
	user=$((100000 + BASHPID % 100000))
	become_ordinary "$user"
	[ "$(id -u)" -eq 0 ] || skip 'needs a user that has no other process'
	cp "$BATS_FILE_TMPDIR/bomb" "$sandbox/bin"
	chmod 755 "$sandbox/bin/bomb"
	launch_with=("${as_user[@]}" prlimit --nproc=40:40)
	start --stop-timeout 100ms "$sandbox/bin/bomb"
	for i in 1 2; do
		expect_output runs
		eventually runs_many "$user"
		[ "$i" -eq 2 ] || kill -s USR1 "$launcher"
		[ "$i" -eq 2 ] || expect started generation=2
	done
	stop
	[ "$(pgrep -c -U "$user" -x bomb)" -eq 0 ]
	cd /
	rm -rf "$sandbox"
}

# as_somebody_else PROGRAM: a copy of it in an open sandbox, for a launcher that is no root's.
as_somebody_else() {
	rm -rf "${sandbox:?}"/*
	enter_open_sandbox
	become_ordinary
	[ "$(id -u)" -eq 0 ] || skip 'needs root, to make a program root'\''s'
	cp "$BATS_FILE_TMPDIR/$1" "$sandbox/bin"
	chmod 4755 "$sandbox/bin/$1"
	launch_with=("${as_user[@]}")
}

@test "a process that we are not allowed to end: a restart waits for its end" {
	as_somebody_else privileged
	start --stop-timeout 200ms sh -c '"$0" & exec cat' "$sandbox/bin/privileged"
	next_line "$(deadline)"
	kill -s USR1 "$launcher"
	expect left pid="$line"
	[ -e "/proc/$line" ]
	[ "$generation" -eq 1 ]
	kill -s KILL "$line"
	expect started generation=2
	next_line "$(deadline)"
	kill -s KILL "$line"
	stop
	assert_equal "$(grep -c 'cannot end .*privileged (pid' "$io/terminal")" 1
	cd /
	rm -rf "$sandbox"
}

@test "a process that we are not allowed to end does not keep us from ending" {
	as_somebody_else privileged
	start --stop-timeout 200ms sh -c '"$0" & exec cat' "$sandbox/bin/privileged"
	next_line "$(deadline)"
	kill -s TERM "$launcher"
	expect left pid="$line"
	expect ended
	[ -e "/proc/$line" ]
	kill -s KILL "$line"
	expect_no_process
	cd /
	rm -rf "$sandbox"
}
