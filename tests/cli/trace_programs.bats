#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: what is told of programs, who has done it, and the same from other languages than C.
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

# -- programs and shared objects ---------------------------------------------------------------------

@test "exec: a program, by exec and by posix_spawn, with its words" {
	do_calls 'exec /bin/true one' 'spawn /bin/true two'
	results_are ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		exec    /bin/true: /bin/true one  calls[N]
		exec    /bin/true: /bin/true two  calls[N]
	END
}

@test "a program is called by the name that it was started by, as in the manual" {
	trace --only read,missing sh -c 'read -r word <in; [ -e no ]'
	assert_equal "$(sed -E "s|$project|@|; s/[0-9]+/N/" "$io/trace")" 'read    @/in  sh[N]
missing @/no  sh[N]'
	trace --only read /usr/bin/python3 -I -S -B -c 'open("in")'
	grep -qE "^read    $project/in  python3\[[0-9]+\]$" "$io/trace"
}

@test "exec: a script, and its interpreter" {
	printf '#!/bin/sh\nread -r word <in\n' >script
	chmod +x script
	options=(--format json)
	do_calls 'spawn ./script word'
	results_are ok
	columns_are fact path how program <<-'END'
		exec @/calls - autoreload-run
		exec @/script - calls
		exec /bin/sh interpreter calls
		read @/script - sh
		read @/in - sh
	END
	assert_equal "$(jq -c 'select(.fact == "exec" and .how == null) | .argv' "$io/trace" | tr '\n' ' ')" \
		'["./calls"] ["./script","word"] '
}

@test "exec: the command itself is a script" {
	printf '#!/bin/sh\nexit 3\n' >script
	chmod +x script
	trace --format json ./script 'two words' ''
	assert_equal "$ended" 3
	assert_equal "$(columns fact path how program)" "exec @/script - autoreload-run
exec /bin/sh interpreter autoreload-run
read @/script - sh"
	assert_equal "$(jq -c 'select(.how == null and .fact == "exec") | .argv' "$io/trace")" \
		'["./script","two words",""]'
}

@test "exec that fails otherwise than by not finding it" {
	touch plain
	options=(--format json)
	do_calls 'spawn ./plain word' 'exec ./plain word' 'spawn ./sub word'
	results_are EACCES EACCES EACCES
	columns_are fact path errno error <<-'END'
		exec @/calls - -
		exec @/plain 13 Permission denied
		exec @/plain 13 Permission denied
		exec @/sub 13 Permission denied
	END
}

@test "exec that fails has its words, too" {
	touch plain
	options=(--format json)
	do_calls 'spawn ./plain word' 'exec ./sub word'
	results_are EACCES EACCES
	assert_equal "$(jq -c 'select(.errno) | .argv' "$io/trace")" '["./plain","word"]
["./sub","word"]'
}

@test "load: by dlopen, and at the start" {
	echo 'int number(void) { return 0; }' | cc -shared -fPIC -o libnumber.so -x c -
	cp libnumber.so plugin.so
	echo 'int number(void); int main(void) { return number(); }' >main.c
	cc -o main main.c -L. -lnumber -Wl,-rpath,"$project"
	rm main.c
	do_calls 'dlopen ./plugin.so' 'spawn ./main word'
	results_are ok ok
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		load    @/plugin.so  calls[N]
		exec    @/main: ./main word  calls[N]
		load    @/libnumber.so  main[N]
	END
}

@test "a bare command name that is in no folder of PATH" {
	trace env no-such-1
	assert_equal "$ended" 127
	trace_has 'missing no-such-1 (PATH)  env[N]'
	trace perl -e 'exec "no-such-2", "word"'
	trace_has 'missing no-such-2 (PATH)  perl[N]'
}

@test "a bare command name that a shell itself looks for: in each folder of PATH" {
	trace --all sh -c 'no-such-1; :'
	trace_has 'missing /usr/bin/no-such-1  sh[N]'
	trace --all bash --norc -c 'no-such-2; :'
	trace_has 'missing /usr/bin/no-such-2  bash[N]'
}

# -- who -----------------------------------------------------------------------------------------------

@test "the process, its parent and its program" {
	trace --format json sh -c 'echo $$ $PPID; cat in; echo end >>other'
	read -r shell parent <"$io/printed"
	# The launcher is gone; it is timeout that was told its number.
	jq -se --argjson shell "$shell" --argjson parent "$parent" --arg project "$project" '
		(map(select(.path == $project + "/in")) | length == 1) and
		all(.[] | select(.path == $project + "/in"); .parent == $shell and .program == "cat") and
		all(.[] | select(.path == $project + "/other"); .pid == $shell and .parent == $parent) and
		(.[0] | .fact == "exec" and .pid == $shell and .parent == $parent and
			.program == "autoreload-run" and .path == "/usr/bin/sh")' "$io/trace"
}

