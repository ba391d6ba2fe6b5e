#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# Paths of every kind: each is reported right, or rightly not.
load helper
load many

# run_app FILE...: app.py, whose lines are on stdin, prints the same with us as without; it is observed
# to its end, and all of these files are watched. All events are in $many.
run_app() {
	{
		printf '%s\n' 'import os, sys' 'from os import *' \
			'def read_fd(fd): print(read(fd, 100)); close(fd)' \
			'def show(call, *arguments, **named):' \
			'    try: result = call(*arguments, **named)' \
			'    except OSError as error: print(error.errno); return None' \
			'    return result'
		cat
	} >"$sandbox/app.py"
	python3 -B "$sandbox/app.py" >"$sandbox/bare"
	[ -s "$sandbox/bare" ]
	eval "${between-}"
	start_many sh -c 'python3 -B "$1" >"$2"' sh "$sandbox/app.py" "$sandbox/observed"
	expect exited status=0
	expect waiting
	stop
	diff "$sandbox/bare" "$sandbox/observed"
	were_watched "$@"
}

# told_of: the files and folders of the project of which anything was told, one a line.
told_of() {
	grep -oP '"path":"'"$project"'/?\K[^"]*' "$many" | LC_ALL=C sort -u
}

# told_of_nothing_but NAME...: in LC_ALL=C's order.
told_of_nothing_but() {
	diff <(printf '%s\n' "$@") <(told_of)
}

