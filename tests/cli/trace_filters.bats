#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: which of the facts are told. --only, --missing, --why, -i, -e, --all, --relative.
load helper
load processes
load trace

setup_file() {
	compile trace/calls
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	mkdir sub
	echo 1 | tee in sub/deep >/dev/null
}

teardown() {
	[ -z "${elsewhere-}" ] || rm -rf "$elsewhere"
	end_everything
	[ -n "${BATS_TEST_COMPLETED-}" ] || tell_what_was_seen
}

# -- --only, --missing -------------------------------------------------------------------------------

# A call of each kind, one by one.
readonly EACH=('read in' 'create out' 'stat no' 'stat in' 'list sub' 'exec /bin/true word'
	'dlopen ./plugin.so' 'rename out moved' 'symlink in soft' 'unlink soft' 'mkdir new')
readonly WORDS=(read write missing stat list exec load rename link remove mkdir)

make_plugin() {
	echo 'int number(void) { return 0; }' | cc -shared -fPIC -o plugin.so -x c -
}

# words_told: the distinct first words of the trace's lines.
words_told() {
	cut -d ' ' -f 1 "$io/trace" | sort -u | tr '\n' ' '
}

@test "--only: each of the words, by itself" {
	local word

	make_plugin
	for word in "${WORDS[@]}"; do
		options=(--only "$word")
		do_calls "${EACH[@]}"
		results_are ok ok ENOENT ok ok ok ok ok ok ok ok
		assert_equal "$(words_told)" "$word "
		rm -r moved new
	done
}

@test "without --only: all of them" {
	make_plugin
	do_calls "${EACH[@]}"
	assert_equal "$(words_told)" 'exec link list load missing mkdir read remove rename stat write '
}

@test "--only: several, separated by commas, and given several times" {
	make_plugin
	options=(--only 'read,write' --only=missing --only exec)
	do_calls "${EACH[@]}"
	trace_is <<-'END'
		exec    @/calls: ./calls  autoreload-run[N]
		read    @/in  calls[N]
		write   @/out (created)  calls[N]
		missing @/no  calls[N]
		exec    /bin/true: /bin/true word  calls[N]
	END
}

@test "--only: a word that there is not is misuse" {
	local list

	for list in reads read,foo foo,read READ ''; do
		trace --only "$list" touch has-run
		assert_equal "$ended" 125
		[ ! -e has-run ]
		grep '^autoreload-run: ' "$io/said"
	done
}

@test "--missing is --trace --only missing" {
	run_traced --missing -o "$io/trace" sh -c 'cat in no-1; [ -e no-2 ]; env no-command'
	assert_equal "$ended" 127
	diff -u - <(plain) <<-'END'
		missing @/no-1  cat[N]
		missing @/no-2  sh[N]
		missing no-command (PATH)  env[N]
	END
	trace --missing --only list perl -e 'open F, "in"; open F, "no-1"; opendir D, "sub"'
	trace_is <<-'END'
		missing @/no-1  perl[N]
		list    @/sub  perl[N]
	END
}

# -- --why -------------------------------------------------------------------------------------------

# why PATH...: traced with it; the trace has nothing but $facts, in this order.
why() {
	local path words=()

	for path in "$@"; do
		words+=(--why "$path")
	done
	run_traced "${words[@]}" -o "$io/trace" "${command[@]}"
	assert_equal "$ended" 0
	assert_equal "$(plain | sed -E 's/^ *[0-9]+\.[0-9]{6} //')" "$(printf '%s\n' "${facts[@]}")"
}

@test "--why: all that happens to one path, in order, with time and parent" {
	command=(sh -c 'cat in; echo 2 >in; cat in sub/deep; rm in; cat in; cp sub/deep in; :')
	facts=('read    @/in  cat[N] of sh[N]'
		'write   @/in (truncated)  sh[N] of autoreload-run[N]'
		'read    @/in  cat[N] of sh[N]'
		'stat    @/in  rm[N] of sh[N]'
		'remove  @/in  rm[N] of sh[N]'
		'missing @/in  cat[N] of sh[N]'
		'missing @/in  cp[N] of sh[N]'
		'write   @/in (created)  cp[N] of sh[N]')
	why in
	run ! grep -vE '^[ 0-9.]{10} ' "$io/trace"
}