@test "the time: since the start, in order within a process" {
	do_calls 'read in' 'read other' 'stat sub'
	trace --format json ./calls
	jq -se 'map(.time) | all(. >= 0 and . < 20) and . == sort' "$io/trace"
}

@test "-v: with the time in front and the parent behind" {
	trace -v sh -c 'echo $$ $PPID; cat in >/dev/null; :'
	read -r shell parent <"$io/printed"
	grep -xE " *[0-9]+\.[0-9]{6} exec    /usr/bin/sh: sh -c .*  autoreload-run\[$shell\] of [^ ]+\[$parent\]" "$io/trace"
	grep -xE " *[0-9]+\.[0-9]{6} read    $project/in  cat\[[0-9]+\] of [a-z]+\[$shell\]" "$io/trace"
	run ! grep -vE '^ {0,2}[0-9]+\.[0-9]{6} .* of [^ ]+\[[0-9]+\]$' "$io/trace"
	# %10.6f
	run ! grep -vE '^[ 0-9.]{10} [a-z]' "$io/trace"
}

# -- in other languages --------------------------------------------------------------------------------

@test "sh" {
	trace sh -c 'read -r word <in; : >out; : >>out; [ -e no ]; rm other; cd sub; read -r word <deep'
	trace_is <<-'END'
		exec    /usr/bin/sh: sh -c read -r word <in; : >out; : >>out; [ -e no ]; rm other; cd sub; read -r word <deep  autoreload-run[N]
		read    @/in  sh[N]
		write   @/out (created)  sh[N]
		write   @/out (appended)  sh[N]
		missing @/no  sh[N]
		exec    /usr/bin/rm: rm other  sh[N]
		stat    @/other  rm[N]
		remove  @/other  rm[N]
		stat    @/sub (resolved)  sh[N]
		read    @/sub/deep  sh[N]
	END
}

@test "a tool of the system: nothing of what it looks for in /etc" {
	trace mkdir new
	trace_is <<-'END'
		exec    /usr/bin/mkdir: mkdir new  autoreload-run[N]
		mkdir   @/new  mkdir[N]
	END
}

@test "python3" {
	cat >app.py <<-'END'
		import os, sys
		sys.path.insert(0, "lib")
		import shop
		open("in").read()
		open("out", "w").close()
		open("out", "a").close()
		os.path.exists("no-1")
		os.listdir("sub")
		os.mkdir("new")
		os.rename("out", "new/out")
		os.symlink("in", "soft")
		os.readlink("soft")
		os.link("in", "hard")
		os.unlink("hard")
		os.utime("other")
		try:
		    open(".env")
		except FileNotFoundError:
		    os.execv("/bin/true", ["true", "word"])
	END
	mkdir lib
	echo 'name = "shop"' >lib/shop.py
	trace /usr/bin/python3 -I -S -B app.py
	assert_equal "$ended" 0
	trace_has 'exec    /usr/bin/python3: /usr/bin/python3 -I -S -B app.py  autoreload-run[N]' \
		'read    @/app.py  python3[N]' 'read    @/lib/shop.py  python3[N]' 'read    @/in  python3[N]' \
		'write   @/out (created)  python3[N]' 'write   @/out (appended)  python3[N]' \
		'missing @/no-1  python3[N]' 'list    @/sub  python3[N]' 'mkdir   @/new  python3[N]' \
		'rename  @/out -> @/new/out  python3[N]' 'link    @/soft -> in  python3[N]' \
		'stat    @/soft (readlink)  python3[N]' 'link    @/hard -> @/in  python3[N]' \
		'remove  @/hard  python3[N]' 'write   @/other (touched)  python3[N]' \
		'missing @/.env  python3[N]' 'exec    /bin/true: true word  python3[N]'
}

# traced_python: the program on stdin; what it is told of that is not in the project is left out.
traced_python() {
	cat >"$sandbox/app.py"
	trace /usr/bin/python3 -I -S -B "$sandbox/app.py"
	assert_equal "$ended" 0
	plain | grep -F '@' >"$sandbox/told" || true
}