@test "a path of 4,095 bytes" {
	local long=$project/folder name
	name=$(printf 'n%.0s' {1..200})

	mkdir folder
	cd folder
	while [ ${#long} -lt 3800 ]; do
		long+=/$name
		mkdir "$name"
		cd "$name"
	done
	long+=/$(printf 'f%.0s' $(seq $((4095 - ${#long} - 1))))
	echo long >"${long##*/}"
	cd "$project"
	assert_equal ${#long} 4095
	start sh -c 'cat "$1"' sh "$long"
	expect_line long
	expect_watching "$long"
	expect waiting
	echo longer >"$long"
	expect changed path="$long"
	expect_line longer
	stop
	assert_equal "${#changed[@]}" 1
}

@test "a working directory whose path is longer than any" {
	echo 1 >last
	run_app "$project/last" <<-'END'
		here = getcwd()
		name = "n" * 200
		for i in range(25):
		    if not path.isdir(name): mkdir(name)
		    chdir(name)
		read_fd(open("deep", O_RDWR | O_CREAT))
		print(show(open, "missing", O_RDONLY))
		if stat("deep").st_size == 0: print("empty")
		chdir(here)
		read_fd(open("last", O_RDONLY))
	END
	[ "$(told_of | grep -cE '(^|/)(deep|missing)$')" -eq 0 ]
}

@test "a working directory whose path is longer than any, and which has been left again" {
	printf '%s\n' 'from os import *' 'here = getcwd()' 'input()' \
		'for i in range(25): mkdir("n" * 200); chdir("n" * 200)' \
		'close(open("deep", O_RDWR | O_CREAT)); close(open("deep", O_RDONLY)); stat("deep")' \
		'chdir(here)' 'print("back", flush=True)' 'input()' 'open("told-last", O_RDONLY)' 'input()' >app.py
	echo 1 | tee deep >told-last
	start_many python3 app.py
	expect started
	kill -s STOP "$launcher"
	echo go >&"$kept_stdin"
	expect_line back
	kill -s CONT "$launcher"
	echo go >&"$kept_stdin"
	expect_watching "$project/told-last"
	stop
	assert_equal "$(told_of | grep -c deep)" 0
}

@test "names with a newline, with quotes, with what separates, and with backslashes" {
	run_app "$project"/{'a\nb','a|b','a\"b','a\\b',"a'b",'r|a','a b ','a\tb'} <<-'END'
		for name in "a\nb", "a|b", "a\"b", "a\\b", "a'b", "r|a", "a b ", "a\tb":
		    with fdopen(open(name, O_RDWR | O_CREAT), "r+") as file: file.write(name)
		    read_fd(open(name, O_RDONLY))
	END
}

@test "a save of a file with a newline in its name" {
	printf '1\n' >$'a\nb'
	start cat $'a\nb'
	expect_line 1
	expect_watching "$project/a\nb"
	expect waiting
	echo 2 >$'a\nb'
	expect changed path="$project/a\nb"
	expect_line 2
	stop
}

@test "names that are not UTF-8" {
	local file=$project/$'caf\xe9' bytes

	printf '1\n' >"$file"
	bytes=$(printf '%s' "$file" | base64 -w 0)
	start cat "$file"
	expect_line 1
	until next_event "$(deadline)" && [[ $event == '{"event":"watching",'*'"path":{"bytes":"'"$bytes"'"}'* ]]; do
		[ -n "$event" ]
	done
	expect waiting
	echo 2 >"$file"
	expect changed
	[[ $event == *'"path":{"bytes":"'"$bytes"'"}'* ]]
	expect_line 2
	stop
}

# What the run without us has removed.
make_gone() {
	mkdir -p gone
}

@test "a working directory that is deleted" {
	echo 1 | tee absolute >back
	make_gone
	between=make_gone run_app "$project"/{absolute,back} <<-'END'
		here = getcwd()
		chdir("gone")
		rmdir("../gone")
		print(show(open, "inside", O_RDONLY))
		print(show(open, "inside", O_WRONLY | O_CREAT))
		print(show(stat, "inside"), show(access, "inside", R_OK))
		print(show(listdir, "."))
		read_fd(open(here + "/absolute", O_RDONLY))
		chdir(here)
		read_fd(open("back", O_RDONLY))
	END
	run ! grep -F '(deleted)' "$many"
}

@test "a working directory that has been deleted before" {
	echo 1 | tee absolute >back
	make_gone
	between=make_gone run_app "$project"/{absolute,back} <<-'END'
		here = getcwd()
		folder = open("gone", O_RDONLY)
		rmdir("gone")
		chdir(folder)
		print(show(open, "inside", O_RDONLY))
		print(show(open, "inside", O_WRONLY | O_CREAT))
		print(show(stat, "inside"), show(access, "inside", R_OK))
		read_fd(open(here + "/absolute", O_RDONLY))
		chdir(here)
		read_fd(open("back", O_RDONLY))
	END
	told_of_nothing_but absolute back gone
}

@test "a folder whose name says that it has been deleted" {
	mkdir 'kept (deleted)'
	echo 1 | tee 'kept (deleted)/by-cwd' >'kept (deleted)/by-dirfd'
	run_app "$project/kept (deleted)/by-cwd" "$project/kept (deleted)/by-dirfd" <<-'END'
		folder = open("kept (deleted)", O_PATH)
		read_fd(open("by-dirfd", O_RDONLY, dir_fd=folder))
		chdir("kept (deleted)")
		read_fd(open("by-cwd", O_RDONLY))
	END
}

@test "paths relative to a descriptor of a folder" {
	mkdir -p folder/below
	echo 1 | tee folder/read folder/beside folder/looked >/dev/null
	run_app "$project"/folder/{read,beside,looked,missing} <<-'END'
		folder = open("folder", O_RDONLY | O_DIRECTORY)
		below = open("folder/below", O_PATH)
		read_fd(open("read", O_RDONLY, dir_fd=folder))
		read_fd(open("../beside", O_RDONLY, dir_fd=below))
		print(stat("looked", dir_fd=folder).st_size)
		print(show(open, "missing", O_RDONLY, dir_fd=folder))
		print(show(open, "none", O_RDONLY, dir_fd=999), show(stat, "none", dir_fd=999))
		print(show(open, "none", O_RDONLY, dir_fd=open("folder/read", O_RDONLY)))
	END
	run ! grep -F none "$many"
}

@test "paths relative to a descriptor of a deleted folder" {
	echo 1 >after
	make_gone
	between=make_gone run_app "$project/after" <<-'END'
		folder = open("gone", O_RDONLY | O_DIRECTORY)
		rmdir("gone")
		print(show(open, "inside", O_RDONLY, dir_fd=folder), show(stat, "inside", dir_fd=folder))
		print(show(open, "inside", O_WRONLY | O_CREAT, dir_fd=folder))
		print(show(mkdir, "inside", dir_fd=folder), show(rename, "inside", "in", src_dir_fd=folder))
		read_fd(open("after", O_RDONLY))
	END
	told_of_nothing_but after gone
}

@test "AT_EMPTY_PATH and empty paths" {
	echo 1 | tee opened >last
	run_app "$project"/{opened,last} <<-'END'
		import ctypes
		libc = ctypes.CDLL(None, use_errno=True)
		fd = open("opened", O_RDONLY)
		buffer = ctypes.create_string_buffer(512)
		print(libc.fstatat(fd, b"", buffer, 0x1000), libc.statx(fd, b"", 0x1000, 0x7ff, buffer))
		print(libc.fstatat(-100, b"", buffer, 0x1000), libc.fstatat(fd, None, buffer, 0x1000))
		print(libc.fstatat(fd, b"", buffer, 0), libc.faccessat(fd, b"", 4, 0x1000))
		print(libc.openat(fd, b"", O_RDONLY), libc.stat(b"", buffer), libc.unlink(b""))
		print(show(open, "", O_RDONLY), show(listdir, ""), show(chdir, ""))
		read_fd(open("last", O_RDONLY))
	END
	told_of_nothing_but last opened
}

@test "/proc/self/fd and /dev/fd lead to what has been reported" {
	echo 1 | tee opened >inherited
	run_app "$project/opened" <<-'END'
		fd = open("opened", O_RDONLY)
		read_fd(open("/proc/self/fd/%d" % fd, O_RDONLY))
		read_fd(open("/dev/fd/%d" % fd, O_RDONLY))
		print(stat("/proc/self/fd/%d" % fd).st_size)
		print(show(open, "/proc/self/fd/999", O_RDONLY))
		r, w = pipe()
		write(w, b"1")
		read_fd(open("/proc/self/fd/%d" % r, O_RDONLY))
	END
	told_of_nothing_but opened
	run ! grep -F '"path":"/proc' "$many"
}

@test "a file that is only pointed at by O_PATH is read by way of /proc/self/fd" {
	echo 1 >pointed-at
	run_app "$project/pointed-at" <<-'END'
		fd = open("pointed-at", O_PATH)
		read_fd(open("/proc/self/fd/%d" % fd, O_RDONLY))
	END
}

@test "O_PATH reads nothing" {
	mkdir folder
	echo 1 | tee pointed-at >folder/read
	run_app "$project/folder/read" <<-'END'
		fd = open("pointed-at", O_PATH)
		print(show(read, fd, 1), show(open, "missing", O_PATH))
		folder = open("folder", O_PATH | O_DIRECTORY)
		read_fd(open("read", O_RDONLY, dir_fd=folder))
	END
	[ "$(told_of | grep -c pointed-at)" -eq 0 ]
}

@test "files without a name: O_TMPFILE and memfd" {
	mkdir folder
	echo 1 >last
	run_app "$project/last" <<-'END'
		for flags in O_RDWR, O_WRONLY:
		    fd = open("folder", O_TMPFILE | flags, 0o600)
		    print(write(fd, b"words"), fstat(fd).st_size)
		fd = memfd_create("nameless")
		print(write(fd, b"words"))
		read_fd(open("/proc/self/fd/%d" % fd, O_RDONLY))
		fd = open(".", O_TMPFILE | O_RDWR, 0o600)
		read_fd(open("/proc/self/fd/%d" % fd, O_RDONLY))
		read_fd(open("last", O_RDONLY))
	END
	told_of_nothing_but last
	run ! grep -E 'memfd|\(deleted\)' "$many"
}

@test "a nameless file that is given a name" {
	echo 1 >last
	between='rm named' run_app "$project/last" <<-'END'
		import ctypes
		fd = open(".", O_TMPFILE | O_RDWR, 0o600)
		print(write(fd, b"words"))
		print(ctypes.CDLL(None).linkat(-100, b"/proc/self/fd/%d" % fd, -100, b"named", 0x400))
		print(stat("named").st_size)
		read_fd(open("last", O_RDONLY))
	END
	grep -F '"event":"output"' "$many" | grep -qF "$project/named\""
}

@test "a working directory that is called otherwise in the meantime" {
	mkdir old
	echo 1 >old/conf
	start python3 -c 'import os
os.chdir("old"); os.stat("conf"); os.rename("../old", "../new")
print(open("conf").read(), flush=True)'
	expect_line 1
	expect_watching "$project/new/conf"
	stop
}
