#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# The system fails under the launcher: it goes on as if nothing had happened, or in another way that it
# names, or it says what is wrong, ends with 125 and leaves nothing behind.
load helper
load processes
load faults
load once

setup_file() {
	compile_faults
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	tested=$autoreload_run
	own_places
	echo 1 | tee one two >/dev/null
}

@test "calls that are interrupted, or bring less than was asked for: nothing is lost" {
	goes_on read=EINTR@every3
	goes_on read=short@every2
	goes_on epoll_wait=EINTR@every2
	goes_on poll=EINTR@every2
	goes_on waitpid=EINTR@every2
	goes_on write=EINTR@every2
	goes_on write=short@every2
	goes_on send=EAGAIN@every
}

@test "no memory for a poll: reports come all the same" {
	goes_on poll=ENOMEM@every
	goes_on poll=ENOMEM@every2
}

@test "no more descriptors: what is wrong is said" {
	ends signalfd=EMFILE@1 'cannot read signals: Too many open files'
	ends timerfd_create=EMFILE@1 'cannot watch files: Too many open files'
	ends timerfd_create=EMFILE@2 'cannot begin: Too many open files'
	ends epoll_create1=EMFILE@1 'cannot watch files: Too many open files'
	ends epoll_create1=EMFILE@2 'cannot begin: Too many open files'
	ends epoll_ctl=ENOMEM@1 'cannot watch files: Cannot allocate memory'
	ends epoll_ctl=ENOSPC@3 'cannot begin: No space left on device'
	ends pipe2=EMFILE@every 'cannot run sh: Too many open files'
}

readonly NO_REPORTS='cannot receive reports (by FIFOs in a new folder, and a thread) in /dev/shm, /tmp, /var/tmp or /run:'

@test "no channel: what is wrong is said" {
	ends eventfd=EMFILE@1 "$NO_REPORTS Too many open files"
	ends eventfd=ENFILE@2 "$NO_REPORTS Too many open files in system"
	ends pthread_create=EAGAIN@every "$NO_REPORTS Resource temporarily unavailable"
	ends mkdir=ENOSPC@every "$NO_REPORTS No space left on device"
	ends mkdir=EROFS@every "$NO_REPORTS Read-only file system"
	ends chmod=EPERM@every "$NO_REPORTS Operation not permitted"
	ends mkfifo=EACCES@every "$NO_REPORTS Permission denied"
	ends symlink=ENOSPC@every "$NO_REPORTS No space left on device"
}

@test "no room in the first place, for the folder or for what is in it: the next one" {
	goes_on mkdir=ENOSPC@1
	goes_on mkdir=EDQUOT@2
	goes_on chmod=EPERM@1
	goes_on mkfifo=ENOSPC@2
	goes_on symlink=EROFS@1
	goes_on flock=EAGAIN@1
}

@test "no more processes" {
	ends fork=EAGAIN@every 'cannot run sh: Resource temporarily unavailable'
	goes_on clone=EAGAIN@every 'cannot start the guardian: Resource temporarily unavailable; if'
	goes_on socketpair=EMFILE@1 'cannot start the guardian: Too many open files; if'
	ends prctl=EINVAL@every 'cannot supervise processes: Invalid argument'
}

@test "a restart that cannot be: it is tried again" {
	with_fault fork=EAGAIN@1+
	arm 0
	reads_both
	expect_line '1 1'
	expect_watching "$project/one"
	arm 1
	save one 2
	expect changed path="$project/one"
	eventually grep -qxF 'autoreload-run: cannot run sh: Resource temporarily unavailable, trying again' \
		"$io/terminal"
	arm 0
	expect started generation=2
	expect_line '2 1'
	stop
	eventually is_nothing_left
}

@test "inotify fails: all is looked at, and that is said once" {
	goes_on inotify_init1=EMFILE@every 'fs.inotify.max_user_instances'
	goes_on inotify_add_watch=ENOSPC@every 'fs.inotify.max_user_watches'
	goes_on inotify_add_watch=ENOMEM@every 'Cannot allocate memory; looking at it every second instead'
}

