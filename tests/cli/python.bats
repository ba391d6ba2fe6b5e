#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables that helper.bash and saves.bash use and set
# CPython: with and without bytecode that it can use, packages, virtual environments, a server.
load helper
load saves

readonly APP=(entry:app.py module:shop/prices.py data:data/menu.txt)

remove_bytecode() {
	find . -name __pycache__ -exec rm -r '{}' +
}

@test "python3: no bytecode" {
	use_program python
	start python3 app.py
	program_is prints "${APP[@]}"
	before_save=remove_bytecode
	each_save_restarts
	stop_and_count
}

@test "python3: bytecode for every module, of which the source is only looked at" {
	use_program python
	git init -q
	python3 app.py </dev/null
	compgen -G 'shop/__pycache__/prices.*.pyc'
	start python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
}

@test "python3: bytecode in a folder of its own" {
	use_program python
	export PYTHONPYCACHEPREFIX=$sandbox/bytecode
	python3 app.py </dev/null
	[ ! -e shop/__pycache__ ]
	start python3 app.py
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
}

@test "python3 -m package, with bytecode" {
	use_program python-package
	git init -q
	python3 -m shop </dev/null
	compgen -G 'shop/__pycache__/__main__.*.pyc'
	start python3 -m shop
	program_is prints entry:shop/__main__.py module:shop/goods/prices.py data:shop/menu.txt
	each_save_restarts
	stop_and_count
}

@test "a virtual environment's python, and a package that is installed in it" {
	local packages

	use_program python
	python3 -m venv --without-pip venv
	packages=$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	packages=${packages#"$project/"}
	mv shop "$packages"
	start venv/bin/python app.py
	program_is prints entry:app.py "module:$packages/shop/prices.py" data:data/menu.txt
	each_save_restarts
	stop_and_count
}

@test "a server, asked by a client before and after each save, always on the same port" {
	use_program python-server
	git init -q
	free_port
	ready=listening
	start python3 server.py "$port"
	program_is serves entry:server.py module:pages/greeting.py data:templates/page.txt
	each_save_restarts
	stop_and_count
}

@test "a script that is named from another folder" {
	use_program python
	sed -i "s|data/menu|$project/data/menu|" app.py
	cd "$HOME"
	start python3 "$project/app.py"
	cd "$project"
	program_is prints "${APP[@]}"
	each_save_restarts
	stop_and_count
}
