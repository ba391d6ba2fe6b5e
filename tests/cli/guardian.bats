#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# When the launcher itself is killed: nothing is left all the same.
load helper
load ordinary
load processes

setup_file() {
	compile signals/records
}

setup() {
	enter_open_sandbox
	cp "$BATS_FILE_TMPDIR/records" "$sandbox/bin"
	chmod 755 "$sandbox/bin/records"
	records=$sandbox/bin/records
}

teardown() {
	leave_open_sandbox
}

# our_folder: sets $folder, which the command tells first.
our_folder() {
	next_line "$(deadline)"
	folder=${line%/*}
	[ -d "$folder" ]
}

readonly TELLS_FOLDER='echo "${AUTORELOAD_RUN_CHANNEL#*:}"'

# killed: the launcher is, by SIGKILL; waits until all is as it should be.
killed() {
	stop KILL
	assert_equal "$ended" 137
	eventually is_no_folder "$folder"
}

# told LINE: the command's next line after the launcher's end, of which the output tells, too.
told() {
	local line=

	next_line "$(deadline)" || [ "$line" != '(ended)' ] || next_line "$(deadline)" || true
	assert_equal "$line" "$1"
}

is_no_folder() {
	[ ! -e "$1" ]
}

# A child, a daemon in a session of its own and one that ignores SIGTERM, each with its number.
readonly HAS_CHILDREN="$TELLS_FOLDER"'
	sh -c "echo \$\$; exec sleep infinity" &
	setsid sh -c "echo \$\$; exec sleep infinity" &
	(setsid sh -c "trap \"\" TERM; echo \$\$; exec sleep infinity" &)
	echo $$
	exec cat'

everything_goes() {
	local family=()

	start --stop-timeout 500ms sh -c "$HAS_CHILDREN"
	our_folder
	while [ ${#family[@]} -lt 4 ]; do
		next_line "$(deadline)"
		family+=("$line")
	done
	killed
	for process in "${family[@]}"; do [ ! -e "/proc/$process" ]; done
}

@test "the whole tree goes, and our folder" {
	everything_goes
}

@test "as an ordinary user" {
	become_ordinary
	launch_with=("${as_user[@]}")
	everything_goes
}

@test "in a session of its own" {
	launch_with=(setsid)
	everything_goes
}

@test "in a later generation" {
	start sh -c "$TELLS_FOLDER"'; exec "$0" ends' "$records"
	our_folder
	expect_line ready
	kill -s USR1 "$launcher"
	expect_line TERM
	expect started generation=2
	our_folder
	expect_line ready
	killed
	told TERM
}

@test "the main process gets the stop signal once, and first" {
	start --stop-signal USR2 --stop-timeout 4s sh -c \
		"$TELLS_FOLDER"'; "$0" ends "rest " & exec perl -e "$1" ' "$records" '
		$| = 1; $SIG{USR2} = sub { print "main USR2\n"; <STDIN>; print "main ends\n"; exit };
		print "main ready\n"; sleep while 1'
	our_folder
	expect_output '* ready'
	expect_output '* ready'
	kill -s KILL "$launcher"
	told 'main USR2'
	say_go
	told 'main ends'
	# This one does not end by SIGUSR2, but is killed.
	told 'rest USR2'
	expect_end
	assert_equal "$ended" 137
}

@test "the rest is told when the main process is gone" {
	start sh -c "$TELLS_FOLDER"'; "$0" ends "rest " & exec "$0" waits "main "' "$records"
	our_folder
	expect_output '* ready'
	expect_output '* ready'
	kill -s KILL "$launcher"
	told 'main TERM'
	say_go
	told 'main ends'
	told 'rest TERM'
	expect_end
	eventually is_no_folder "$folder"
}

@test "a daemon whose environment cannot be read any more" {
	local daemon

	start perl -MPOSIX -e '$| = 1; print "$ENV{AUTORELOAD_RUN_CHANNEL}\n" =~ s/^[a-z]+://r;
		# What is written over the name goes over the environment that is behind it, too.
		unless (fork) { setsid; unless (fork) { $0 = "renamed" x 1000; print "$$\n"; sleep while 1 }
			POSIX::_exit(0) }
		wait; sleep while 1'
	our_folder
	next_line "$(deadline)"
	daemon=$line
	kill -s KILL "$launcher"
	expect_end
	eventually is_no_folder "$folder"
	is_gone "$daemon" || {
		kill -s KILL "$daemon"
		fail 'it lives'
	}
}

@test "while nothing runs" {
	start sh -c "$TELLS_FOLDER; setsid sleep infinity & exit 3"
	our_folder
	expect waiting
	killed
}

@test "while the old generation is being stopped" {
	start --stop-timeout 1s sh -c "$TELLS_FOLDER"'; exec "$0" keeps' "$records"
	our_folder
	expect_line ready
	kill -s USR1 "$launcher"
	expect_line TERM
	killed
}

@test "when everything was stopped by SIGSTOP" {
	start sh -c "$TELLS_FOLDER"'; "$0" ends "rest " & exec "$0" ends "main "' "$records"
	our_folder
	expect_output '* ready'
	expect_output '* ready'
	expect started
	kill -s STOP "$pid" "$launcher"
	killed
	told 'main TERM'
	told 'rest TERM'
}

@test "--keep-running: the command lives, and our folder goes" {
	start --keep-running sh -c "$TELLS_FOLDER"'; "$0" ends "rest " & exec "$0" ends "main "' "$records"
	our_folder
	expect_output '* ready'
	expect_output '* ready'
	expect started
	kill -s KILL "$launcher"
	expect ended
	eventually is_no_folder "$folder"
	# Only these two are left: no guardian.
	eventually has_processes 2
	kill -s WINCH "$pid"
	told 'main WINCH'
	pkill -TERM -P "$pid" -x records
	told 'rest TERM'
	kill -s TERM "$pid"
	told 'main TERM'
	expect_no_process
}

# has_processes COUNT: of this test's, the test itself not among them.
has_processes() {
	marked_processes
	[ ${#processes[@]} -eq "$1" ]
}

@test "--keep-running: an orderly end ends the command all the same" {
	start --keep-running "$records" ends
	expect_line ready
	stop
	assert_equal "$ended" 7
	expect_last_lines TERM
}

# guardian: sets $guardian, which is in the launcher's group, and is no relative of the command.
find_guardian() {
	local process

	marked_processes
	guardian=
	for process in "${processes[@]}"; do
		[ "$process" = "$launcher" ] || [ "$process" = "$pid" ] ||
			[ "$(ps -o pgid= -p "$process" | tr -d ' ')" != "$(ps -o pgid= -p "$launcher" | tr -d ' ')" ] ||
			[ "$(readlink "/proc/$process/exe")" != "$(readlink "/proc/$launcher/exe")" ] ||
			guardian=$process
	done
	[ -n "$guardian" ]
}

@test "the guardian: in our group, no child of the command, gone with us" {
	local guardian

	launch_with=(setsid)
	start "$records" ends
	expect_line ready
	expect started
	find_guardian
	[ "$(ps -o ppid= -p "$guardian" | tr -d ' ')" != "$pid" ]
	stop
	eventually is_gone "$guardian"
}

@test "without the guardian all goes on" {
	local guardian

	launch_with=(setsid)
	start "$records" ends
	expect_line ready
	expect started
	find_guardian
	kill -s KILL "$guardian"
	kill -s USR1 "$launcher"
	expect_line TERM
	expect started generation=2
	expect_line ready
	stop
	assert_equal "$ended" 7
}

@test "signals to the whole group do not end the guardian before us" {
	local guardian signal

	launch_with=(setsid)
	start --stop-timeout 10s "$records" waits
	expect_line ready
	expect started
	find_guardian
	for signal in USR1 USR2 WINCH PIPE ALRM; do
		kill -s "$signal" "$guardian" || true
	done
	kill -s HUP "$guardian"
	kill -s TERM "$guardian"
	kill -s INT "$guardian"
	kill -s KILL "$launcher"
	told TERM
	say_go
	told ends
	expect_end
}

@test "the whole group is stopped, and only the launcher and its command are woken: an end is an end" {
	launch_with=(setsid)
	start sh -c 'echo ready; exec sleep infinity'
	expect_line ready
	expect started
	kill -s STOP -- "-$launcher"
	kill -s CONT "$launcher" "$pid"
	stop
}

@test "a command that needs more than half of its time is given the rest" {
	start --stop-timeout 3s perl -e '$| = 1;
		$SIG{TERM} = sub { select undef, undef, undef, 2; open F, ">tidied"; print F "all"; close F; exit };
		print "ready\n"; sleep 1 while 1'
	expect_line ready
	expect started
	kill -s KILL "$launcher"
	expect_end
	eventually is_gone "$pid"
	assert_equal "$(<tidied)" all
}