@test "a file of two names, one of them unwatched, that inotify refuses to watch: it is looked at" {
	local error

	mkdir "$sandbox/elsewhere"
	for error in ENOSPC ENOMEM EACCES; do
		ln -f one "$sandbox/elsewhere/one"
		# Folders are watched; of what comes then, the file itself is refused.
		with_fault inotify_add_watch=$error@1+
		arm 0
		start sh -c 'cat two; read x; echo $(cat one); exec cat'
		expect_line 1
		expect_watching "$project/two"
		arm 1
		echo >&"$kept_stdin"
		expect_line 1
		expect_watching "$project/one"
		echo 2 >"$sandbox/elsewhere/one"
		expect changed path="$project/one"
		stop
		has_struck
		anew
	done
}

@test "calls that an old kernel or a sandbox has not" {
	goes_on statx=EPERM@every
	run ! grep -F 'another file' "$io/terminal"
	goes_on dlopen=ENOMEM@1000,statx=ENOSYS@every
	with_fault pidfd_open=ENOSYS@every
	start sh -c 'sleep infinity & echo 1; exec cat'
	expect_line 1
	stop
	has_struck
}

@test "waiting itself fails: that is said, and nothing is left running" {
	with_fault epoll_wait=EBADF@1+
	arm 0
	start sh -c 'sleep infinity & echo $(cat one); exec cat'
	expect_line 1
	expect_watching "$project/one"
	arm 1
	kill -s USR2 "$launcher"
	expect_end
	assert_equal "$ended" 125
	grep -qxF 'autoreload-run: cannot wait for anything: Bad file descriptor; ending, and the command as well' \
		"$io/terminal"
	eventually is_nothing_left
}

# is_told_or_works: the command's two lines and its status; or why not, and 125.
is_told_or_works() {
	if [ "$ended" -eq 0 ]; then
		assert_equal "$(<out)" $'1\n1'
	else
		assert_equal "$ended" 125
		grep -q '^autoreload-run: .*memory' err
	fi
}

@test "no memory, from the start to the end: each of the allocations once" {
	needs_plain_launcher
	local k=1 ended struck=1

	while [ -n "$struck" ]; do
		with_fault "malloc=ENOMEM@$k"
		ended=0
		timeout "$LIMIT_S" "${launch_with[@]}" "$autoreload_run" --on-exit stop sh -c 'cat one two' \
			</dev/null >out 2>err || ended=$?
		is_told_or_works || fail "allocation $k: $ended: $(<err)"
		struck=$(<"$sandbox/hit")
		k=$((k + 3))
	done
	[ "$k" -gt 100 ]
	eventually is_nothing_left
}

@test "no memory from some moment on: restarts, or an end that is told" {
	needs_plain_launcher
	local k

	for k in 1 2 3 5 8 13 21 34 55 89 144 233; do
		echo "# $k"
		with_fault "malloc=ENOMEM@$k+"
		arm 0
		reads_both
		expect_line '1 1'
		expect_watching "$project/one" "$project/two"
		arm 1
		save one 2
		expect changed path="$project/one" || true
		[[ $event == *'"ended"'* ]] || expect started generation=2 || true
		if [[ $event != *'"ended"'* ]]; then
			arm 0
			kill -s TERM "$launcher" || true
			expect ended
		fi
		[[ $event == *':143}' ]] || {
			[[ $event == *':125}' ]] || fail "$event"
			grep -q '^autoreload-run: .*memory' "$io/terminal"
		}
		expect_no_process
		eventually is_nothing_left
		anew
	done
}