@test "names relative to an open folder" {
	traced_python <<-'END'
		import os
		d = os.open("sub", os.O_RDONLY | os.O_DIRECTORY)
		os.chdir("/")
		os.close(os.open("deep", os.O_RDONLY, dir_fd=d))
		os.close(os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=d))
		os.stat("deep", dir_fd=d)
		os.access("no", os.R_OK, dir_fd=d)
		os.mkdir("folder", dir_fd=d)
		os.symlink("deep", "soft", dir_fd=d)
		os.readlink("soft", dir_fd=d)
		os.link("deep", "hard", src_dir_fd=d, dst_dir_fd=d)
		os.rename("hard", "../hard", src_dir_fd=d, dst_dir_fd=d)
		os.unlink("soft", dir_fd=d)
		os.rmdir("folder", dir_fd=d)
		os.utime("deep", dir_fd=d)
	END
	diff -u - "$sandbox/told" <<-'END'
		list    @/sub  python3[N]
		read    @/sub/deep  python3[N]
		write   @/sub/new (created)  python3[N]
		stat    @/sub/deep  python3[N]
		missing @/sub/no  python3[N]
		mkdir   @/sub/folder  python3[N]
		link    @/sub/soft -> deep  python3[N]
		stat    @/sub/soft (readlink)  python3[N]
		link    @/sub/hard -> @/sub/deep  python3[N]
		rename  @/sub/hard -> @/hard  python3[N]
		remove  @/sub/soft  python3[N]
		remove  @/sub/folder  python3[N]
		write   @/sub/deep (touched)  python3[N]
	END
}

@test "what is done to an open file, and to descriptors, is no further fact" {
	traced_python <<-'END'
		import os
		with open("in", "r") as file:
		    os.fstat(file.fileno())
		    os.fsync(file.fileno())
		    os.dup(file.fileno())
		with open("out", "w") as file:
		    file.write("text")
		    file.truncate(2)
		    os.fchmod(file.fileno(), 0o600)
		os.pipe()
	END
	diff -u - "$sandbox/told" <<-'END'
		read    @/in  python3[N]
		write   @/out (created)  python3[N]
	END
}

@test "temporary files, with the names that they have got" {
	mkdir tmp
	traced_python <<-END
		import os, tempfile
		handle, name = tempfile.mkstemp(dir="tmp")
		os.unlink(name)
		print(name)
		print(tempfile.mkdtemp(dir="tmp"))
	END
	mapfile -t names <"$io/printed"
	trace_has "write   @/${names[0]#"$project/"} (created)  python3[N]" "remove  @/${names[0]#"$project/"}  python3[N]" \
		"mkdir   @/${names[1]#"$project/"}  python3[N]"
}

@test "threads of one process: each name once" {
	traced_python <<-'END'
		import os, threading
		def read():
		    for i in range(100):
		        open("in").close()
		        os.path.exists(f"no-{i}")
		threads = [threading.Thread(target=read) for i in range(8)]
		for thread in threads: thread.start()
		for thread in threads: thread.join()
	END
	assert_equal "$(grep -cx 'read    @/in  python3\[N\]' "$sandbox/told")" 1
	assert_equal "$(grep -c '^missing' "$sandbox/told")" 100
}

@test "programs started in other ways" {
	traced_python <<-'END'
		import os, subprocess
		os.system("/bin/true one; :")
		subprocess.run(["true", "two"])
		os.waitpid(os.posix_spawnp("true", ["true", "three"], os.environ), 0)
		os.popen("/bin/true four; :").close()
		os.execlp("true", "true", "five")
	END
	assert_equal "$(plain | sed -nE 's/^exec    [^ ]*: [^ ]*true ([a-z]*)  (.*)\[N\]$/\1 \2/p' | tr '\n' ' ')" \
		'one sh two python3 three python3 four sh five python3 '
}

@test "perl" {
	trace perl -e 'open F, "<in"; open F, ">out"; open F, ">>out"; open F, "<no-1"; -e "no-2"; -e "other";
		opendir D, "sub"; mkdir "new"; rename "out", "new/out"; symlink "in", "soft"; readlink "soft";
		link "in", "hard"; unlink "hard"; rmdir "no-3"; utime 1, 1, "other"; mkdir "sub"; exit 0'
	assert_equal "$ended" 0
	diff -u - <(plain | sed 1d) <<-'END'
		read    @/in  perl[N]
		write   @/out (created)  perl[N]
		write   @/out (appended)  perl[N]
		missing @/no-1  perl[N]
		missing @/no-2  perl[N]
		stat    @/other  perl[N]
		list    @/sub  perl[N]
		mkdir   @/new  perl[N]
		rename  @/out -> @/new/out  perl[N]
		link    @/soft -> in  perl[N]
		stat    @/soft (readlink)  perl[N]
		link    @/hard -> @/in  perl[N]
		stat    @/hard  perl[N]
		remove  @/hard  perl[N]
		remove  @/no-3: No such file or directory  perl[N]
		write   @/other (touched)  perl[N]
		mkdir   @/sub: File exists  perl[N]
	END
}
