#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # helper.bash's variables
# Every function of the table: what it does to files is seen, and the program cannot tell.
load helper

readonly READERS=(open open64 openat openat64 __open __open64 __open_2 __open64_2 __openat_2 __openat64_2
	fopen fopen64 freopen freopen64 setmntent __setmntent by-chdir by-fchdir by-number)
readonly LOOKERS=(stat stat64 fstatat fstatat64 statx __xstat __xstat64 __fxstatat __fxstatat64
	looked-at-by-number)
readonly WRITERS=(creat creat64 rename renameat renameat2 unlink unlinkat remove truncate truncate64
	utime utimes utimensat futimesat lutimes)
readonly TEMPORARIES=(mkstemp mkstemp64 mkostemp mkostemp64 mkstemps mkstemps64 mkostemps mkostemps64
	mkdtemp)
readonly MAKERS=(rename renameat renameat2 mkdir mkdirat link linkat symlink symlinkat mknod mknodat
	mkfifo mkfifoat __xmknod __xmknodat)
readonly LISTERS=(opendir scandir scandir64 scandirat scandirat64 glob glob64 ftw ftw64 nftw nftw64
	fts_open fts64_open)
readonly FOLLOWERS=(readlink __readlink_chk readlinkat __readlinkat_chk realpath __realpath_chk
	canonicalize_file_name)

# files: everything that the program wants to find, as it was before it ran.
files() {
	local name

	rm -rf files
	mkdir -p files files/rmdir "${LISTERS[@]/#/files/}"
	for name in "${FOLLOWERS[@]}"; do
		ln -s by-number "files/$name"
	done
	for name in "${READERS[@]}" "${LOOKERS[@]}" "${WRITERS[@]}" lstat lstat64 __lxstat __lxstat64 \
		link linkat access faccessat euidaccess eaccess \
		posix_spawn_file_actions_addopen; do
		echo "$name" >"files/$name"
	done
}

setup_file() {
	cc -std=gnu11 -D_GNU_SOURCE -I "$BATS_TEST_DIRNAME/../.." -o "$BATS_FILE_TMPDIR/call_all" \
		"$BATS_TEST_DIRNAME/../programs/hooks/call_all.c"
}

# all_events: reads to the end of the generation; everything seen is in the file `seen`.
all_events() {
	expect waiting
	stop
	printf '%s\n' "${seen[@]}" >seen
}

# told EVENT NAME [REASON]: whether there was that event about the file; "?" and "*" as in a glob.
told() {
	local name=${2//\?/[^/]}

	name=${name//\*/[^/]*}
	grep -qE "^\\{\"event\":\"$1\",\"time\":[0-9.]+,\"path\":\"$project/files/$name\"${3:+,\"reason\":\"$3\"}" \
		seen || fail "no $1 of $2 ${3-}"
}

@test "each function of the table is seen, on a file and on one that is missing" {
	local name

	files
	start "$BATS_FILE_TMPDIR/call_all"
	all_events
	for name in "${READERS[@]}"; do
		told watching "$name" read
	done
	told watching posix_spawn_file_actions_addopen read
	for name in "${FOLLOWERS[@]}"; do
		told watching "$name" link
	done
	for name in "${LOOKERS[@]}"; do
		told watching "$name" stat
	done
	for name in "${WRITERS[@]}" rmdir; do
		told output "$name"
	done
	for name in "${MAKERS[@]}"; do
		told output "$name-made"
	done
	for name in "${TEMPORARIES[@]}"; do
		told output "$name-??????*"
	done
	for name in open64 openat64 __open64_2 __openat_2 fopen fopen64 freopen64 stat fstatat64 statx \
		__xstat64 __fxstatat access faccessat euidaccess eaccess posix_spawn_file_actions_addopen \
		"${LISTERS[@]}" "${FOLLOWERS[@]}"; do
		told watching "no-$name" missing
	done
	# Those who look at a link itself walk trees, and depend on nothing.
	for name in lstat lstat64 __lxstat __lxstat64; do
		! told watching "$name" || fail "$name is watched"
	done
}

@test "each function of the table gives what it gives without us, errno too" {
	files
	"$BATS_FILE_TMPDIR/call_all" >bare
	files
	start sh -c "'$BATS_FILE_TMPDIR/call_all' >observed"
	expect exited status=0
	stop
	diff bare observed
	[ "$(wc -l <bare)" -gt 80 ]
}
