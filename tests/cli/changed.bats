#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1003,SC2016,SC2034,SC2154 # backslashes; scripts for other shells; helper.bash's
# What the command is told: AUTORELOAD_GENERATION and AUTORELOAD_CHANGED.
load helper
load processes

# Says what it has been told, a line for each path, and opens the files that are named.
readonly TELLS='
	cat -- "$@" >/dev/null
	echo "generation $AUTORELOAD_GENERATION"
	if [ -n "${AUTORELOAD_CHANGED+set}" ]; then
		printf "%s\n" "$AUTORELOAD_CHANGED"
	fi
	echo "that is all"
	exec cat'

# told GENERATION [PATH...]: it has been told just that, in whatever order.
told() {
	local line paths=()

	expect_line "generation $1"
	shift
	while next_line "$(deadline)" && [ "$line" != 'that is all' ]; do
		paths+=("$line")
	done
	assert_equal "$(printf '%s\n' "${paths[@]}" | sort)" "$(printf '%s\n' "$@" | sort)"
}

@test "the number of the generation, and the path that changed" {
	echo 1 >word
	start sh -c "$TELLS" sh word
	told 1
	expect_watching "$project/word"
	echo 2 >word
	told 2 "$project/word"
	expect started generation=2
	expect_watching "$project/word"
	echo 3 >word
	told 3 "$project/word"
	stop
}

@test "after a restart by hand no path is told" {
	echo 1 >word
	start sh -c "$TELLS" sh word
	told 1
	expect_watching "$project/word"
	echo 2 >word
	told 2 "$project/word"
	kill -s USR1 "$launcher"
	told 3
	stop
}

@test "several paths, and which of them changed" {
	echo 1 | tee one two three >four
	start --settle 1s sh -c "$TELLS" sh one two three four
	told 1
	expect_watching "$project"/{one,two,three,four}
	echo 2 | tee one three >four
	told 2 "$project"/{one,three,four}
	stop
}

@test "a path that changes while the old generation is being stopped" {
	echo 1 | tee one >two
	start perl -e '$| = 1; $SIG{TERM} = sub { print "asked\n"; <STDIN>; exit };
		open my $file, "<", $_ for @ARGV; print "generation $ENV{AUTORELOAD_GENERATION}\n";
		print "$ENV{AUTORELOAD_CHANGED}\n" if $ENV{AUTORELOAD_CHANGED}; print "that is all\n";
		sleep while 1' one two
	told 1
	expect_watching "$project"/{one,two}
	echo 2 >one
	expect_line asked
	echo 2 >two
	expect changed path="$project/two"
	say_go
	told 2 "$project"/{one,two}
	kill -s TERM "$launcher"
	expect_line asked
	say_go
	expect_end
}

@test "a path that is twice in one change is told once" {
	echo 1 >word
	start --settle 500ms sh -c "$TELLS" sh word
	told 1
	expect_watching "$project/word"
	echo 2 >word
	echo 3 >word
	rm word
	echo 4 >word
	told 2 "$project/word"
	stop
}

@test "a path that appeared, and one that is gone" {
	echo 1 >gone
	start --settle 500ms sh -c "$TELLS" sh new gone
	told 1
	expect_watching "$project"/{new,gone}
	rm gone
	echo 1 >new
	told 2 "$project"/{new,gone}
	stop
}

@test "backslashes and newlines in names" {
	local name=$'line\nfeed' other='back\slash' both=$'\\n\n\\'

	echo 1 | tee "$name" "$other" >"$both"
	start --settle 1s sh -c "$TELLS" sh "$name" "$other" "$both"
	told 1
	expect_all_watched 3
	echo 2 | tee "$name" "$other" >"$both"
	told 2 "$project/line\\nfeed" "$project/back\\\\slash" "$project/"'\\n\n\\'
	stop
}

# expect_all_watched COUNT: of the project's files, whatever their names are in JSON.
expect_all_watched() {
	local until
	until=$(deadline)

	while [ "$(printf '%s\n' "${seen[@]}" | grep '"event":"watching"' | grep -c '"reason":"read"')" -lt "$1" ]; do
		next_event "$until" || fail 'not all are watched'
	done
}

@test "names that are not UTF-8 are told as they are" {
	# Not at the end: bash's read would take the newline for a part of it.
	local name=$'caf\xe9 noir'

	echo 1 >"$name"
	start sh -c "$TELLS" sh "$name"
	told 1
	expect_all_watched 1
	echo 2 >"$name"
	told 2 "$project/$name"
	stop
}

@test "more than 32 KiB is cut at a whole line" {
	local i long count length wrong line=
	printf -v long '%0240d' 0

	for i in {100..259}; do echo 1 >"$long$i"; done
	# It waits for its end until all changes have been heard of.
	start perl -e '$| = 1; $SIG{TERM} = sub { print "asked\n"; <STDIN>; exit };
		for (@ARGV) { open my $file, "<", $_ } print "up\n";
		if (defined $ENV{AUTORELOAD_CHANGED}) {
			my @lines = split /\n/, $ENV{AUTORELOAD_CHANGED}, -1;
			print length($ENV{AUTORELOAD_CHANGED}), " ", scalar(@lines), " ",
				scalar(grep { !-f $_ } @lines), "\n" }
		sleep while 1' "$long"{100..259}
	expect_line up
	expect_watching "$project/$long"{100..259}
	for i in {100..259}; do echo 2 >"$long$i"; done
	expect_line asked
	while [ ${#changed[@]} -lt 160 ]; do expect changed; done
	say_go
	expect_line up
	next_line "$(deadline)"
	read -r length count wrong <<<"$line"
	[ "$length" -lt 32768 ]
	# One more would not have fitted.
	[ $((length + ${#project} + 245)) -ge 32768 ] || fail "only $length"
	assert_equal "$wrong" 0
	[ "$count" -lt 160 ]
	# They are taken out of the FIFO, in which there is no room for more.
	expect started generation=2
	expect_watching "$project/$long"{100..259}
	kill -s TERM "$launcher"
	expect_line asked
	say_go
	expect_end
}

@test "nothing is inherited from an outer one" {
	AUTORELOAD_GENERATION=7 AUTORELOAD_CHANGED=/outer start sh -c "$TELLS" sh /dev/null
	told 1
	kill -s USR1 "$launcher"
	told 2
	stop
}

@test "one under another tells its own" {
	echo 1 >word
	start sh -c 'exec "$0" -q sh -c "$1" sh word' "$autoreload_run" "$TELLS"
	told 1
	stop
}

@test "each name is in the environment once" {
	AUTORELOAD_GENERATION=7 AUTORELOAD_CHANGED=/outer start sh -c \
		'cat /proc/self/environ | tr "\0" "\n" | grep -c "^AUTORELOAD_[GC]"; exec cat'
	expect_line 1
	stop
}
