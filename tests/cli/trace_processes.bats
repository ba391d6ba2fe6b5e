#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2034,SC2154 # scripts for other shells; helper.bash's variables
# --trace: whose facts they are, and where a process is: copies of programs, orphans, programs that
# are spawned side by side, folders that are moved and removed under a process.
load helper
load processes
load trace

setup_file() {
	compile trace/copies
}

setup() {
	enter_sandbox "$(realpath "$BATS_TEST_TMPDIR")"
	cp "$BATS_FILE_TMPDIR/copies" .
	echo 1 | tee in other >/dev/null
}

# script NAME INTERPRETER...
script() {
	printf '#!%s\n' "${*:2}" >"$1"
	chmod +x "$1"
}

# -- copies ------------------------------------------------------------------------------------------

@test "a child stays what it was when its parent becomes another program" {
	trace -v --only read ./copies becomes in
	assert_equal "$ended" 0
	assert_equal "$(plain | sed 's/^ *[0-9.]* //')" 'read    @/in  copies[N] of sh[N]'
}

@test "orphans are copies of what their own parents were" {
	cp copies second
	trace --only read sh -c './copies orphan in; ./second orphan other'
	trace_is <<-'END'
		read    @/in  copies[N]
		read    @/other  second[N]
	END
}

@test "a vfork child's facts are not its parent's, nor the other way round" {
	local name

	# An absolute name is told without the folder, which is another way through the library.
	for name in in "$project/in"; do
		trace --only read,stat ./copies vfork "$name"
		trace_is <<-'END'
			read    @/in  copies[N]
			read    @/in  copies[N]
			stat    @/in  copies[N]
			stat    @/in  copies[N]
		END
		# Two children and the parent, whose facts are the middle ones.
		assert_equal "$(grep -o '\[[0-9]*\]$' "$io/trace" | uniq -c | tr -s ' ' | cut -d ' ' -f 2 | tr '\n' ' ')" \
			'1 2 1 '
	done
}

@test "a vfork child with the number of an earlier process is no copy of that" {
	[ "$(id -u)" -eq 0 ] || skip 'only root may choose the number of a process'
	launch_with=(unshare -pf --mount-proc)
	trace --only read ./copies reuse in other
	assert_equal "$ended" 0
	sed "s|$project|@|" "$io/trace" | grep -xF 'read    @/in  cat[500]'
	sed "s|$project|@|" "$io/trace" | grep -xF 'read    @/other  copies[500]'
}

# -- programs side by side -----------------------------------------------------------------------------

# across FIRST SECOND: the scripts that are told, those of two that start in the other order than
# they were spawned in.
across() {
	trace --only exec ./copies spawn-across "$1" "$2"
	assert_equal "$ended" 0
	plain | grep -v '(interpreter)' | sed 1d
}

@test "scripts that are spawned at the same time are not taken for each other" {
	mkfifo asked go
	script shell /bin/sh
	script beside /bin/sh
	script pearl /usr/bin/perl -w
	assert_equal "$(across ./pearl ./shell)" "exec    @/shell: ./shell  copies[N]
exec    @/pearl: ./pearl  copies[N]"
	assert_equal "$(across ./shell ./beside)" "exec    @/beside: ./beside  copies[N]
exec    @/shell: ./shell  copies[N]"
}

@test "a program that is spawned in another folder is that folder's" {
	mkdir sub
	ln -s /bin/false tool
	cp copies sub/tool
	trace --only exec ./copies spawn-in sub ./tool
	trace_has 'exec    @/sub/tool: ./tool  copies[N]'
	trace_lacks '@/tool'
}

@test "words that are too many are told whole or not at all" {
	local words=() word

	for word in {1..2000}; do words+=("$word"); done
	trace --format json --only exec /bin/echo "${words[@]}"
	assert_equal "$ended" 0
	jq -e '.argv[1:] | length > 100 and . == [range(1; length + 1) | tostring]' "$io/trace"
}

# -- folders under a process ---------------------------------------------------------------------------

@test "the working folder has been renamed by another process" {
	trace --only write,read,rename bash --norc -c 'mkdir old; cd old; : >first; /bin/mv ../old ../new
		: >second; read -r word <second'
	diff -u - <(plain) <<-'END'
		write   @/old/first (created)  bash[N]
		rename  @/old -> @/new  mv[N]
		write   @/new/second (created)  bash[N]
		read    @/new/second  bash[N]
	END
}

@test "the working folder is removed by its name from above" {
	trace --only mkdir,remove sh -c 'mkdir sub; cd sub; exec /bin/rmdir ../sub'
	trace_is <<-'END'
		mkdir   @/sub  mkdir[N]
		remove  @/sub  rmdir[N]
	END
}
