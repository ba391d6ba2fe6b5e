#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2154 # scripts for other shells; helper.bash's variables
# The library is a guest: it neither harms the program whose process it shares nor loses sight of it.
load helper

@test "a program that closes all descriptors gets its own file back byte by byte, and is still seen" {
	printf '%s\n' 'import os, sys' 'open("first").read()' 'os.closerange(3, 65536)' \
		'victims = [os.open("victim%d" % i, os.O_WRONLY | os.O_CREAT) for i in range(1200)]' \
		'for fd in victims: os.write(fd, b"mine")' 'open("second").read()' \
		'for fd in victims: os.write(fd, b"mine")' 'print("all done")' >app.py
	echo 1 >first
	echo 2 >second
	ulimit -n 4096
	start python3 app.py
	expect_line 'all done'
	expect_watching "$project/first" "$project/second"
	stop
	[ "$(cat victim* | tr -d '\n')" = "$(printf 'mine%.0s' {1..2400})" ]
}

@test "children are seen: with closed descriptors, with an empty environment, after a chdir" {
	mkdir sub
	echo 1 | tee a b c sub/d e >f
	printf '%s\n' 'import os, subprocess' 'run = subprocess.run' \
		'run(["cat", "a"], close_fds=True)' 'run(["/bin/cat", "b"], env={})' \
		'os.system("env -i /bin/cat c")' 'run(["cat", "d"], cwd="sub")' \
		'os.waitpid(os.posix_spawn("/bin/cat", ["cat", "e"], {}), 0)' 'open("f").read()' >app.py
	start python3 app.py
	expect_watching "$project"/{a,b,c,sub/d,e,f}
	expect exited status=0
	stop
}

@test "a launcher that is killed and was told to leave the program running" {
	local line

	printf '%s\n' 'import sys' 'print("up", flush=True)' 'sys.stdin.readline()' \
		'for i in range(20000): open("f%d" % i, "w").close()' \
		'open("out", "w").write("alive\n")' >app.py
	mkfifo in out
	start --keep-running sh -c 'exec python3 app.py <in'
	exec {in}>in
	expect started
	expect_line up
	kill -s KILL "$launcher"
	timeout "$LIMIT_S" tail -s 0.02 --pid "$launcher" -f /dev/null
	echo go >&"$in"
	read -r -t "$LIMIT_S" line <>out
	assert_equal "$line" alive
	exec {in}>&-
}

@test "threads that open files while others change the working folder" {
	printf '%s\n' 'import os, threading' 'os.mkdir("there")' 'stop = threading.Event()' \
		'def move():' '    while not stop.is_set(): os.chdir("there"); os.chdir("..")' \
		'here = os.getcwd()' 'mover = threading.Thread(target=move); mover.start()' \
		'def read(k):' '    for i in range(150):' \
		'        name = "%s/r%d-%d" % (here, k, i)' '        open(name, "w").close(); open(name).close()' \
		'readers = [threading.Thread(target=read, args=(k,)) for k in range(8)]' \
		'for t in readers: t.start()' 'for t in readers: t.join()' \
		'stop.set(); mover.join(); open(here + "/last").read(); print("all done")' >app.py
	echo 1 >last
	start python3 app.py
	expect_line 'all done'
	expect_watching "$project/last"
	stop
	[[ ${seen[*]} != *'"event":"lost"'* ]]
}

@test "a preload of the user's own keeps its place" {
	printf '%s\n' '#include <stdlib.h>' 'int theirs(void) { return 7; }' >theirs.c
	cc -shared -fPIC -o theirs.so theirs.c
	echo 1 >word
	# A sanitized launcher would rather be the first itself.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 LD_PRELOAD=$project/theirs.so start sh -c 'echo "$LD_PRELOAD"; cat word'
	expect_output "$project/theirs.so:/*/preload/\$LIB/not-libasan.so"
	expect_line 1
	expect_watching "$project/word"
	stop
}
