#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: which facts are told of small programs, and in which words.
load helper
load processes
load trace

setup_file() {
	compile trace/calls
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir sub
	echo 1 | tee in other sub/deep >/dev/null
}

# -- in C, call by call ------------------------------------------------------------------------------

@test "read: by open, fopen and openat; names made absolute and clean" {
	do_calls 'read in' 'fopen other r' 'openat sub deep' 'read ./sub//../sub/./deep' 'read sub/../in' \
		'openat sub ../calls'
	results_are ok ok ok ok ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		read    @/in  calls[N]
		read    @/other  calls[N]
		list    @/sub  calls[N]
		read    @/sub/deep  calls[N]
		read    @/calls  calls[N]
	END
}

@test "names behind a link: the link is not resolved, and X/.. stays where X is a link" {
	mkdir -p far/away
	echo 1 >far/word
	ln -s far/away near
	do_calls 'read near/../word' 'read sub/../in'
	results_are ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		read    @/near/../word  calls[N]
		read    @/in  calls[N]
	END
}

@test "names after the process has gone to another folder" {
	do_calls 'chdir sub' 'read deep' 'read ../in'
	results_are ok ok ok
	trace_has 'read    @/sub/deep  calls[N]' 'read    @/in  calls[N]'
}

@test "a FIFO is read, too" {
	mkfifo fifo
	exec {kept}<>fifo
	do_calls 'read fifo' 'read in'
	exec {kept}>&-
	results_are ok ok
	trace_has 'read    @/in  calls[N]' 'read    @/fifo  calls[N]'
}

@test "a directory that is opened is listed, not read" {
	do_calls 'read sub' 'list .' 'scandir far' 'scandir sub/..'
	results_are ok ok ENOENT ok
	trace_has 'list    @/sub  calls[N]' 'list    @  calls[N]' 'missing @/far  calls[N]'
	trace_lacks '^read '
}

@test "write: created, truncated, appended, updated, touched" {
	do_calls 'create new' 'create new' 'creat made' 'append log' 'append log' 'exclusive lock' \
		'fopen page w' 'fopen page a' 'update in' 'empty in' 'truncate other' 'utimes sub/deep' \
		'creat sub/deep'
	results_are ok ok ok ok ok ok ok ok ok ok ok ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		write   @/new (created)  calls[N]
		write   @/new (truncated)  calls[N]
		write   @/made (created)  calls[N]
		write   @/log (created)  calls[N]
		write   @/log (appended)  calls[N]
		write   @/lock (created)  calls[N]
		write   @/page (created)  calls[N]
		write   @/page (appended)  calls[N]
		write   @/in (updated)  calls[N]
		write   @/in (truncated)  calls[N]
		write   @/other (touched)  calls[N]
		write   @/sub/deep (touched)  calls[N]
		write   @/sub/deep (truncated)  calls[N]
	END
}

@test "stat, and how a link's target is found" {
	ln -s in link
	ln -s sub folder
	do_calls 'stat in' 'lstat in' 'access in' 'lstat link' 'readlink link'
	results_are ok ok ok ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		stat    @/in  calls[N]
		stat    @/link  calls[N]
		stat    @/link (readlink)  calls[N]
	END
	do_calls 'realpath link' 'realpath folder/deep' 'chdir folder'
	results_are ok ok ok
	trace_has 'stat    @/link (resolved)  calls[N]' 'stat    @/folder (resolved)  calls[N]'
}

@test "missing: whatever looks for it" {
	do_calls 'read no-1' 'stat no-2' 'lstat no-3' 'access no-4' 'readlink no-5' 'chdir no-6' 'list no-7' \
		'fopen no-8 r' 'dlopen ./no-9.so' 'exec ./no-10 word' 'spawn ./no-11 word' \
		'stat no-12/below' 'openat sub no-13'
	results_are ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		missing @/no-1  calls[N]
		missing @/no-2  calls[N]
		missing @/no-3  calls[N]
		missing @/no-4  calls[N]
		missing @/no-5  calls[N]
		missing @/no-6  calls[N]
		missing @/no-7  calls[N]
		missing @/no-8  calls[N]
		missing @/no-9.so  calls[N]
		missing @/no-10  calls[N]
		missing @/no-11  calls[N]
		missing @/no-12/below  calls[N]
		list    @/sub  calls[N]
		missing @/sub/no-13  calls[N]
	END
}