@test "--why: however the path is spelled" {
	local spelling

	command=(cat sub/deep in)
	facts=('read    @/sub/deep  cat[N] of autoreload-run[N]')
	for spelling in sub/deep ./sub/deep sub//deep sub/./deep sub/../sub/deep "$project/sub/deep" \
		"$project//sub/../sub/deep" "../${project##*/}/sub/deep"; do
		why "$spelling"
	done
	command=(cat ./sub/../sub//deep)
	why sub/deep
}

@test "--why: through links, of the file and of a folder" {
	ln -s in link
	ln -s sub folder
	command=(cat in)
	facts=('read    @/in  cat[N] of autoreload-run[N]')
	why link
	command=(cat link)
	facts=('read    @/link  cat[N] of autoreload-run[N]')
	why in
	command=(cat folder/deep)
	facts=('read    @/folder/deep  cat[N] of autoreload-run[N]')
	why sub/deep
	command=(cat sub/deep)
	facts=('read    @/sub/deep  cat[N] of autoreload-run[N]')
	why folder/deep
}

@test "--why: what is not there, and a folder" {
	command=(sh -c 'cat no; :')
	facts=('missing @/no  cat[N] of sh[N]')
	why no
	command=(sh -c 'mkdir new; rmdir new')
	facts=('mkdir   @/new  mkdir[N] of sh[N]' 'remove  @/new  rmdir[N] of sh[N]')
	why new
}

@test "--why: several paths, and both names of a rename" {
	echo 1 >other
	command=(sh -c 'cat in other sub/deep; :')
	facts=('read    @/in  cat[N] of sh[N]' 'read    @/sub/deep  cat[N] of sh[N]')
	why in sub/deep
	command=(perl -e 'rename "other", "there"')
	facts=('rename  @/other -> @/there  perl[N] of autoreload-run[N]')
	why there
	mv there other
	why other
}

@test "--why: system files count, too" {
	command=(cat /etc/passwd in)
	facts=('read    /etc/passwd  cat[N] of autoreload-run[N]')
	why /etc/passwd
	command=(sh -c 'true; /usr/bin/env true')
	facts=('exec    /usr/bin/env: /usr/bin/env true  sh[N] of sh[N]')
	run_traced --why /usr/bin/env --only exec -o "$io/trace" "${command[@]}"
	assert_equal "$(plain | sed -E 's/^ *[0-9]+\.[0-9]{6} //')" "${facts[0]}"
}

# late SCRIPT: the command is this, and the launcher stands still until it is done.
late() {
	command=(sh -c "kill -STOP \$PPID; $1; exec sh -c 'kill -CONT \$PPID'")
}

@test "--why: what a link leads to is written and removed before we can look" {
	ln -s in link
	late 'echo 2 >in; unlink in'
	facts=('write   @/in (truncated)  sh[N] of autoreload-run[N]'
		'remove  @/in  unlink[N] of sh[N]')
	why link
}

@test "--why: what a link leads to comes by the link's name, or goes by its own" {
	ln -s real link
	command=(sh -c 'echo 1 >link')
	facts=('write   @/link (created)  sh[N] of autoreload-run[N]')
	why real
	command=(unlink real)
	facts=('remove  @/real  unlink[N] of autoreload-run[N]')
	why link
	command=(sh -c 'echo 1 >real')
	facts=('write   @/real (created)  sh[N] of autoreload-run[N]')
	why link
}

@test "--why: another name of the same file, a hard link, is another path" {
	ln in hard
	command=(sh -c 'cat hard; echo 2 >hard')
	facts=()
	why in
}

# -- -i, -e ------------------------------------------------------------------------------------------

@test "-i: paths that are not told" {
	mkdir tmp
	echo 1 | tee a.txt b.log sub/c.log tmp/d >/dev/null
	trace -i '*.log' -i tmp/ --ignore /in cat a.txt b.log sub/c.log tmp/d in sub/deep
	trace_is <<-'END'
		exec    /usr/bin/cat: cat a.txt b.log sub/c.log tmp/d in sub/deep  autoreload-run[N]
		read    @/a.txt  cat[N]
		read    @/sub/deep  cat[N]
	END
}

@test "-e: only paths with one of these extensions; no folders, no programs" {
	echo 1 | tee a.py b.html c.js >/dev/null
	mkdir d.py
	trace -e py,html sh -c 'cat a.py b.html c.js in no.py no.js; ls sub d.py; mkdir new new.py; : >out.py >out; :'
	trace_has 'read    @/a.py  cat[N]' 'read    @/b.html  cat[N]' 'missing @/no.py  cat[N]' \
		'list    @/d.py  ls[N]' 'mkdir   @/new.py  mkdir[N]' 'write   @/out.py (created)  sh[N]'
	trace_lacks '^exec' 'c.js' '@/in' 'no.js' '@/sub' '@/new ' '@/out '
}

# -- --all -------------------------------------------------------------------------------------------

@test "without --all: no system files, but all programs that are run" {
	# ls from coreutils looks for SELinux's configuration, which is another test's.
	trace sh -c 'cat /etc/passwd /proc/self/stat in; perl -e "opendir D, q(/usr)"; :'
	trace_is <<-'END'
		exec    /usr/bin/sh: sh -c cat /etc/passwd /proc/self/stat in; perl -e "opendir D, q(/usr)"; :  autoreload-run[N]
		exec    /usr/bin/cat: cat /etc/passwd /proc/self/stat in  sh[N]
		read    @/in  cat[N]
		exec    /usr/bin/perl: perl -e opendir D, q(/usr)  sh[N]
	END
	trace --only read,list sh -c 'cat in; ls /usr; :'
	trace_is <<<'read    @/in  cat[N]'
}

@test "--all: they are told" {
	trace --all sh -c 'cat /etc/passwd /proc/self/stat in; ls /usr; : </dev/zero; :'
	trace_has 'read    /etc/passwd  cat[N]' 'read    @/in  cat[N]' 'list    /usr  ls[N]'
	grep -xE 'load    /[^ ]*/libc\.so\.6  cat\[[0-9]+\]' "$io/trace"
	grep -E '^[a-z]+ +/proc/self/stat ' "$io/trace"
	# What is ours in the command is not the command's.
	run ! grep -E 'autoreload-run\.so|/reports' "$io/trace"
}

@test "a project in a system path is told all the same" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may make one'
	elsewhere=$(mktemp -d /usr/local/lib/traced.XXXXXX)
	mkdir "$elsewhere/.git" "$elsewhere/sub"
	git init -q "$elsewhere"
	echo 1 | tee "$elsewhere/top" "$elsewhere/sub/file" >/dev/null
	cd "$elsewhere/sub"
	project=$elsewhere
	# The checkout is the project, not the working folder alone.
	trace sh -c 'cat file ../top /etc/passwd no >/dev/null; [ -e ../nothing ]; : >out'
	trace_is <<-'END'
		exec    /usr/bin/sh: sh -c cat file ../top /etc/passwd no >/dev/null; [ -e ../nothing ]; : >out  autoreload-run[N]
		exec    /usr/bin/cat: cat file ../top /etc/passwd no  sh[N]
		read    @/sub/file  cat[N]
		read    @/top  cat[N]
		missing @/sub/no  cat[N]
		missing @/nothing  sh[N]
		write   @/sub/out (created)  sh[N]
	END
}

