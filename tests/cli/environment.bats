#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# Whatever environment a child is given: it is seen, and finds in it nothing but our two variables.
load helper

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/environment" \
		"$BATS_TEST_DIRNAME/../programs/environment/environment.c"
	cc -std=gnu11 -D_GNU_SOURCE -pthread -o "$BATS_FILE_TMPDIR/threads" \
		"$BATS_TEST_DIRNAME/../programs/environment/threads.c"
}

# children_seen HOW...: children that are started so print their file, as without us, and are seen.
children_seen() {
	local how

	for how in "$@"; do
		echo "word of $how" >"$how"
		"$BATS_FILE_TMPDIR/environment" "$how" "$how"
	done >bare
	start sh -c 'for how; do "$0" "$how" "$how"; done >observed 2>&1; exec cat >>observed' \
		"$BATS_FILE_TMPDIR/environment" "$@"
	expect_watching "${@/#/$project/}"
	stop
	diff bare observed
	[ "$(grep -c '^word of ' bare)" -eq $# ]
}

@test "env -i, and Python's env={}" {
	echo 1 | tee a b c >d
	printf '%s\n' 'import os, subprocess' 'subprocess.run(["/bin/cat", "b"], env={})' \
		'subprocess.run(["/bin/cat", "c"], env={"LD_PRELOAD": "", "A": "1"})' \
		'os.environ.clear(); os.execv("/bin/cat", ["cat", "d"])' >app.py
	start sh -c 'env -i /bin/cat a; exec python3 app.py'
	expect_watching "$project"/{a,b,c,d}
	expect exited status=0
	stop
}

@test "functions that take an environment, and get one of the program's own" {
	children_seen {execve,execle,execvpe,execveat,fexecve,posix_spawn,posix_spawnp}-few
}

@test "functions that take an environment, and get an empty one" {
	children_seen {execve,execle,execveat,fexecve,posix_spawn}-none
}

@test "functions that take an environment, and get none at all" {
	children_seen {execve,execle,execveat,posix_spawn}-null
}

@test "fexecve, which refuses to do without an environment" {
	echo 1 >first
	"$BATS_FILE_TMPDIR/environment" fexecve-null first >bare
	start sh -c '"$0" fexecve-null first >observed; echo that is all; cat' "$BATS_FILE_TMPDIR/environment"
	expect_line 'that is all'
	stop
	diff bare observed
}

@test "functions that pass the process's own environment on, without our variables" {
	children_seen {execv,execvp,execl,execlp}-{unset,cleared,few,empty} {execv,execl}-null
}

@test "system, without our variables" {
	children_seen system system-{unset,cleared,few,null}
}

@test "system, with an empty LD_PRELOAD" {
	children_seen system-empty
}

@test "popen, without our variables" {
	children_seen popen popen-{unset,cleared,few,null}
}

@test "popen, with an empty LD_PRELOAD" {
	children_seen popen-empty
}

# without_ours FILE: without the entries that are ours, and those of the shell that starts it all.
without_ours() {
	grep -avE '^(_=.*|SHLVL=.*|LD_PRELOAD=/[^:]*/autoreload-run-[^:]*\.so|AUTORELOAD_RUN_CHANNEL=[a-z]+:/.*|AUTORELOAD_GENERATION=1)$' "$1"
}

@test "what a child finds in its environment" {
	local script='"$0" show; FEW=1 "$0" show; env -i B=2 A=1 "$0" show'

	sh -c "$script" "$BATS_FILE_TMPDIR/environment" >bare
	start sh -c "($script) >observed; echo that is all; cat" "$BATS_FILE_TMPDIR/environment"
	expect_line 'that is all'
	stop
	diff <(without_ours bare) <(without_ours observed)
	[ "$(without_ours bare | wc -l)" -gt 10 ]
	assert_equal "$(grep -c '^LD_PRELOAD=' observed)" 3
	assert_equal "$(grep -c '^AUTORELOAD_RUN_CHANNEL=' observed)" 3
}

@test "entries of an environment stay as they are, and in their order" {
	local wanted

	printf '%s\n' 'import os' 'entries = [b"Z=1", b"A=2", b"Z=3", b"plain", b"=", b"N=a\nb", b"X=\xff"]' \
		'import ctypes' 'libc = ctypes.CDLL(None)' \
		'array = lambda words: (ctypes.c_char_p * (len(words) + 1))(*words, None)' \
		'libc.execve(b"/bin/cat", array([b"cat", b"/proc/self/environ"]), array(entries))' >app.py
	start sh -c 'python3 app.py >observed; echo that is all; cat'
	expect_line 'that is all'
	stop
	wanted=$'Z=1\nA=2\nZ=3\nplain\n=\nN=a\nb\nX=\xff'
	assert_equal "$(tr '\0' '\n' <observed | without_ours /dev/stdin)" "$wanted"
	assert_equal "$(tr '\0' '\n' <observed | wc -l)" 10
}

# -- preloads of the user's own ----------------------------------------------------------------------

# use_module: a program that prints the year and a word from a module, and one for its children.
use_module() {
	printf '%s\n' 'import os, time, module' 'print(os.environ["LD_PRELOAD"])' \
		'print(time.localtime().tm_year, module.word, flush=True)' 'os.read(0, 1)' >app.py
	echo 'word = "word-1"' >module.py
}

# works_under YEAR: the program is observed and restarted, once for one save; sets $preload to what it
# has been given.
works_under() {
	local year=$1 until

	until=$(deadline)
	next_line "$until"
	preload=$line
	expect_line "$year word-1"
	expect_watching "$project/app.py" "$project/module.py"
	echo 'word = "word-2"' >module.py
	expect changed path="$project/module.py"
	expect started generation=2
	next_line "$(deadline)"
	assert_equal "$line" "$preload"
	expect_line "$year word-2"
	expect_watching "$project/app.py" "$project/module.py"
	stop
	assert_equal "$generation" 2
	assert_equal "${#changed[@]}" 1
}

@test "an environment that a thread changes while others let shells run" {
	start "$BATS_FILE_TMPDIR/threads"
	expect_line 'new gone none'
	expect exited status=0
	stop
}

@test "jemalloc" {
	local preload_it=(env LD_PRELOAD=libjemalloc.so.2)

	use_module
	# A sanitized launcher would not even start with another allocator: then for the command alone.
	if [[ $autoreload_run == */sanitized/* ]]; then
		start "${preload_it[@]}" python3 app.py
	else
		launch_with=("${preload_it[@]}")
		start python3 app.py
	fi
	works_under "$(date +%Y)"
	[[ $preload == libjemalloc.so.2:/*/not-libasan.so ]] || fail "$preload"
}

@test "libfaketime" {
	local library
	library=/usr/lib/$(cc -print-multiarch)/faketime/libfaketime.so.1

	use_module
	LD_PRELOAD=$library FAKETIME='2001-02-03 04:05:06' \
		ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 start python3 app.py
	works_under 2001
	[[ $preload == "$library:"/*/not-libasan.so ]] || fail "$preload"
}

@test "libfaketime, for the command alone" {
	use_module
	start env LD_PRELOAD="/usr/lib/$(cc -print-multiarch)/faketime/libfaketime.so.1" \
		FAKETIME='2001-02-03 04:05:06' python3 app.py
	works_under 2001
	[[ $preload == */libfaketime.so.1:/*/autoreload-run-*.so ]] || fail "$preload"
}

@test "fakeroot" {
	use_module
	sed -i 's/^print(time/os.path.exists("device") and os.remove("device")\n'\
'os.mknod("device", 0o20600, os.makedev(1, 3))\n'\
'assert os.stat("device").st_rdev == os.makedev(1, 3)\n&/' app.py
	start fakeroot python3 app.py
	works_under "$(date +%Y)"
	[[ $preload == *libfakeroot*.so:/*/autoreload-run-*.so ]] || fail "$preload"
	[ -f device ] # and no device at all
}
