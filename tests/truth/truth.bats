#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # variables of truth.bash

load truth

programs=$BATS_TEST_DIRNAME/programs

@test "bash: pipes, here-documents, globs, a function in the background" {
	printf '%s\n' one two three >words
	mkdir more && echo four >more/words
	cat >run.sh <<-'SCRIPT'
		#!/bin/bash
		. ./more/library.sh 2>/dev/null || echo 'no library'
		grep -c o words | tr 0-9 a-j >count
		cat <<END >>count
		$(cat more/words)
		END
		cat <<<"$(printf '%070000d' 0)" >large
		for name in more/* w*; do wc -l <"$name"; done
		{ read -r first <words; echo "$first" >first; } & wait
		[ -e nothing ] || [ -r words ] && rm first
		cd more && cat ../words words && mkdir -p a/b && rmdir a/b
		exec sort words
	SCRIPT
	chmod +x run.sh
	truth ./run.sh
}

@test "python: half of the standard library, files in every way, children" {
	cp "$programs/stdlib.py" .
	mkdir -p package/inner
	touch package/__init__.py package/inner/__init__.py
	echo 'import decimal' >package/inner/leaf.py
	printf '#!/bin/sh\ncat ../words\n' >package/tool
	chmod +x package/tool
	echo word >words
	truth /usr/bin/python3 stdlib.py
}

@test "python: manage.py check of a Django project, without byte code to begin with" {
	django-admin startproject settled .
	python3 manage.py startapp shop
	echo "INSTALLED_APPS.append('shop')" >>settled/settings.py
	find . -name __pycache__ -exec rm -r {} +
	truth /usr/bin/python3 manage.py check
}

@test "python: pip list" {
	truth /usr/bin/python3 -m pip list --disable-pip-version-check
}

@test "node: a tree of require, and files in every way" {
	cp "$programs/tree.js" .
	mkdir -p lib node_modules/left/lib node_modules/left/node_modules/deeper
	echo "require('./second'); require('left')" >lib/first.js
	echo "module.exports = 2" >lib/second.js
	echo '{"main": "lib"}' >node_modules/left/package.json
	echo "require('deeper')" >node_modules/left/lib/index.js
	echo '' >node_modules/left/node_modules/deeper/index.js
	echo '{}' >lib/data.json
	echo word >words
	truth node tree.js
}

@test "node: ECMAScript modules and a worker" {
	cp "$programs/modules.mjs" .
	mkdir -p lib node_modules/right
	echo "import './second.mjs'; export default 1" >lib/first.mjs
	echo 'export default 2' >lib/second.mjs
	echo 'export default 3' >lib/late.mjs
	echo "import 'right'; console.log('worker')" >lib/worker.mjs
	echo '{"exports": "./main.js", "type": "module"}' >node_modules/right/package.json
	echo 'export default 4' >node_modules/right/main.js
	echo word >words
	truth node modules.mjs
}

@test "npm ls" {
	mkdir -p node_modules/left
	echo '{"name": "top", "version": "1.0.0", "dependencies": {"left": "1.0.0"}}' >package.json
	echo '{"name": "left", "version": "1.0.0"}' >node_modules/left/package.json
	# Its logs are named after the time, and it would ask a server for its own news.
	export npm_config_logs_max=0 npm_config_update_notifier=false
	truth npm ls
}

@test "ruby" {
	cp "$programs/files.rb" .
	mkdir lib
	echo "require_relative 'second'" >lib/first.rb
	touch lib/second.rb lib/third.rb
	echo '{}' >data.json
	echo 'a: 1' >data.yml
	echo word >words
	truth ruby files.rb
}

@test "perl" {
	cp "$programs/files.pl" .
	mkdir lib
	printf 'package First;\nuse Second;\n1;\n' >lib/First.pm
	printf 'package Second;\n1;\n' >lib/Second.pm
	echo 1 >lib/late.pl
	echo word >words
	truth perl files.pl
}

@test "php" {
	cp "$programs/files.php" .
	mkdir lib
	touch lib/first.php lib/second.php
	echo '<?php class Third {}' >lib/Third.php
	echo '{}' >data.json
	echo 'a = 1' >data.ini
	echo word >words
	truth php files.php
}

@test "lua" {
	cp "$programs/files.lua" .
	mkdir -p lib second
	touch lib/first.lua lib/late.lua second/init.lua
	echo word >words
	truth lua5.4 files.lua
}

@test "make and gcc: a program of two sources" {
	cp "$programs/Makefile" .
	mkdir include
	echo 'const char *words(void);' >include/words.h
	printf '#include "include/words.h"\n#include <stdio.h>\nint main(void) { puts(words()); }\n' >main.c
	printf '#include "include/words.h"\nconst char *words(void) { return "words"; }\n' >words.c
	truth make
}

@test "git: status, then another branch, then a commit" {
	export GIT_AUTHOR_DATE='2001-01-01T00:00:00Z' GIT_COMMITTER_DATE='2001-01-01T00:00:00Z'
	git init -q -b main
	git config user.name nobody
	git config user.email nobody@localhost
	git config gc.auto 0
	mkdir -p src/deep
	echo '*.o' >.gitignore
	echo 1 >src/one
	echo 2 >src/deep/two
	git add .
	git commit -qm first
	git checkout -qb other
	git mv src/one src/deep/one
	echo 3 >src/deep/two
	git commit -qam second
	git checkout -q main
	echo 4 >src/new.o
	echo 5 >untracked
	truth sh -c 'git status && git checkout -q other && git add untracked && git commit -qm third &&
		git log --stat --oneline -1 --format= && git stash list && git gc -q'
}

@test "tar: packs and unpacks, with gzip" {
	mkdir -p tree/deep
	echo 1 >tree/one
	echo 2 >tree/deep/two
	ln -s one tree/link
	ln tree/one tree/hard
	truth sh -c 'tar -czf packed.tar.gz tree && mkdir out && tar -C out -xzf packed.tar.gz &&
		tar -tf packed.tar.gz'
}

@test "find and grep -r" {
	mkdir -p tree/deep/.hidden
	echo word >tree/one
	echo word >tree/deep/.hidden/two
	ln -s ../one tree/deep/link
	ln -s nowhere tree/deep/broken
	truth sh -c 'find . -type f -size -2 | sort; find -L tree -newer tree/one; find . -name two -delete;
		find . -name one -exec cat {} \; -execdir head -c1 {} \; ; grep -r word . ; grep -Rs word tree || :'
}

@test "java: a jar" {
	cp "$programs/Hello.java" .
	javac Hello.java
	echo inside >inside
	jar --create --file hello.jar --main-class Hello Hello.class inside
	rm Hello.java Hello.class inside
	mkdir more
	touch more/{one,two}
	echo word | tee words >old
	# Performance data would lie outside the sandbox, under a name of its own.
	truth java -XX:-UsePerfData -jar hello.jar
}

@test "sqlite3: a journal, and a log written ahead" {
	truth sqlite3 data.db 'create table t (x); insert into t values (1); pragma journal_mode = wal;' \
		'insert into t values (2); select * from t;' '.backup copy.db' "attach 'copy.db' as c;" 'vacuum;'
}

@test "cp -r, mv, rm -r, ln, install, mktemp, touch, ls" {
	mkdir -p tree/deep there
	echo 1 >tree/one
	echo 2 >tree/deep/two
	ln -s one tree/link
	truth sh -c 'cp -r tree copy && cp -a tree there && mv copy/one moved && mv copy there/moved &&
		rm -r there/tree && ln -s moved link && ln moved hard && install -m 600 moved installed &&
		mktemp >/dev/null && mktemp -d --suffix=.d >/dev/null && touch new tree/one; ls . tree/nothing;
		cp none here; dd if=tree/one of=out 2>/dev/null; cmp tree/one out; diff -r tree there;
		du -a tree >/dev/null; truncate -s 3 out; chmod 600 out; readlink -f link | sed s,.*/,,; tee a b <out;
		sed -i s/1/2/ tree/one; split -b 1 out; wc -l <tree/one; stat -c %s tree/one'
}

@test "sort: temporary files" {
	seq 200000 | tac >numbers
	truth sh -c 'sort -n -S 100K --parallel=1 -o sorted numbers && tail -n 1 sorted'
}

@test "every line of the tables was needed" {
	local comparing

	comparing=$(cat "$BATS_TEST_DIRNAME"/{calls,truth}.bats | grep -c '^@test')
	[ "$(wc -l <"$BATS_RUN_TMPDIR/compared")" -eq $((comparing - 1)) ] ||
		skip 'not all tests were asked for'
	"$compare" --unused "$BATS_RUN_TMPDIR/used"
}