@test "the channel is removed: what runs goes on, what is new is named, and the next start has another" {
	start sh -c 'echo $(cat one two); read x; cat one; exec cat'
	expect_line '1 1'
	expect_watching "$project/one" "$project/two"
	rm -r "$sandbox/shm"/*
	echo >&"$kept_stdin"
	expect unobserved
	expect_line 1
	save one 2
	expect started generation=2
	expect_line '2 1'
	expect_watching "$project/one" "$project/two"
	save two 2
	expect started generation=3
	stop
	assert_equal "$(grep -c 'somebody has removed .*: it has been made again$' "$io/terminal")" 1
	assert_equal "$(grep -cF ld.so "$io/terminal")" 0
	eventually is_nothing_left
}

@test "the channel is removed, and its place with it: that is said, and what was used before is watched" {
	local folder
	start sh -c 'echo $(cat one); exec cat'
	expect_line 1
	expect_watching "$project/one"
	lives_a_second # or the generation does not count as complete
	folder=$(echo "$sandbox/shm"/*)
	rm -r "$folder"
	ln -s / "$folder"
	save one 2
	expect started generation=2
	expect_line 2
	save one 3
	expect started generation=3
	expect_line 3
	stop
	grep 'somebody has removed .*, and it cannot be made again: File exists; the files that' "$io/terminal"
	[ -L "$folder" ]
}

# starts_in COMMANDS: with the namespace changed in such a way, all is as always.
starts_in() {
	own_places "$@"
	reads_both
	expect_line '1 1'
	expect_watching "$project/one"
	save one 2
	expect_line '2 1'
	stop
	assert_equal "$ended" 143
	eventually is_nothing_left
	anew
}

# is_refused_in WORDS COMMANDS: it does not start.
is_refused_in() {
	own_places "${@:2}"
	reads_both
	expect_end
	assert_equal "$ended" 125
	assert_terminal "autoreload-run: $1"
	anew
}

@test "places that are not there, or are not to be written to" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	starts_in 'mount -o bind,remount,ro /dev/shm;'
	starts_in 'umount -l /dev; mount -t tmpfs tmpfs /dev; mknod /dev/null c 1 3;'
	starts_in 'mount -t tmpfs -o ro tmpfs "$HOME";'
	is_refused_in "$NO_REPORTS Read-only file system" \
		'for place in /dev/shm /var/tmp /run; do mount -t tmpfs -o ro tmpfs $place; done
		mount --bind /tmp /tmp; mount -o bind,remount,ro /tmp;'
}

@test "XDG_RUNTIME_DIR is not asked for" {
	local place

	ln -s /nowhere dangling
	mkdir -m 500 closed
	for place in "$project/dangling" "$project/closed" relative ''; do
		starts_in "export XDG_RUNTIME_DIR='$place';"
	done
}

@test "no /proc: all but what needs it, and that is said once" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	needs_plain_launcher
	starts_in 'mount -t tmpfs tmpfs /proc;'
	own_places 'mount -t tmpfs tmpfs /proc; PATH=${0%/*}:$PATH;'
	reads_both
	expect_line '1 1'
	expect_watching "$project/one" "$project/two"
	stop
	assert_terminal "autoreload-run: there is no /proc: of the command's processes only the first can be\
 stopped, mounts are not noticed, and what the command is redirected to is not known"
}

@test "no /proc: the launcher is found by PATH, by a relative path, and by a link" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
	mkdir bin
	ln -s "$autoreload_run" bin/autoreload-run
	cat >inside <<-'END'
		mount -t tmpfs tmpfs /proc
		PATH=$PWD/bin:$PATH autoreload-run --on-exit stop cat one
		bin/autoreload-run --on-exit stop cat one
		cd bin && ./autoreload-run --on-exit stop cat ../one
	END
	run --separate-stderr timeout "$LIMIT_S" unshare --mount sh inside </dev/null
	assert_equal "$output" $'1\n1\n1'
}

@test "few descriptors: enough for all, or none is started" {
	local limit ended least=0

	for limit in 5 8 12 16 20 24 26 28 30 32 36 40; do
		ended=0
		(
			close_descriptors
			ulimit -n "$limit"
			exec timeout "$LIMIT_S" "$autoreload_run" --on-exit stop sh -c 'cat one; sleep 1000 & exec cat two'
		) </dev/null >out 2>err || ended=$?
		echo "# $limit: $ended $(<err)"
		if [ "$ended" -eq 0 ]; then
			assert_equal "$(<out)" $'1\n1'
			[ ! -s err ]
		else
			assert_equal "$ended" 125
			grep -q '^autoreload-run: cannot open enough files: the limit is ' err
			least=$limit
		fi
		expect_no_process
	done
	[ "$least" -gt 16 ]
	[ "$least" -lt 40 ]
}

@test "no file may grow: the events are given up, and the command runs" {
	(
		close_descriptors
		ulimit -f 0
		exec timeout "$LIMIT_S" "$autoreload_run" --events events --on-exit stop sh -c 'cat one' 2>&1
	) </dev/null | cat >out
	assert_equal "$(<out)" $'autoreload-run: cannot write to --events: File too large; no more are written\n1'
}