@test "a system path beside the project is hidden" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may make one'
	elsewhere=$(mktemp -d /usr/local/lib/traced.XXXXXX)
	mkdir "$elsewhere/project"
	echo 1 | tee "$elsewhere/project/file" "$elsewhere/beside" >/dev/null
	cd "$elsewhere/project"
	project=$elsewhere
	trace --only read cat file ../beside
	trace_is <<<'read    @/project/file  cat[N]'
}

@test "version control's own folders are not hidden" {
	git init -q .
	mkdir .hg
	echo 1 >.hg/store
	trace --only read,missing cat .git/HEAD .hg/store
	trace_is <<-'END'
		read    @/.git/HEAD  cat[N]
		read    @/.hg/store  cat[N]
	END
	trace --only write,rename git -c user.name=n -c user.email=e commit -q --allow-empty -m message
	assert_equal "$ended" 0
	grep -q "^write   $project/.git/" "$io/trace"
}

# -- --relative --------------------------------------------------------------------------------------

@test "--relative: to the launcher's working folder, wherever the command goes" {
	echo 1 >"$sandbox/beside"
	echo 1 >.hidden
	options=(--relative)
	do_calls 'read in' 'read .hidden' 'list .' 'list sub' 'read ../beside' 'rename in moved' 'link moved hard' \
		'symlink sub/deep soft' 'chdir sub' 'stat deep' 'rename deep ../there' 'read no'
	assert_equal "$ended" 0
	diff -u - <(plain | grep -v resolved | sed "s|$sandbox|^|") <<-'END'
		exec    calls: ./calls  autoreload-run[N]
		read    in  calls[N]
		read    .hidden  calls[N]
		list    .  calls[N]
		list    sub  calls[N]
		read    ^/beside  calls[N]
		rename  in -> moved  calls[N]
		link    hard -> moved  calls[N]
		link    soft -> sub/deep  calls[N]
		stat    sub/deep  calls[N]
		rename  sub/deep -> there  calls[N]
		missing sub/no  calls[N]
	END
}

@test "--relative: a folder whose name begins like the working folder's is another" {
	mkdir "$project-2"
	echo 1 >"$project-2/file"
	trace --relative --only read cat "$project-2/file" in
	diff -u - <(sed -E 's/\[[0-9]+\]//' "$io/trace") <<-END
		read    $project-2/file  cat
		read    in  cat
	END
}

@test "--relative: in JSON, nul and with --why" {
	trace --relative --format json --only read cat in sub/deep
	assert_equal "$(jq -r .path "$io/trace" | tr '\n' ' ')" 'in sub/deep '
	trace --relative --format nul --only read cat in sub/deep
	assert_equal "$(tr '\0' ' ' <"$io/trace")" 'in sub/deep '
	run_traced --why "$project/in" --relative -o "$io/trace" cat in sub/deep
	grep -xE '[ 0-9.]{10} read    in  cat\[[0-9]+\] of autoreload-run\[[0-9]+\]' "$io/trace"
}