@test "missing: below what is no folder" {
	options=(--format json)
	do_calls 'read in/below' 'stat in/there' 'list in'
	results_are ENOTDIR ENOTDIR ENOTDIR
	columns_are fact path errno <<-'END'
		exec @/calls -
		missing @/in/below 20
		missing @/in/there 20
		list @/in 20
	END
}

@test "what changes names: rename, link, remove, mkdir" {
	do_calls 'mkdir new' 'rename in new/in' 'link other hard' 'symlink sub/deep soft' 'symlink /nowhere odd' \
		'unlink hard' 'remove soft' 'unlink new/in' 'rmdir new' 'mkdir again' 'remove again'
	results_are ok ok ok ok ok ok ok ok ok ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		mkdir   @/new  calls[N]
		rename  @/in -> @/new/in  calls[N]
		link    @/hard -> @/other  calls[N]
		link    @/soft -> sub/deep  calls[N]
		link    @/odd -> /nowhere  calls[N]
		remove  @/hard  calls[N]
		remove  @/soft  calls[N]
		remove  @/new/in  calls[N]
		remove  @/new  calls[N]
		mkdir   @/again  calls[N]
		remove  @/again  calls[N]
	END
}

@test "what fails is told with its error, as a number and as text" {
	ln -s loop loop
	options=(--format json)
	do_calls 'mkdir sub' 'unlink no' 'rmdir sub' 'rename no-1 there' 'link in other' 'symlink x other' \
		'update sub' 'exclusive in' 'create no-2/new' 'read loop' 'stat loop' 'unlink sub'
	results_are EEXIST ENOENT ENOTEMPTY ENOENT EEXIST EEXIST EISDIR EEXIST ENOENT ELOOP ELOOP EISDIR
	columns_are fact path to errno error <<-'END'
		exec @/calls - - -
		mkdir @/sub - 17 File exists
		remove @/no - 2 No such file or directory
		remove @/sub - 39 Directory not empty
		rename @/no-1 @/there 2 No such file or directory
		link @/other @/in 17 File exists
		link @/other x 17 File exists
		write @/sub - 21 Is a directory
		write @/in - 17 File exists
		write @/no-2/new - 2 No such file or directory
		read @/loop - 40 Too many levels of symbolic links
		stat @/loop - 40 Too many levels of symbolic links
		remove @/sub - 21 Is a directory
	END
}

@test "what fails, in the text format" {
	do_calls 'mkdir sub' 'unlink no' 'rename no there' 'link no there'
	results_are EEXIST ENOENT ENOENT ENOENT
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		mkdir   @/sub: File exists  calls[N]
		remove  @/no: No such file or directory  calls[N]
		rename  @/no -> @/there: No such file or directory  calls[N]
		link    @/there -> @/no: No such file or directory  calls[N]
	END
}

@test "a name that is too long is not missing" {
	long=$(printf '%0300d' 0)
	do_calls "read $long" "stat $long"
	results_are ENAMETOOLONG ENAMETOOLONG
	trace_has "read    @/$long: File name too long  calls[N]" "stat    @/$long: File name too long  calls[N]"
}

@test "once for each process, and again after the process has changed the name" {
	do_calls 'read in' 'read in' 'fork read in' 'unlink in' 'read in' 'read in' 'create in' 'read in' \
		'unlink in' 'create in' 'read in' 'rename other in' 'read in' 'mkdir new' 'rmdir new' 'mkdir new'
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		read    @/in  calls[N]
		read    @/in  calls[N]
		remove  @/in  calls[N]
		missing @/in  calls[N]
		write   @/in (created)  calls[N]
		read    @/in  calls[N]
		remove  @/in  calls[N]
		write   @/in (created)  calls[N]
		read    @/in  calls[N]
		rename  @/other -> @/in  calls[N]
		read    @/in  calls[N]
		mkdir   @/new  calls[N]
		remove  @/new  calls[N]
		mkdir   @/new  calls[N]
	END
	# The second read is the child's.
	assert_equal "$(sed -n 2,3p "$io/trace" | sort -u | wc -l)" 2
}

@test "a failure that repeats is told once, too" {
	do_calls 'mkdir sub' 'mkdir sub' 'unlink no' 'unlink no' 'rename no there' 'rename no there' 'update sub' \
		'update sub'
	assert_equal "$(cut -d ' ' -f 1 "$io/trace" | uniq -c | tr -s ' \n' ' ')" ' 1 exec 1 mkdir 1 remove 1 rename 1 write '
}
